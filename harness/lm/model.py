"""The open model: a causal LM and its tokenizer, with everything inside it within reach.

Soft prompts put embeddings in (`embed`), probes and heads read states (`harness.lm.states`), adapters hang on `blocks`.
"""

from __future__ import annotations

import threading
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, cast

from glassbox.harness.lm.adapters import Adapter, adapter_layers, adapter_state
from glassbox.harness.lm.errors import OpenModelError
from glassbox.harness.lm.families import embeddings_refused, layers_refused, writing_refused
from glassbox.harness.lm.identity import hash_folder, hash_loaded, hash_view
from glassbox.harness.lm.layers import blocks_of, decoder_of, resolve_layer
from glassbox.harness.lm.tokens import Batch, Side, TextCodec

if TYPE_CHECKING:
    import torch
    from torch import nn
    from transformers import PreTrainedModel, PreTrainedTokenizerBase

    from glassbox.harness.lm.prompt import Template


@dataclass(frozen=True, eq=False)
class OpenModel:
    """A view of a loaded causal LM: the base alone, or with an adapter.

    Attributes:
      name: What the user called it: short name, hub name or path, `BASE@REVISION+ADAPTER` where it has these.
      model: The Hugging Face model, in evaluation mode.
      tokenizer: Its tokenizer.
      template: `auto` applies the tokenizer's chat template where it has one, `plain` never does.
      folder: Where the base's files lie, or None when it has none (built in memory, or saved without safetensors).
      adapter: What is on the base; None on the base alone, and in a model that came with one of its own in memory.
      lock: Held during each forward, so that threads take turns.
    """

    name: str
    model: PreTrainedModel
    tokenizer: PreTrainedTokenizerBase
    folder: Path | None
    lock: threading.RLock = field(default_factory=threading.RLock, repr=False)
    template: Template = "auto"
    adapter: Adapter | None = None
    _adapted: tuple[str, ...] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_adapted", adapter_state(self.model))

    @cached_property
    def blocks(self) -> tuple[nn.Module, ...]:
        """The decoder blocks; block k reads layer k and writes layer k+1."""
        return blocks_of(self.model)

    @cached_property
    def decoder(self) -> nn.Module:
        """The stack of blocks with embedding and final norm, without the LM head."""
        return decoder_of(self.model)

    @cached_property
    def codec(self) -> TextCodec:
        """Text to tokens and back."""
        return TextCodec(self.tokenizer, self._embedding.shape[0])

    @property
    def hash(self) -> str:
        """Content address of configuration, weights, tokenizer and adapter; see `glassbox.harness.lm.identity`.

        Raises:
          OpenModelError: An adapter was put in, switched or taken out since the model was opened.
        """
        if adapter_state(self.model) != self._adapted:
            raise OpenModelError(
                f"the adapters in {self.name} are not those it was opened with; a base stays as it is: "
                f"save the adapter and open {self.name}+FOLDER"
            )
        return self._address

    @cached_property
    def _address(self) -> str:
        base = hash_folder(self.folder) if self.folder else hash_loaded(self.model, self.tokenizer)
        return base if self.adapter is None else hash_view(base, self.adapter.hash)

    @cached_property
    def adapted_modules(self) -> tuple[str, ...]:
        """Names of the modules that an adapter runs beside; empty on a base, and where it is merged."""
        return tuple(adapter_layers(self.model))

    @property
    def hidden_size(self) -> int:
        """Width of the residual stream."""
        return int(self.model.config.get_text_config(decoder=True).hidden_size)

    @cached_property
    def context(self) -> int | None:
        """Most tokens a row may have, or None when its configuration sets no limit.

        With `longrope` (Phi-3's long contexts) it ends where one long row would have all rows beside it turned by other
        angles.
        """
        config = self.model.config.get_text_config(decoder=True)
        rope = getattr(config, "rope_parameters", None) or {}
        kinds = [rope, *(kind for kind in rope.values() if isinstance(kind, dict))]
        switches = [
            kind.get("original_max_position_embeddings") for kind in kinds if kind.get("rope_type") == "longrope"
        ]
        limits = [getattr(config, "max_position_embeddings", None), *switches]
        return min((int(limit) for limit in limits if limit and limit > 0), default=None)

    @property
    def device(self) -> torch.device:
        """Where tokens enter, and with them the states come out."""
        return self._embedding.device

    @property
    def dtype(self) -> torch.dtype:
        """The floating-point type it computes in."""
        return self._embedding.dtype

    @cached_property
    def _embedder(self) -> nn.Module:
        return self.model.get_input_embeddings()

    @property
    def _embedding(self) -> torch.Tensor:
        return cast("torch.Tensor", self._embedder.weight)

    @cached_property
    def stop_ids(self) -> tuple[int, ...]:
        """Ids that end a text: those of generation configuration, model configuration and tokenizer together.

        Checkpoints disagree with themselves: where one of the three names the end of a turn and another the end of a
        text, either ends what is written. What is no id (-1) is none.
        """
        generation = getattr(self.model, "generation_config", None)
        found: list[int] = []
        for source in (generation, self.model.config.get_text_config(decoder=True), self.tokenizer):
            ids = getattr(source, "eos_token_id", None)
            found += [ids] if isinstance(ids, int) else ids or ()
        return tuple(dict.fromkeys(int(one) for one in found if 0 <= one < len(self.codec)))

    @cached_property
    def layers_refused(self) -> str | None:
        """Why its states cannot be read; None where they can."""
        return layers_refused(self)

    @cached_property
    def writing_refused(self) -> str | None:
        """Why rows of it cannot be written together; None where they can."""
        return writing_refused(self)

    @cached_property
    def embeddings_refused(self) -> str | None:
        """Why no vectors can be put in the place of tokens; None where they can."""
        return embeddings_refused(self)

    def layer(self, layer: int | float) -> int:
        """`layer` as an index into this model; a float is a fraction of its depth."""
        return resolve_layer(layer, len(self.blocks))

    def encode(self, texts: Sequence[str], *, side: Side = "right", offsets: bool = False) -> Batch:
        """Tokens of `texts`, padded, with the special tokens that the tokenizer itself adds."""
        return self.codec.encode(texts, side=side, offsets=offsets)

    def embed(self, ids: torch.Tensor) -> torch.Tensor:
        """Input embeddings [..., hidden] of `ids`, as the model's `inputs_embeds` takes them."""
        return cast("torch.Tensor", self._embedder(ids.to(self.device)))

    def check_length(self, lengths: Collection[int]) -> None:
        """Refuse rows that are longer than the context.

        Raises:
          ValueError: A row does not fit.
        """
        longest = max(lengths)
        if self.context is not None and longest > self.context:
            raise ValueError(f"{longest} tokens are more than the context of {self.name} ({self.context}); shorten it")
