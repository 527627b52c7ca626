"""Greedy and sampled generation in batches with a KV cache; a row's text does not depend on its batch.

for answer in generate(model, ["Once upon a time"], max_tokens=40, stop=["."]):
    print(answer.text, answer.stop_reason)
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Literal, cast

import torch
from transformers import GenerationConfig, LogitsProcessorList, StoppingCriteriaList

from glassbox.harness.lm.model import OpenModel
from glassbox.harness.lm.sampling import RowSampler, Sampling, row_seeds
from glassbox.harness.lm.stopping import RowStopping
from glassbox.harness.lm.tokens import pad

StopReason = Literal["stop", "length"]


@dataclass(frozen=True)
class Generation:
    """What one prompt gave.

    Attributes:
      tokens: Generated ids, the stop token included.
      text: What they add to the prompt's text, up to the stop token or stop string.
      stop_reason: `stop` at a stop token or string; `length` when the budget or the context was spent.
      prompt_tokens: Tokens read.
      generated_tokens: Tokens written, the stop token included.
      forward_passes: Model calls made for the batch this row was in.
      batch: Rows in that batch.
    """

    tokens: tuple[int, ...]
    text: str
    stop_reason: StopReason
    prompt_tokens: int
    generated_tokens: int
    forward_passes: int
    batch: int


def generate(
    model: OpenModel,
    prompts: Sequence[str | Sequence[int]],
    *,
    max_tokens: int,
    stop: Sequence[str] = (),
    temperature: float = 0.0,
    top_p: float = 1.0,
    seed: int | Sequence[int] | None = None,
    stop_ids: Sequence[int] | None = None,
    max_batch: int = 64,
) -> list[Generation]:
    """Continue each prompt.

    Penalties and sampling settings that a checkpoint ships in its generation configuration are not applied:
    temperature 0 is the argmax of the model's logits.

    Args:
      model: The open model.
      prompts: Texts, or token ids with their special tokens; none may be longer than the context.
      max_tokens: Budget of each row; the context's end may come before.
      stop: Strings that end a row.
      temperature: 0 is greedy.
      top_p: Nucleus mass, with a temperature only.
      seed: One for all prompts, or one a prompt. Without it, a sampled call draws fresh seeds.
      stop_ids: Tokens that end a row; the model's own when None.
      max_batch: Most rows in one forward.

    Raises:
      ValueError: A setting is out of range, or a prompt fills the context.
    """
    sampling = Sampling(temperature, top_p)
    if max_tokens < 1 or max_batch < 1:
        raise ValueError(f"max_tokens {max_tokens} and max_batch {max_batch} must be at least 1")
    if not all(stop):
        raise ValueError("an empty stop string would stop everywhere; leave it out")
    rows = [model.codec.ids(prompt) if isinstance(prompt, str) else list(prompt) for prompt in prompts]
    budgets = [_budget(model, len(row), max_tokens) for row in rows]
    seeds = row_seeds(seed, len(rows))
    ends = tuple(model.stop_ids if stop_ids is None else stop_ids)
    done: list[Generation] = []
    for start in range(0, len(rows), max_batch):
        chunk = slice(start, start + max_batch)
        sampler = RowSampler(sampling, seeds[chunk], model.device) if temperature else None
        done += _generate_batch(model, rows[chunk], budgets[chunk], tuple(stop), ends, sampler)
    return done


def _budget(model: OpenModel, prompt_tokens: int, max_tokens: int) -> int:
    if model.context is None:
        return max_tokens
    room = model.context - prompt_tokens
    if room < 1:
        raise ValueError(
            f"{prompt_tokens} prompt tokens leave no room in the context of {model.name} ({model.context})"
        )
    return min(max_tokens, room)


def _generate_batch(
    model: OpenModel,
    rows: Sequence[Sequence[int]],
    budgets: Sequence[int],
    stop: tuple[str, ...],
    stop_ids: tuple[int, ...],
    sampler: RowSampler | None,
) -> list[Generation]:
    batch = pad(rows, model.codec.pad_id, side="left").to(model.device)
    width = batch.input_ids.shape[1]
    stopping = RowStopping(model.codec, stop_ids, stop, budgets, width)
    with model.lock, torch.inference_mode(), _ended_rows_stay_in_context(model, max(batch.lengths) + max(budgets)):
        sequences = model.model.generate(  # type: ignore[operator]
            input_ids=batch.input_ids,
            attention_mask=batch.attention_mask,
            position_ids=batch.position_ids,
            generation_config=_plain_decoding(max(budgets), model.codec.pad_id),
            logits_processor=LogitsProcessorList([sampler] if sampler else []),
            stopping_criteria=StoppingCriteriaList([stopping]),
        )
    written = cast(torch.Tensor, sequences)[:, width:].tolist()
    return [_generation(model, prompt, written[row], stop, stopping, row) for row, prompt in enumerate(rows)]


@contextmanager
def _ended_rows_stay_in_context(model: OpenModel, furthest: int) -> Iterator[None]:
    """Keep position ids below the context's end.

    A row that ended there rides along until the last row of its batch ends, and its positions go on counting; learned
    position embeddings have no entry for them.
    """
    limit = model.context
    if limit is None or furthest <= limit:
        yield
        return

    def clamp(_: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[tuple[Any, ...], dict[str, Any]]:
        return args, {**kwargs, "position_ids": kwargs["position_ids"].clamp(max=limit - 1)}

    hook = model.model.register_forward_pre_hook(clamp, with_kwargs=True)
    try:
        yield
    finally:
        hook.remove()


def _generation(
    model: OpenModel,
    prompt: Sequence[int],
    written: Sequence[int],
    stop: tuple[str, ...],
    stopping: RowStopping,
    row: int,
) -> Generation:
    length = cast(int, stopping.lengths[row])
    tokens = tuple(written[:length])
    spoken = tokens[:-1] if tokens[-1] in stopping.eos_token_id else tokens
    text = model.codec.continuation(prompt, spoken)
    cut = min((at for at in (text.find(string) for string in stop) if at >= 0), default=len(text))
    return Generation(
        tokens=tokens,
        text=text[:cut],
        stop_reason="stop" if stopping.stopped[row] else "length",
        prompt_tokens=len(prompt),
        generated_tokens=length,
        forward_passes=stopping.forward_passes,
        batch=len(stopping.lengths),
    )


def _plain_decoding(max_tokens: int, pad_id: int) -> GenerationConfig:
    """Argmax of the model's logits. Whatever is left out here, the library fills in from the checkpoint's own file."""
    return GenerationConfig(  # type: ignore[no-untyped-call]
        max_new_tokens=max_tokens,
        pad_token_id=pad_id,
        eos_token_id=[],  # stopping is `RowStopping`'s work
        do_sample=False,
        num_beams=1,
        temperature=1.0,
        top_p=1.0,
        top_k=50,
        repetition_penalty=1.0,
        no_repeat_ngram_size=0,
        min_length=0,
        use_cache=True,
        return_dict_in_generate=False,
    )
