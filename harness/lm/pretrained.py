"""A model folder, hub name or GGUF file into memory, by transformers: safetensors only, no code of the repository's."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from glassbox.harness.lm.errors import OpenModelError
from glassbox.harness.lm.hub import first_line
from glassbox.harness.lm.identity import weight_files

if TYPE_CHECKING:
    import torch
    from transformers import PreTrainedModel, PreTrainedTokenizerBase


def from_pretrained(
    name: str, folder: Path | None, dtype: torch.dtype, **which: str
) -> tuple[PreTrainedModel, PreTrainedTokenizerBase]:
    """Model and tokenizer, whole and of one another.

    Args:
      name: What the user called it.
      folder: Where it lies; None asks the hub for the name.
      dtype: Of the weights.
      **which: `revision=` or `gguf_file=`, as transformers takes them.

    Raises:
      OpenModelError: It does not load, lacks weights, or has another model's tokenizer.
    """
    from safetensors import SafetensorError
    from transformers import AutoModelForCausalLM, AutoTokenizer

    source = str(folder) if folder else name
    try:
        with _quiet(folder):
            tokenizer = AutoTokenizer.from_pretrained(source, trust_remote_code=False, **which)
            # With the loading report, a pair comes back, which the library's own annotation leaves out.
            loaded: Any = AutoModelForCausalLM.from_pretrained(
                source,
                dtype=dtype,
                use_safetensors=True,
                trust_remote_code=False,
                output_loading_info=True,
                **which,
            )
    except (OSError, ValueError, KeyError, RuntimeError, SafetensorError) as error:
        raise OpenModelError(f"{name} does not load: {first_line(error)}") from error
    _refuse_incomplete(name, loaded[1])
    _refuse_another_models_tokenizer(name, loaded[0], tokenizer)
    return loaded[0], tokenizer


@contextmanager
def _quiet(folder: Path | None) -> Iterator[None]:
    """Hide the library's progress bars while a small folder loads: they would last a blink."""
    from transformers.utils import logging

    small = folder is not None and sum(file.stat().st_size for file in weight_files(folder)) < 1 << 30
    hide = small and logging.is_progress_bar_enabled()
    if hide:
        logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    try:
        yield
    finally:
        if hide:
            logging.enable_progress_bar()  # type: ignore[no-untyped-call]


def _refuse_incomplete(name: str, report: dict[str, Any]) -> None:
    """Weights that the checkpoint lacks would be random numbers, and every measurement on them noise."""
    missing = sorted(report["missing_keys"])
    if missing:
        raise OpenModelError(f"{name} lacks {len(missing)} weights ({missing[0]}, ...); its checkpoint is incomplete")


def _refuse_another_models_tokenizer(name: str, model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase) -> None:
    """A token beyond the embedding is an IndexError in the middle of a run, and every one before it another word."""
    embedding: Any = model.get_input_embeddings()
    rows, added = embedding.weight.shape[0], tokenizer.get_added_vocab()
    # Special tokens may lie beyond (Gemma 3's image token does): no text gives them.
    beyond = max((index for token, index in tokenizer.get_vocab().items() if token not in added), default=0)
    if beyond >= rows:
        raise OpenModelError(
            f"{name} has a tokenizer of another model: its tokens go up to {beyond}, the embedding has {rows} rows; "
            "put the model's own tokenizer.json beside its weights"
        )
