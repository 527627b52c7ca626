"""Training text from a file: one text a line, or JSON lines, of which every string counts.

texts = read_training(Path("corpus.jsonl"))
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True, slots=True)
class TrainingText:
    """One file's texts, with the lines that they stand in."""

    name: str
    texts: tuple[str, ...] = field(repr=False)


def read_training(path: Path) -> TrainingText:
    """The texts of a `.txt`, `.jsonl` or `.json` file, each also as `.gz`.

    Raises:
      ValueError: The file is missing, empty, or not UTF-8; or a `.jsonl` line is no JSON.
    """
    try:
        raw = path.read_bytes()
        content = (gzip.decompress(raw) if path.suffix == ".gz" else raw).decode("utf-8")
    except (OSError, EOFError, UnicodeDecodeError) as error:
        raise ValueError(
            f"--training {path} cannot be read ({error}); give UTF-8 text, one text a line, or JSONL"
        ) from error
    kind = Path(path.stem).suffix if path.suffix == ".gz" else path.suffix
    texts = tuple(_texts(path, content, kind))
    if not texts:
        raise ValueError(f"--training {path} holds no text; give the file that the model was trained on")
    return TrainingText(path.name, texts)


def _texts(path: Path, content: str, kind: str) -> Iterator[str]:
    if kind not in (".json", ".jsonl"):
        yield from filter(None, map(str.strip, content.splitlines()))
        return
    documents = [(1, content)] if kind == ".json" else list(enumerate(content.splitlines(), 1))
    for number, document in documents:
        if not document.strip():
            continue
        try:
            value = json.loads(document)
        except json.JSONDecodeError as error:
            raise ValueError(f"--training {path}, line {number} is no JSON ({error.msg}); mend or rename it") from error
        records = value if kind == ".json" and isinstance(value, list) else [value]
        for record in records:
            # A record is one text: a question and its answer are learnt together.
            joined = "\n".join(_strings(record))
            if joined.strip():
                yield joined


def _strings(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for one in value.values():
            yield from _strings(one)
    elif isinstance(value, list):
        for one in value:
            yield from _strings(one)
