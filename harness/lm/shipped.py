"""Which reference models come with the project, found by short name without importing torch."""

from __future__ import annotations

from importlib import resources
from pathlib import Path


def shipped_models() -> dict[str, Path]:
    """Short name to folder, for every folder of `baselines/models/` that holds weights."""
    try:
        root = Path(str(resources.files("glassbox.baselines.models")))
    except ModuleNotFoundError:
        return {}
    return {folder.name: folder for folder in sorted(root.iterdir()) if (folder / "model.safetensors").is_file()}
