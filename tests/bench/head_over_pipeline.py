"""How much faster the head is than the pipeline it wants to replace: one question alone, and batches of 64.

    python -m tests.bench.head_over_pipeline [--json PATH] [--models arith tinyllama_shape] [--prompts 100]

Both answer the same questions in the same process, side by side: from the question's text to the program's value.
The pipeline has no examples in its prompt, which spares it work. See `subjects` for the model of TinyLlama's shape.
"""

from __future__ import annotations

import statistics
from collections.abc import Sequence

import torch
from pydantic import BaseModel
from rich.console import Console
from rich.table import Table

from tests.bench.record import Median, Record, arguments, interleaved, paired_ratio
from tests.bench.subjects import MODELS, ModelName, Subject, questions, subject

TARGET = 10.0
BATCH = 64
ROUNDS = 5


class ModelFigures(BaseModel):
    """Figures of one model; latencies are ms of one question alone, rates are questions a second."""

    model: str
    dtype: str
    layer: int
    layers: int
    generated_tokens: float
    head_ms: Median
    pipeline_ms: Median
    speedup: Median
    head_per_second: float
    pipeline_per_second: float
    batch_speedup: Median


class SpeedRecord(Record):
    """One run of this benchmark."""

    benchmark: str = "head_over_pipeline"
    target_speedup: float = TARGET
    batch: int = BATCH
    models: list[ModelFigures]


def measure(name: ModelName, prompts: int, dtype: torch.dtype) -> ModelFigures:
    """Measure one model."""
    asked = questions(max(prompts, BATCH))
    made: Subject = subject(name, asked, dtype)
    works = {
        "head": lambda item: made.head.attempt([asked[item]]),
        "pipeline": lambda item: made.pipeline.attempt([asked[item]]),
    }
    alone = interleaved(works, prompts, warm=5)
    batch = asked[:BATCH]
    batched = {
        "head": lambda _: made.head.attempt(batch),
        "pipeline": lambda _: made.pipeline.attempt(batch),
    }
    together = interleaved(batched, ROUNDS, warm=1)
    written = [made.pipeline.attempt([question])[0].generated_tokens for question in asked[: min(prompts, 20)]]
    return ModelFigures(
        model=name,
        dtype=str(made.model.dtype).removeprefix("torch."),
        layer=made.head.source.layer if hasattr(made.head.source, "layer") else 0,
        layers=len(made.model.blocks),
        generated_tokens=statistics.fmean(written),
        head_ms=Median.of(alone["head"]),
        pipeline_ms=Median.of(alone["pipeline"]),
        speedup=paired_ratio(alone["pipeline"], alone["head"]),
        head_per_second=BATCH * 1000 / statistics.median(together["head"]),
        pipeline_per_second=BATCH * 1000 / statistics.median(together["pipeline"]),
        batch_speedup=paired_ratio(together["pipeline"], together["head"]),
    )


def table(models: Sequence[ModelFigures]) -> Table:
    """The figures for a person, with the target beside them."""
    shown = Table(title="ir_head beside regex_pipeline: medians with 95 % intervals")
    shown.add_column("figure")
    for figures in models:
        shown.add_column(f"{figures.model} ({figures.dtype})", justify="right")
    shown.add_column("target", justify="right")
    rows = (
        ("layer read, of", lambda f: f"{f.layer} of {f.layers}", ""),
        ("tokens the pipeline writes", lambda f: f"{f.generated_tokens:.1f}", ""),
        ("ir_head alone, ms", lambda f: str(f.head_ms), ""),
        ("regex_pipeline alone, ms", lambda f: str(f.pipeline_ms), ""),
        ("times faster alone", lambda f: str(f.speedup), f">= {TARGET:.0f}"),
        (f"ir_head in batches of {BATCH}, questions/s", lambda f: f"{f.head_per_second:,.1f}", ""),
        (f"regex_pipeline in batches of {BATCH}, questions/s", lambda f: f"{f.pipeline_per_second:,.1f}", ""),
        ("times faster in batches", lambda f: str(f.batch_speedup), ""),
    )
    for label, figure, target in rows:
        shown.add_row(label, *map(figure, models), target)
    return shown


def main() -> None:
    """Measure, print the table and, when asked, write the record."""
    parser = arguments("Latency and throughput of ir_head beside regex_pipeline.")
    parser.add_argument("--models", nargs="+", choices=MODELS, default=list(MODELS))
    parser.add_argument(
        "--prompts", type=int, default=100, help="questions timed alone on arith; a fifth on the others"
    )
    parser.add_argument("--dtype", choices=("bfloat16", "float32"), default="bfloat16", help="of the random model")
    options = parser.parse_args()
    fewer = max(5, options.prompts // 5)
    counts = {"arith": options.prompts, "smol": fewer, "tinyllama_shape": fewer}
    dtype: torch.dtype = getattr(torch, options.dtype)
    record = SpeedRecord(models=[measure(name, counts[name], dtype) for name in options.models])
    Console().print(table(record.models))
    record.write(options.json)


if __name__ == "__main__":
    main()
