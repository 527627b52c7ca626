"""The inspect model provider `open/NAME_OR_PATH`: an open model that answers chat messages, batched across samples.

    inspect eval tasks/ir_arith.py --model open/arith
    inspect eval tasks/ir_arith.py --model open//path/to/model -M device=cuda -M dtype=bfloat16 -M max_batch=128
    inspect eval tasks/ir_arith.py --model open/smol+runs/adapters/words            # or -M adapter=runs/adapters/words

A setting that this provider does not consume is an error, never silently dropped. Torch is imported when a model is
opened, not with this module: inspect imports every provider at start.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from inspect_ai.model import (
    ChatCompletionChoice,
    ChatMessage,
    ChatMessageAssistant,
    GenerateConfig,
    Logprob,
    Logprobs,
    ModelAPI,
    ModelOutput,
    ModelUsage,
    StopReason,
    TopLogprob,
    modelapi,
)
from inspect_ai.tool import ToolChoice, ToolInfo

from glassbox.harness.lm.batcher import Batcher, Served
from glassbox.harness.lm.constraint import schema_constraint
from glassbox.harness.lm.identity import MODEL_HASH
from glassbox.harness.lm.names import ViewName
from glassbox.harness.lm.prompt import Turn, form_of, prompt_ids
from glassbox.harness.lm.seeds import row_seeds

if TYPE_CHECKING:
    from glassbox.harness.lm.generate import Choice, Generation
    from glassbox.harness.lm.model import OpenModel

DEFAULT_MAX_TOKENS = 2048
DEFAULT_MAX_BATCH = 64

CONSUMED = frozenset(
    ("max_tokens", "temperature", "top_p", "stop_seqs", "seed", "num_choices", "logprobs", "top_logprobs")
) | {"response_schema"}
"""Settings of inspect's that reach the text."""
INSPECTS = frozenset(
    ("max_retries", "timeout", "attempt_timeout", "stream_idle_timeout", "max_connections", "adaptive_connections")
) | {"system_message", "cache", "max_tool_output", "fail_on_refusal"}
"""Settings that inspect acts on itself, before or after this provider is called."""


@dataclass(frozen=True)
class _Decoding:
    """Settings that requests must share to go through one forward."""

    max_tokens: int
    stop: tuple[str, ...]
    temperature: float
    top_p: float
    top_logprobs: int | None
    schema: str | None


@dataclass(frozen=True)
class _Request:
    ids: tuple[int, ...]
    decoding: _Decoding
    seed: int


class OpenAPI(ModelAPI):
    """An open model as inspect sees it.

    A run whose solver asks it nothing (the reference answers, a control without a model) loads no weights.
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
        template: str = "auto",
        revision: str | None = None,
        adapter: str | None = None,
        adapter_way: str = "hooked",
        **unknown: Any,
    ) -> None:
        """Open the model.

        Args:
          model_name: Short name, hub name or path, `BASE@REVISION+ADAPTER` where there are these.
          base_url: Not used by a local model.
          api_key: Not used by a local model.
          config: Generation settings.
          device: See `open_model`.
          dtype: See `open_model`.
          max_batch: Most samples in one forward.
          stop_ids: Tokens that end a text; the model's own when None.
          template: `auto` applies the chat template of a model that has one, `plain` never does.
          revision: See `open_model`.
          adapter: See `open_model`; logs have it in the model's name, however it was given.
          adapter_way: See `open_model`.
          **unknown: Anything else is refused.

        Raises:
          OpenModelError: The model is not here, or an argument is unknown; damaged files are found when it is asked.
        """
        from glassbox.harness.lm.errors import OpenModelError
        from glassbox.harness.lm.load import Wanted

        name = ViewName.of(model_name, revision=revision, adapter=adapter)
        super().__init__(str(name), base_url, api_key, [], config)
        if unknown:
            names = ", ".join(sorted(unknown))
            known = "adapter, adapter_way, device, dtype, max_batch, revision, stop_ids, template"
            raise OpenModelError(f"open/ knows no model argument {names}; it takes {known}")
        self._wanted = Wanted.of(str(name), device=device, dtype=dtype, template=template, adapter_way=adapter_way)
        self._stop_ids = (stop_ids,) if isinstance(stop_ids, int) else stop_ids
        self._max_batch = max_batch
        self._batcher: Batcher[_Request, Generation] = Batcher(self._answer, max_batch)

    @cached_property
    def open(self) -> OpenModel:
        """The open model underneath; solvers reach it through `glassbox.harness.lm.opened.open_from`."""
        return self._wanted.open()

    async def generate(
        self, input: list[ChatMessage], tools: list[ToolInfo], tool_choice: ToolChoice, config: GenerateConfig
    ) -> ModelOutput:
        """Continue the conversation.

        Raises:
          ValueError: Tools or settings are given that this provider does not consume.
        """
        if tools:
            raise ValueError(f"open/{self.model_name} calls no tools; leave out {tools[0].name} or use hf/")
        decoding, ids = _decoding(config), tuple(prompt_ids(self.open, turns_of(input)))
        choices = config.num_choices or 1
        requests = [_Request(ids, decoding, seed) for seed in row_seeds(config.seed, choices)]
        return self._output(await self._all(requests), decoding)

    async def _all(self, requests: Sequence[_Request]) -> list[Served[Generation]]:
        """Every choice of one question, in one batch where there is room."""
        import anyio

        found: dict[int, Served[Generation]] = {}

        async def one(index: int) -> None:
            found[index] = await self._batcher.submit(requests[index])

        if len(requests) == 1:
            return [await self._batcher.submit(requests[0])]
        async with anyio.create_task_group() as group:
            for index in range(len(requests)):
                group.start_soon(one, index)
        return [found[index] for index in range(len(requests))]

    def _answer(self, requests: Sequence[_Request]) -> list[Generation]:
        """One batch: one `generate` call for each set of settings in it."""
        from glassbox.harness.lm.generate import generate

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
                seed=[row.seed for row in rows],
                stop_ids=self._stop_ids,
                max_batch=self._max_batch,
                top_logprobs=decoding.top_logprobs,
                constraints=[schema_constraint(self.open, decoding.schema) for _ in rows] if decoding.schema else None,
            )
            answers.update(zip(members, found, strict=True))
        return [answers[index] for index in range(len(requests))]

    def _output(self, found: Sequence[Served[Generation]], decoding: _Decoding) -> ModelOutput:
        answers, first = [served.answer for served in found], found[0]
        written = sum(answer.generated_tokens for answer in answers)
        return ModelOutput(
            model=self.model_name,
            choices=[self._choice(answer, decoding) for answer in answers],
            usage=ModelUsage(
                input_tokens=answers[0].prompt_tokens,
                output_tokens=written,
                total_tokens=answers[0].prompt_tokens + written,
            ),
            time=first.service_ms / 1000,
            metadata={
                "batch": first.answer.batch,
                "forward_passes": first.answer.forward_passes,
                "service_ms": round(first.service_ms, 3),
                "prompt_form": form_of(self.open),
                MODEL_HASH: self.open.hash,
            },
        )

    def _choice(self, answer: Generation, decoding: _Decoding) -> ChatCompletionChoice:
        reason: StopReason = "stop"
        if answer.stop_reason == "length":
            reason = "max_tokens" if answer.generated_tokens == decoding.max_tokens else "model_length"
        message = ChatMessageAssistant(content=answer.text, model=self.model_name, source="generate")
        logprobs = Logprobs(content=[self._logprob(choice) for choice in answer.choices]) if answer.choices else None
        return ChatCompletionChoice(message=message, stop_reason=reason, logprobs=logprobs)

    def _logprob(self, choice: Choice) -> Logprob:
        def said(token: int) -> str:
            return self.open.codec.decode([token], special=True)

        top = [TopLogprob(token=said(token), logprob=value) for token, value in choice.top]
        return Logprob(token=said(choice.token), logprob=choice.logprob, top_logprobs=top or None)

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
        return f"{self.model_name}:{self._wanted.device}:{self._wanted.dtype}"


@modelapi("open")
def open_provider() -> type[ModelAPI]:
    """The provider, as inspect's registry wants it."""
    return OpenAPI


def turns_of(messages: Sequence[ChatMessage]) -> list[Turn]:
    """Messages as turns.

    Raises:
      ValueError: A message holds more than text.
    """
    for message in messages:
        if not isinstance(message.content, str) and any(
            part.type not in ("text", "reasoning") for part in message.content
        ):
            raise ValueError(f"the {message.role} message holds more than text; open/ models read text only")
    return [Turn(message.role, message.text) for message in messages]


def _decoding(config: GenerateConfig) -> _Decoding:
    """Settings as this provider consumes them; whatever it does not know of is refused, also what is new in inspect."""
    unused = sorted(config.model_dump(exclude_none=True).keys() - CONSUMED - INSPECTS)
    if unused:
        raise ValueError(f"open/ does not consume {unused[0]}; it takes {', '.join(sorted(CONSUMED))}")
    schema = config.response_schema
    return _Decoding(
        max_tokens=config.max_tokens if config.max_tokens is not None else DEFAULT_MAX_TOKENS,
        stop=tuple(config.stop_seqs or ()),
        temperature=config.temperature or 0.0,
        top_p=config.top_p if config.top_p is not None else 1.0,
        top_logprobs=(config.top_logprobs or 0) if config.logprobs or config.top_logprobs else None,
        schema=schema.json_schema.model_dump_json(exclude_none=True) if schema else None,
    )
