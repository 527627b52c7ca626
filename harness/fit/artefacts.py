"""Fitted parts on disk: safetensors with a JSON card, named by what they were made from, never pickled.

The name is the SHA-256 of settings, model, data and code version: same inputs, same artefact, no second fit. A file
that is damaged, or a card that does not give its own name, is refused by name and the part is fitted again.
"""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import torch
from filelock import FileLock
from pydantic import BaseModel, ConfigDict, JsonValue, ValidationError
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file

from glassbox.harness.cache import cache_folder
from glassbox.harness.records.lock import alone_with

CODE_VERSION = 4
"""Raised when fitting or reading changes so that old parts no longer mean the same."""


class Card(BaseModel):
    """What a part is: the inputs that name it, a checksum of its tensors, and what was measured on the way.

    Attributes:
      inputs: What the part was made from.
      tensors_sha256: See `tensors_hash`.
      metrics: What was measured while it was made; `layer=auto` decides by them.
      seal: Checksum of the fields above.
    """

    model_config = ConfigDict(extra="forbid")

    inputs: dict[str, JsonValue]
    tensors_sha256: str
    metrics: dict[str, float]
    seal: str

    @classmethod
    def of(
        cls, inputs: Mapping[str, JsonValue], tensors: Mapping[str, torch.Tensor], metrics: dict[str, float]
    ) -> Card:
        """The sealed card of these tensors."""
        card = cls(inputs=dict(inputs), tensors_sha256=tensors_hash(tensors), metrics=metrics, seal="")
        return card.model_copy(update={"seal": card.expected_seal()})

    def expected_seal(self) -> str:
        """The seal that this card's fields ask for."""
        text = json.dumps(self.model_dump(mode="json", exclude={"seal"}), sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()


class RefusedArtefact(ValueError):
    """An artefact that must not be used; the message names it and says why."""


def address(inputs: Mapping[str, JsonValue]) -> str:
    """16 hexadecimal digits that name a part made from these inputs."""
    text = json.dumps({**inputs, "code_version": CODE_VERSION}, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def data_address(texts: Iterable[str]) -> str:
    """One hash over what each fit example shows and asks for, in order."""
    digest = hashlib.sha256()
    for text in texts:
        digest.update(hashlib.sha256(text.encode()).digest())
    return digest.hexdigest()[:16]


def default_store() -> Path:
    """Where parts fitted on this machine are kept: GLASSBOX_ARTEFACTS, else the user's cache folder."""
    return Path(os.environ.get("GLASSBOX_ARTEFACTS") or cache_folder("artefacts"))


class ArtefactStore:
    """Folders of parts: `folder` is written, the `shipped` ones are looked into first and only read."""

    def __init__(self, folder: Path, shipped: tuple[Path, ...] = ()) -> None:
        self.folder = folder
        self.shipped = shipped

    def load(self, name: str) -> tuple[dict[str, torch.Tensor], Card] | None:
        """Tensors and card of a part from the first folder that has it whole, or None where there is none.

        Raises:
          RefusedArtefact: It is there, but damaged or stale wherever it is.
        """
        refusals: list[RefusedArtefact] = []
        for folder in (*self.shipped, self.folder):
            card_file = folder / f"{name}.json"
            if card_file.exists():
                try:
                    return _load(folder / f"{name}.safetensors", card_file)
                except RefusedArtefact as refused:
                    refusals.append(refused)
        if refusals:
            raise refusals[0]
        return None

    def save(self, name: str, tensors: dict[str, torch.Tensor], card: Card) -> None:
        """Write tensors, then the card; both appear whole or not at all, and both of one process."""
        self.folder.mkdir(parents=True, exist_ok=True)
        tensor_file = self.folder / f"{name}.safetensors"
        with alone_with(tensor_file):
            with _beside(tensor_file) as temporary:
                save_file(tensors, str(temporary))
            with _beside(self.folder / f"{name}.json") as temporary:
                temporary.write_text(card.model_dump_json(indent=1))

    def load_or_make(
        self,
        inputs: Mapping[str, JsonValue],
        make: Callable[[], tuple[dict[str, torch.Tensor], dict[str, float]]],
        warn: Callable[[str], None],
    ) -> tuple[str, dict[str, torch.Tensor], Card]:
        """The part made from `inputs`: from the store, or made now; two processes never make the same one at once.

        Raises:
          OSError: It has to be made, and the folder cannot be written.
        """
        name = address(inputs)
        found = self._whole(name, lambda refusal: None)
        if found is None:
            with self._alone_with(name):
                found = self._whole(name, warn) or self._make(name, inputs, make)
        return name, *found

    def _whole(self, name: str, warn: Callable[[str], None]) -> tuple[dict[str, torch.Tensor], Card] | None:
        """What `load` gives, with a warning in place of a refusal."""
        try:
            return self.load(name)
        except RefusedArtefact as refused:
            warn(f"{refused}; fitting it again")
            return None

    def _make(
        self,
        name: str,
        inputs: Mapping[str, JsonValue],
        make: Callable[[], tuple[dict[str, torch.Tensor], dict[str, float]]],
    ) -> tuple[dict[str, torch.Tensor], Card]:
        made, metrics = make()
        tensors = {key: value.detach().cpu().contiguous() for key, value in made.items()}
        card = Card.of(inputs, tensors, metrics)
        self.save(name, tensors, card)
        return tensors, card

    @contextmanager
    def _alone_with(self, name: str) -> Iterator[None]:
        """Hold the part's lock, and clear away what a killed process left half-written."""
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            lock = FileLock(self.folder / f"{name}.lock")
            lock.acquire()
        except OSError as error:
            reason = error.strerror or error
            raise OSError(f"parts cannot be kept in {self.folder} ({reason}); set GLASSBOX_ARTEFACTS") from error
        try:
            for left in self.folder.glob(f".{name}.*"):
                left.unlink(missing_ok=True)
            yield
        finally:
            lock.release()


def tensors_hash(tensors: Mapping[str, torch.Tensor]) -> str:
    """SHA-256 over names, types, shapes and bytes of all tensors."""
    digest = hashlib.sha256()
    for name in sorted(tensors):
        tensor = tensors[name].detach().cpu().contiguous()
        digest.update(f"{name}{tensor.dtype}{tuple(tensor.shape)}".encode())
        digest.update(tensor.reshape(-1).view(torch.uint8).numpy().tobytes() if tensor.numel() else b"")
    return digest.hexdigest()


def _load(tensor_file: Path, card_file: Path) -> tuple[dict[str, torch.Tensor], Card]:
    try:
        card = Card.model_validate_json(card_file.read_text(encoding="utf-8"))
        tensors = load_file(str(tensor_file))
    except (ValidationError, UnicodeDecodeError, SafetensorError, OSError) as error:
        reason = str(error).splitlines()[0]
        raise RefusedArtefact(f"artefact {card_file.stem} in {card_file.parent} is damaged ({reason})") from error
    if card.seal != card.expected_seal():
        raise RefusedArtefact(f"artefact {card_file.stem} in {card_file.parent} is damaged (its card has been edited)")
    if address(card.inputs) != card_file.stem:
        raise RefusedArtefact(f"artefact {card_file.stem} in {card_file.parent} is stale: its card names other inputs")
    if tensors_hash(tensors) != card.tensors_sha256:
        raise RefusedArtefact(f"artefact {card_file.stem} in {card_file.parent} is damaged (its tensors have changed)")
    return tensors, card


@contextmanager
def _beside(target: Path) -> Iterator[Path]:
    """A temporary file in the same folder that replaces `target` once the block has ended well."""
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
    os.close(handle)
    temporary = Path(name)
    try:
        yield temporary
        os.replace(temporary, target)
    finally:
        temporary.unlink(missing_ok=True)
