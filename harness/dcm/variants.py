"""Paraphrases from a file: {"<pair id>": {"question": ["...", ...], "answer": ["...", ...]}, ...}."""

from __future__ import annotations

from pathlib import Path

from pydantic import BaseModel, ConfigDict, RootModel, ValidationError

from glassbox.harness.data.readers.opened import open_file
from glassbox.harness.records.prompted import TargetName


class _Texts(BaseModel):
    model_config = ConfigDict(extra="forbid")

    question: tuple[str, ...] = ()
    answer: tuple[str, ...] = ()


class _File(RootModel[dict[str, _Texts]]):
    pass


def read_variants(path: Path) -> dict[str, dict[TargetName, tuple[str, ...]]]:
    """Paraphrases by pair id and target name.

    Raises:
      ValueError: The file is missing, or not of this form.
    """
    try:
        found = _File.model_validate_json(open_file(path).text).root
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"])) or "the top"
        raise ValueError(
            f"{path} holds no paraphrases ({where}: {first['msg']}); see harness/dcm/variants.py"
        ) from error
    return {key: {"question": texts.question, "answer": texts.answer} for key, texts in found.items()}
