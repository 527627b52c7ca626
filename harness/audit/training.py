"""Training text from a file: one text a line, or JSON records in any layout, of which every string counts.

texts = read_training(Path("corpus.jsonl"))
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True, slots=True)
class TrainingText:
    """One file's texts, with the lines that they stand in."""

    name: str
    texts: tuple[str, ...] = field(repr=False)


def read_training(path: Path) -> TrainingText:
    """The texts of a `.json` or `.jsonl` file, or of any other as lines; packed files are unpacked.

    A record that is no JSON is left out, and named on standard error.

    Raises:
      ValueError: The file is missing, damaged, or holds no text.
    """
    from glassbox.harness.data.readers.official import tell
    from glassbox.harness.data.readers.records import RecordFile

    file = RecordFile(path, exact=False)
    if path.name.removesuffix(".gz").endswith((".json", ".jsonl")):
        # A record is one text: a question and its answer are learnt together.
        texts = tuple(filter(None, ("\n".join(_strings(value)).strip() for value in file.values())))
    else:
        texts = tuple(filter(None, map(str.strip, file.text.split("\n"))))
    if not texts:
        raise file.refusal("--training reads the text that the model was trained on: one text a line, or JSON lines")
    tell(path, file.left_out)
    return TrainingText(path.name, texts)


def _strings(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for one in value.values() if isinstance(value, dict) else value:
            yield from _strings(one)
