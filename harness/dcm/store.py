"""What a run leaves behind, pair by pair: vectors and curves as safetensors, the record and the starts as JSON.

Each pair is written when it is finished, whole or not at all, under the address of what it was made from; a run that
was killed reads what is there and repeats nothing. A pair in the middle of its search has a file of its progress, from
which it goes on. A file that is damaged or stale counts as absent.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import torch
from pydantic import BaseModel, ConfigDict, JsonValue, ValidationError

from glassbox.harness.data.pair import Pair
from glassbox.harness.dcm.progress import Progress, pack, unpack
from glassbox.harness.dcm.search import End, Job
from glassbox.harness.dcm.settings import Settings
from glassbox.harness.fit.artefacts import (
    ArtefactStore,
    Card,
    RefusedArtefact,
    address,
    data_address,
    default_store,
    tensors_hash,
)
from glassbox.harness.records.files import write_atomically
from glassbox.harness.records.prompted import Prompted, TargetName

DCM_VERSION = 1
"""Raised when the search or the judging changes so that old records no longer mean the same."""


class StartRecord(BaseModel):
    """One restart of a pair: its number, which with the run's seed gives its stream, and how it ended."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    restart: int
    steps: int
    reason: str


class Kept(BaseModel):
    """The JSON beside the tensors.

    Attributes:
      record: The judged record.
      starts: Every restart, in order of its end.
      record_sha256: Checksum of the record.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    record: Prompted
    starts: tuple[StartRecord, ...]
    record_sha256: str

    @classmethod
    def of(cls, record: Prompted, starts: tuple[StartRecord, ...]) -> Kept:
        """Sealed."""
        return cls(record=record, starts=starts, record_sha256=_seal(record))


@dataclass(frozen=True)
class PairStore:
    """The kept pairs of one model, stop token and set of settings.

    Attributes:
      store: Where the files lie.
      model_hash: See `OpenModel.hash`.
      stop: The stop token.
      settings: Of the search.
      judged: Whether baselines and controls are measured.
      variants: Paraphrases by pair id, then by target name; looked up when a pair is read or written.
      warm: Content vectors that searches start from.
    """

    store: ArtefactStore
    model_hash: str
    stop: int
    settings: Settings
    judged: bool = True
    variants: Mapping[str, Mapping[TargetName, Sequence[str]]] = field(default_factory=dict)
    warm: Mapping[str, torch.Tensor] = field(default_factory=dict)

    def inputs(self, pair: Pair) -> dict[str, JsonValue]:
        """What the pair's vectors are made from."""
        return {
            "part": "dcm",
            "dcm_version": DCM_VERSION,
            "model": self.model_hash,
            "stop": self.stop,
            "settings": self.settings.model_dump(mode="json"),
            "judged": self.judged,
            "given": given_hash(self.variants.get(pair.id, {}), self.warm),
            "pair": [pair.question, pair.answer, pair.context],
        }

    def name(self, pair: Pair) -> str:
        """Content address of the pair's vectors."""
        return address(self.inputs(pair))

    def read(self, pair: Pair) -> Prompted | None:
        """The record of an earlier run, or None."""
        name = self.name(pair)
        try:
            if self.store.load(name) is None:
                return None
            kept = Kept.model_validate_json(self._record_file(name).read_text(encoding="utf-8"))
        except (RefusedArtefact, OSError, ValidationError, UnicodeDecodeError):
            return None
        return kept.record if kept.record_sha256 == _seal(kept.record) else None

    def write(self, pair: Pair, end: End, record: Prompted, starts: tuple[StartRecord, ...]) -> None:
        """Keep a pair; the card comes last, so a pair that has one is whole."""
        name = self.name(pair)
        tensors = {"vectors": end.vectors.detach().float().cpu().contiguous()}
        for target, curve in zip(self.settings.targets, end.curves, strict=False):
            tensors[f"curve_{target}"] = torch.tensor(curve)
        metrics = {f"loss_{target}": found.loss for target, found in record.targets.items()}
        folder = self.store.folder
        folder.mkdir(parents=True, exist_ok=True)
        write_atomically(self._record_file(name), Kept.of(record, starts).model_dump_json(indent=1))
        self.store.save(name, tensors, Card.of(self.inputs(pair), tensors, metrics))
        self._progress_file(pair).unlink(missing_ok=True)

    def read_progress(self, pair: Pair, job_of: Callable[[int], Job]) -> Progress | None:
        """How far an earlier run came with a pair that it did not finish, or None."""
        try:
            return unpack(self._progress_file(pair).read_bytes(), job_of)
        except OSError:
            return None

    def write_progress(self, pair: Pair, progress: Progress) -> None:
        """Keep how far the search has come, whole or not at all."""
        self.store.folder.mkdir(parents=True, exist_ok=True)
        write_atomically(self._progress_file(pair), pack(progress))

    def _progress_file(self, pair: Pair) -> Path:
        return self.store.folder / f"{self.name(pair)}.progress"

    def _record_file(self, name: str) -> Path:
        return self.store.folder / f"{name}.record.json"


def vectors_of(name: str, folder: Path | None = None) -> tuple[torch.Tensor, str]:
    """Content vectors [k, hidden] of a kept pair by its address, and the hash of the model they belong to.

    Raises:
      LookupError: There is no such artefact, or it holds no soft prompt.
      RefusedArtefact: It is damaged.
    """
    where = folder or default_store() / "dcm"
    found = ArtefactStore(where).load(name)
    if found is None or found[1].inputs.get("part") != "dcm":
        raise LookupError(f"no soft prompt {name} in {where}; name one that a run with --solver dcm has kept")
    tensors, card = found
    settings = Settings.model_validate(card.inputs["settings"])
    return tensors["vectors"][-settings.k :], str(card.inputs["model"])


def given_hash(variants: Mapping[TargetName, Sequence[str]], warm: Mapping[str, torch.Tensor]) -> str:
    """Hash over a pair's paraphrases and the warm starts; empty without any."""
    texts = [repr((name, list(texts))) for name, texts in variants.items() if texts]
    return data_address([*sorted(texts), tensors_hash(warm)]) if texts or warm else ""


def _seal(record: Prompted) -> str:
    # Defaults are left out, so that a field which records gain later breaks no older seal.
    told = record.model_dump(mode="json", exclude_defaults=True)
    return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()
