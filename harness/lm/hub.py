"""The Hugging Face hub and its cache: what they have, asked once and without the library's minute of retries."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from transformers import PreTrainedModel


def hub_refusal(name: str, revision: str | None = None) -> str | None:
    """Why the hub does not give `name` now (unknown, gated, not reachable), in one line; None if it does."""
    from huggingface_hub import HfApi

    try:
        HfApi().model_info(name, revision=revision, timeout=10)
    except Exception as error:  # whatever HTTP library the hub client uses raises its own kinds
        return first_line(error)
    return None


def hub_folder(name: str, model: PreTrainedModel | None = None, revision: str | None = None) -> Path | None:
    """The snapshot of `name` in the hub cache: the one that `model` was loaded from, or else the one asked for."""
    from huggingface_hub import try_to_load_from_cache
    from huggingface_hub.errors import HFValidationError

    revision = getattr(model.config, "_commit_hash", None) if model is not None else revision
    try:
        found = try_to_load_from_cache(name, "config.json", revision=revision)
    except HFValidationError:
        return None
    return Path(found).parent if isinstance(found, str) else None


def first_line(error: BaseException) -> str:
    """An error in one line."""
    return (str(error).strip() or type(error).__name__).splitlines()[0]
