"""Which models come with installed packages, found by short name without importing torch.

A package ships models by the entry point `glassbox.models`: a package whose folders hold one each, with its weights.
"""

from __future__ import annotations

from importlib import resources
from pathlib import Path

from glassbox.harness.plugins.entries import load

GROUP = "glassbox.models"


def shipped_models() -> dict[str, Path]:
    """Short name to folder, for every folder with weights; of two with one name, ours."""
    found: dict[str, Path] = {}
    for _, package in load(GROUP):
        for folder in sorted(Path(str(resources.files(package))).iterdir()):
            if (folder / "model.safetensors").is_file():
                found.setdefault(folder.name, folder)
    return found
