"""What the head costs beyond the blocks it needs: `ir_head` beside a bare forward of the same blocks.

    python -m tests.bench.head_over_floor [--json PATH] [--models arith tinyllama_shape] [--prompts 300]

The floor has the token ids already; it embeds them and runs the first blocks in a plain loop: no tokenizer, no hooks,
nothing pooled, read or executed. Its states are compared with the head's own before anything is timed.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import torch
from pydantic import BaseModel
from rich.console import Console
from rich.table import Table

from glassbox.harness.data.arithmetic.prompts import expression_prompt
from glassbox.harness.fit.source import LayerSource
from glassbox.harness.lm.states import hidden_states
from glassbox.harness.lm.tokens import Batch
from tests.bench.record import Median, Record, arguments, interleaved, paired_ratio
from tests.bench.subjects import MODELS, ModelName, Subject, questions, subject

TARGET = 1.3


class ModelFigures(BaseModel):
    """Figures of one model, one question at a time; times in ms, and ratios to the floor on the same question."""

    model: str
    dtype: str
    layer: int
    floor_ms: Median
    head_ms: Median
    states_over_floor: Median
    view_over_floor: Median
    head_over_floor: Median


class FloorRecord(Record):
    """One run of this benchmark; `states` is the open model's early exit, `view` adds tokens and numbers."""

    benchmark: str = "head_over_floor"
    target_ratio: float = TARGET
    models: list[ModelFigures]


def floor_of(decoder: Any, blocks: int) -> Callable[[torch.Tensor], torch.Tensor]:
    """The first blocks of a Llama decoder as a plain loop over unpadded ids [1, position]."""

    @torch.inference_mode()
    def run(ids: torch.Tensor) -> torch.Tensor:
        states: torch.Tensor = decoder.embed_tokens(ids)
        positions = torch.arange(ids.shape[1]).unsqueeze(0)
        rotary = decoder.rotary_emb(states, position_ids=positions)
        for block in decoder.layers[:blocks]:
            states = block(states, attention_mask=None, position_ids=positions, position_embeddings=rotary)
        return states

    return run


def measure(name: ModelName, prompts: int, dtype: torch.dtype) -> ModelFigures:
    """Measure one model."""
    asked = questions(prompts)
    made = subject(name, asked, dtype)
    source = made.head.source
    assert isinstance(source, LayerSource), "ir_head reads a layer"
    texts = [expression_prompt(question.text) for question in asked]
    batches = [made.model.encode([text]) for text in texts]
    floor = floor_of(made.model.decoder, source.layer)
    _check(made, floor, batches[:5], source.layer)
    times = interleaved(
        {
            "floor": lambda item: floor(batches[item].input_ids),
            "states": lambda item: hidden_states(made.model, batches[item], [source.layer]),
            "view": lambda item: source.view([texts[item]]),
            "head": lambda item: made.head.attempt([asked[item]]),
        },
        prompts,
        warm=10,
    )
    return ModelFigures(
        model=name,
        dtype=str(made.model.dtype).removeprefix("torch."),
        layer=source.layer,
        floor_ms=Median.of(times["floor"]),
        head_ms=Median.of(times["head"]),
        states_over_floor=paired_ratio(times["states"], times["floor"]),
        view_over_floor=paired_ratio(times["view"], times["floor"]),
        head_over_floor=paired_ratio(times["head"], times["floor"]),
    )


def _check(made: Subject, floor: Callable[[torch.Tensor], torch.Tensor], batches: Sequence[Batch], layer: int) -> None:
    for batch in batches:
        if not torch.allclose(floor(batch.input_ids), hidden_states(made.model, batch, [layer])[layer], atol=1e-4):
            raise SystemExit("the floor and the open model disagree on the states; nothing was timed")


def table(models: Sequence[ModelFigures]) -> Table:
    """The figures for a person, with the target beside them."""
    shown = Table(title="ir_head beside a bare forward of the same blocks, batch 1: medians with 95 % intervals")
    shown.add_column("figure")
    for figures in models:
        shown.add_column(f"{figures.model} ({figures.dtype}, layer {figures.layer})", justify="right")
    shown.add_column("target", justify="right")
    rows = (
        ("bare forward, ms", lambda f: str(f.floor_ms), ""),
        ("ir_head, ms", lambda f: str(f.head_ms), ""),
        ("early exit over floor", lambda f: str(f.states_over_floor), ""),
        ("with tokens and numbers, over floor", lambda f: str(f.view_over_floor), ""),
        ("ir_head over floor", lambda f: str(f.head_over_floor), f"<= {TARGET}"),
    )
    for label, figure, target in rows:
        shown.add_row(label, *map(figure, models), target)
    return shown


def main() -> None:
    """Measure, print the table and, when asked, write the record."""
    parser = arguments("ir_head at batch 1 over a bare forward of the same blocks.")
    parser.add_argument("--models", nargs="+", choices=MODELS, default=list(MODELS))
    parser.add_argument("--prompts", type=int, default=300, help="questions timed on arith; a tenth on the others")
    parser.add_argument("--dtype", choices=("bfloat16", "float32"), default="bfloat16", help="of the random model")
    options = parser.parse_args()
    fewer = max(5, options.prompts // 10)
    counts = {"arith": options.prompts, "smol": fewer, "tinyllama_shape": fewer}
    dtype: torch.dtype = getattr(torch, options.dtype)
    record = FloorRecord(models=[measure(name, counts[name], dtype) for name in options.models])
    Console().print(table(record.models))
    record.write(options.json)


if __name__ == "__main__":
    main()
