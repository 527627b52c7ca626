"""Fitted parts that a log names: their cards and tensors, from the store of this machine or a folder that is given.

Parts().find("5a4ab73e248d40af").card.inputs["config"]
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from glassbox.harness.audit.finding import CannotCheck

if TYPE_CHECKING:
    import torch

    from glassbox.harness.fit.artefacts import Card


@dataclass(frozen=True)
class Part:
    """A part and what it was made from."""

    name: str
    tensors: Mapping[str, torch.Tensor]
    card: Card

    @property
    def config(self) -> Mapping[str, object]:
        """The settings that its card holds; empty where it holds none."""
        found = self.card.inputs.get("config", self.card.inputs.get("settings"))
        return found if isinstance(found, dict) else {}


@dataclass(frozen=True)
class Parts:
    """Where parts lie: folders that the user names, else the user's store and the parts shipped with the models."""

    folders: tuple[Path, ...] = ()

    def find(self, name: str) -> Part:
        """The part of this address.

        Raises:
          CannotCheck: It is nowhere, or damaged.
        """
        from glassbox.harness.fit.artefacts import ArtefactStore, RefusedArtefact, default_store
        from glassbox.harness.lm.shipped import shipped_models

        shipped = tuple(folder / "parts" for folder in shipped_models().values())
        where = (*self.folders, default_store(), default_store() / "dcm")
        address = name.rpartition(":")[2]
        try:
            found = ArtefactStore(where[-1], (*where[:-1], *shipped)).load(address)
        except RefusedArtefact as refused:
            raise CannotCheck(f"{refused}", "fit the part again, and run again") from refused
        if found is None:
            raise CannotCheck(
                f"part {name}, which the log names, is not in the store of this machine",
                "audit where the run was made, or name its folder with --parts",
            )
        return Part(name, *found)
