"""Which models installed packages bring, found by short name without importing torch.

A package brings models by the entry point `glassbox.models`: a package whose folders hold one each, with its weights,
or with `source.json` where they are fetched (see `harness.lm.fetch`).
"""

from __future__ import annotations

from importlib import resources
from pathlib import Path

from glassbox.harness.plugins.entries import load

GROUP = "glassbox.models"


def shipped_models() -> dict[str, Path]:
    """Short name to folder, for every folder with weights; of two with one name, ours."""
    return _folders_with("model.safetensors")


def fetchable_models() -> dict[str, Path]:
    """Short name to the folder that says where the model is to be had."""
    return _folders_with("source.json")


def _folders_with(file: str) -> dict[str, Path]:
    found: dict[str, Path] = {}
    for _, package in load(GROUP):
        for folder in sorted(Path(str(resources.files(package))).iterdir()):
            if (folder / file).is_file():
                found.setdefault(folder.name, folder)
    return found
