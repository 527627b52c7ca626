"""The inspect model provider `open/NAME_OR_PATH`: an open model that answers chat messages, batched across samples.

    inspect eval tasks/ir_arith.py --model open/arith
    inspect eval tasks/ir_arith.py --model open//path/to/model -M device=cuda -M dtype=bfloat16 -M max_batch=128

A setting that this provider does not consume is an error, never silently dropped. Torch is imported when a model is
opened, not with this module: inspect imports every provider at start.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from inspect_ai.model import (
    ChatCompletionChoice,
    ChatMessage,
    ChatMessageAssistant,
    GenerateConfig,
    ModelAPI,
    ModelOutput,
    ModelUsage,
    StopReason,
    modelapi,
)
from inspect_ai.tool import ToolChoice, ToolInfo

from glassbox.harness.lm.batcher import Batcher, Served
from glassbox.harness.lm.identity import MODEL_HASH

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase

    from glassbox.harness.lm.generate import Generation

DEFAULT_MAX_TOKENS = 2048
DEFAULT_MAX_BATCH = 64

UNSUPPORTED = (
    "best_of",
    "extra_body",
    "frequency_penalty",
    "logit_bias",
    "logprobs",
    "presence_penalty",
    "prompt_logprobs",
    "reasoning_effort",
    "reasoning_tokens",
    "response_schema",
    "top_k",
    "top_logprobs",
)


@dataclass(frozen=True)
class _Decoding:
    """Settings that requests must share to go through one forward."""

    max_tokens: int
    stop: tuple[str, ...]
    temperature: float
    top_p: float


@dataclass(frozen=True)
class _Request:
    ids: tuple[int, ...]
    decoding: _Decoding
    seed: int | None


class OpenAPI(ModelAPI):
    """An open model as inspect sees it.

    Attributes:
      open: The open model underneath; solvers reach it through `glassbox.harness.lm.opened.open_from`.
    """

    def __init__(
        self,
        model_name: str,
        base_url: str | None = None,
        api_key: str | None = None,
        config: GenerateConfig = GenerateConfig(),  # noqa: B008 - inspect's own signature
        *,
        device: str | None = None,
        dtype: str | None = None,
        max_batch: int = DEFAULT_MAX_BATCH,
        stop_ids: int | Sequence[int] | None = None,
        **unknown: Any,
    ) -> None:
        """Open the model.

        Args:
          model_name: Short name, hub name or path.
          base_url: Not used by a local model.
          api_key: Not used by a local model.
          config: Generation settings.
          device: See `open_model`.
          dtype: See `open_model`.
          max_batch: Most samples in one forward.
          stop_ids: Tokens that end a text; the model's own when None.
          **unknown: Anything else is refused.

        Raises:
          OpenModelError: The model does not open, or an argument is unknown.
        """
        from glassbox.harness.lm.errors import OpenModelError
        from glassbox.harness.lm.load import open_model

        super().__init__(model_name, base_url, api_key, [], config)
        if unknown:
            names = ", ".join(sorted(unknown))
            raise OpenModelError(f"open/ knows no model argument {names}; it takes device, dtype, max_batch, stop_ids")
        self.open = open_model(model_name, device=device, dtype=dtype)
        self._stop_ids = (stop_ids,) if isinstance(stop_ids, int) else stop_ids
        self._max_batch = max_batch
        self._batcher: Batcher[_Request, Generation] = Batcher(self._answer, max_batch)

    async def generate(
        self, input: list[ChatMessage], tools: list[ToolInfo], tool_choice: ToolChoice, config: GenerateConfig
    ) -> ModelOutput:
        """Continue the conversation.

        Raises:
          ValueError: Tools or settings are given that this provider does not consume.
        """
        if tools:
            raise ValueError(f"open/{self.model_name} calls no tools; leave out {tools[0].name} or use hf/")
        text, special = prompt_text(self.open.tokenizer, input)
        ids = tuple(self.open.codec.ids(text, special=special))
        decoding = _decoding(config)
        served = await self._batcher.submit(_Request(ids, decoding, config.seed))
        return self._output(served, decoding)

    def _answer(self, requests: Sequence[_Request]) -> list[Generation]:
        """One batch: one `generate` call for each set of settings in it."""
        from glassbox.harness.lm.generate import generate
        from glassbox.harness.lm.sampling import row_seeds

        groups: dict[_Decoding, list[int]] = {}
        for index, request in enumerate(requests):
            groups.setdefault(request.decoding, []).append(index)
        answers: dict[int, Generation] = {}
        for decoding, members in groups.items():
            rows = [requests[index] for index in members]
            found = generate(
                self.open,
                [row.ids for row in rows],
                max_tokens=decoding.max_tokens,
                stop=decoding.stop,
                temperature=decoding.temperature,
                top_p=decoding.top_p,
                seed=[row_seeds(row.seed, 1)[0] for row in rows],
                stop_ids=self._stop_ids,
                max_batch=self._max_batch,
            )
            answers.update(zip(members, found, strict=True))
        return [answers[index] for index in range(len(requests))]

    def _output(self, served: Served[Generation], decoding: _Decoding) -> ModelOutput:
        answer = served.answer
        reason: StopReason = "stop"
        if answer.stop_reason == "length":
            reason = "max_tokens" if answer.generated_tokens == decoding.max_tokens else "model_length"
        message = ChatMessageAssistant(content=answer.text, model=self.model_name, source="generate")
        return ModelOutput(
            model=self.model_name,
            choices=[ChatCompletionChoice(message=message, stop_reason=reason)],
            usage=ModelUsage(
                input_tokens=answer.prompt_tokens,
                output_tokens=answer.generated_tokens,
                total_tokens=answer.prompt_tokens + answer.generated_tokens,
            ),
            time=served.service_ms / 1000,
            metadata={
                "batch": answer.batch,
                "forward_passes": answer.forward_passes,
                "service_ms": round(served.service_ms, 3),
                MODEL_HASH: self.open.hash,
            },
        )

    async def tokenize(self, text: str) -> list[int]:
        """Ids of `text` with the tokenizer's special tokens."""
        return self.open.codec.ids(text)

    async def count_text_tokens(self, text: str) -> int:
        """Exact number of tokens of `text`."""
        return len(self.open.codec.ids(text))

    def max_tokens(self) -> int | None:
        """Budget when the user names none; the model's context ends a text before it."""
        return DEFAULT_MAX_TOKENS

    def max_connections(self) -> int:
        """As many samples at once as fit into one forward."""
        return self._max_batch

    def connection_key(self) -> str:
        """Each opened model has its own queue."""
        return f"{self.model_name}:{self.open.device}:{self.open.dtype}"


@modelapi("open")
def open_provider() -> type[ModelAPI]:
    """The provider, as inspect's registry wants it."""
    return OpenAPI


def prompt_text(tokenizer: PreTrainedTokenizerBase, messages: Sequence[ChatMessage]) -> tuple[str, bool]:
    """The text that the model reads, and whether the tokenizer's special tokens are still to be added.

    With a chat template the template writes them itself. Without one, the contents follow each other with nothing
    between, so a single user message is its text verbatim.

    Raises:
      ValueError: A message holds more than text.
    """
    for message in messages:
        if not isinstance(message.content, str) and any(
            part.type not in ("text", "reasoning") for part in message.content
        ):
            raise ValueError(f"the {message.role} message holds more than text; open/ models read text only")
    if getattr(tokenizer, "chat_template", None) is None:
        return "".join(message.text for message in messages), True
    turns = [{"role": message.role, "content": message.text} for message in messages]
    return str(tokenizer.apply_chat_template(turns, tokenize=False, add_generation_prompt=True)), False


def _decoding(config: GenerateConfig) -> _Decoding:
    unused = [name for name in UNSUPPORTED if getattr(config, name) is not None]
    if unused or (config.num_choices or 1) != 1:
        raise ValueError(
            f"open/ does not consume {unused[0] if unused else 'num_choices'}; "
            "it takes max_tokens, temperature, top_p, stop_seqs and seed"
        )
    return _Decoding(
        max_tokens=config.max_tokens if config.max_tokens is not None else DEFAULT_MAX_TOKENS,
        stop=tuple(config.stop_seqs or ()),
        temperature=config.temperature or 0.0,
        top_p=config.top_p if config.top_p is not None else 1.0,
    )
