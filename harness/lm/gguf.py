"""GGUF files as model folders: read once through transformers, then kept in the cache as float32 safetensors.

    folder = gguf_folder(Path("SmolLM2-135M-Instruct.Q4_1.gguf"), read)

The folder is named by the file's content, so a copy of the file finds it and another file never does. What a
quantised file holds is what is measured: float32 represents every dequantised weight exactly.
"""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import tempfile
from collections.abc import Callable
from contextlib import redirect_stderr
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

from glassbox.harness.cache import cache_folder
from glassbox.harness.lm.errors import OpenModelError
from glassbox.harness.lm.gguf_rope import complete
from glassbox.harness.lm.identity import GGUF, file_digest
from glassbox.harness.records.lock import alone_with

if TYPE_CHECKING:
    from transformers import PreTrainedModel, PreTrainedTokenizerBase

SUFFIX = ".gguf"
Read = Callable[[Path], tuple["PreTrainedModel", "PreTrainedTokenizerBase"]]
"""Reads one GGUF file through transformers, with `gguf_file=`."""

_PART = re.compile(r"(?P<stem>.*)-(?P<at>\d{5})-of-(?P<of>\d{5})\.gguf$")
_HEADER = ("GGUF.", "split.")
"""Fields that say how a file is laid out rather than what its model is."""


def gguf_folder(file: Path, read: Read) -> Path:
    """The folder with the weights of a GGUF file, made at first use; one process makes it while others wait.

    Args:
      file: The file; any one of its parts where it is split.
      read: What reads it.

    Raises:
      OpenModelError: It is not there, a part is missing, or it cannot be read; the message says what is missing.
    """
    parts = _parts(file)
    folder = place_of(*map(file_digest, parts))
    if not is_made(folder):
        folder.parent.mkdir(parents=True, exist_ok=True)
        with alone_with(folder):
            if not is_made(folder):
                _make(parts, folder, read)
    return folder


def place_of(*sha256: str) -> Path:
    """Where the cache has, or will have, what files of these digests hold."""
    address = sha256[0] if len(sha256) == 1 else hashlib.sha256("".join(sha256).encode()).hexdigest()
    return cache_folder("models") / f"gguf-{address[:16]}"


def is_made(folder: Path) -> bool:
    """Whether a folder of the cache is there; it is renamed into its place when it is whole."""
    return (folder / "config.json").is_file()


def _make(parts: tuple[Path, ...], folder: Path, read: Read) -> None:
    """Write the folder beside its place, then rename it: nobody sees half of one."""
    unfinished = Path(tempfile.mkdtemp(dir=folder.parent, prefix=f".{folder.name}."))
    try:
        with redirect_stderr(StringIO()):  # the libraries' bars; whoever calls shows the progress
            model, tokenizer = _read(parts, unfinished, read)
            # Saving is refused for what still passes for quantised; the weights in memory no longer are.
            loose: Any = model
            loose.hf_quantizer = None
            del loose.config.quantization_config
            model.save_pretrained(unfinished)
            tokenizer.save_pretrained(unfinished)
        (unfinished / GGUF).write_text(json.dumps([*map(file_digest, parts)]), encoding="utf-8")
        for path in (unfinished, *unfinished.iterdir()):
            path.chmod(0o755 if path.is_dir() else 0o644)
        unfinished.rename(folder)
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)


def _read(parts: tuple[Path, ...], room: Path, read: Read) -> tuple[PreTrainedModel, PreTrainedTokenizerBase]:
    name = parts[0].name
    try:
        import gguf  # noqa: F401  # what transformers reads such files with
    except ImportError as error:
        raise OpenModelError(f"{name} is a GGUF file, and the package gguf is missing; pip install gguf") from error
    whole = parts[0] if len(parts) == 1 else _joined(parts, room / f"whole{SUFFIX}")
    try:
        found = read(whole)
        complete(whole, found[0].config)
    except ImportError as error:
        raise OpenModelError(f"{name} needs a package that is missing: {error}") from error
    except OpenModelError as error:
        if isinstance(error.__cause__, NotImplementedError):  # which names the quantisation
            raise OpenModelError(f"{error}; quantise the model in another form, such as Q8_0") from error
        raise
    finally:
        if len(parts) > 1:
            whole.unlink()
    return found


def _parts(file: Path) -> tuple[Path, ...]:
    """The file, or all files of a split one, in order."""
    if not file.is_file():
        raise OpenModelError(f"there is no file {file}; give a GGUF file that is there")
    named = _PART.match(file.name)
    if not named:
        return (file,)
    of = int(named["of"])
    parts = [file.with_name(f"{named['stem']}-{at:05}-of-{of:05}{SUFFIX}") for at in range(1, of + 1)]
    missing = [part.name for part in parts if not part.is_file()]
    if missing:
        raise OpenModelError(f"{file.name} is one of {of} files, and {missing[0]} is not beside it; put it there")
    return tuple(parts)


def _joined(parts: tuple[Path, ...], target: Path) -> Path:
    """A split file as one, which is all that transformers reads: the fields of the first part, the tensors of all."""
    from gguf import GGUFReader, GGUFWriter

    readers = [GGUFReader(part) for part in parts]
    fields = readers[0].fields
    writer = GGUFWriter(target, str(fields["general.architecture"].contents()))
    for name, field in fields.items():
        if not name.startswith(_HEADER) and name != "general.architecture":
            inside = field.types[-1] if len(field.types) > 1 else None
            writer.add_key_value(name, field.contents(), field.types[0], sub_type=inside)
    for tensor in (tensor for reader in readers for tensor in reader.tensors):
        writer.add_tensor(tensor.name, tensor.data, raw_dtype=tensor.tensor_type)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return target
