"""The board of the IR tasks: reading a program out of a question, right in meaning, and what that costs.

glassbox leaderboard --task 'ir_*'
"""

from __future__ import annotations

from glassbox.harness.records.frames import RunRecord
from glassbox.harness.stats.estimate import Estimate
from glassbox.leaderboards import figures
from glassbox.leaderboards.families.family import Family, Run, metric, share, words
from glassbox.leaderboards.runs import estimate

HEADLINE = "semantic"


def _structural(record: RunRecord) -> Estimate | None:
    """A proportion over some of the samples only does not stand beside proportions over all of them."""
    part, whole = estimate(record, "structural"), estimate(record, HEADLINE)
    return part if part and whole and part.n >= whole.n else None


def _expressible(run: Run) -> tuple[str, ...]:
    """Of what the reader can express, where that is not all: elsewhere it is the headline once more."""
    part, whole = estimate(run.record, "expressible"), estimate(run.record, HEADLINE)
    if not part or not whole or part.n >= whole.n:
        return ()
    return (
        f"{run.placed.label}: its head can express {part.n:,} of {whole.n:,} programs; "
        f"of these {figures.with_interval(part)} are right",
    )


def _artefact(run: Run) -> str | None:
    return run.samples.artefact if run.samples else None


def _fastest(record: RunRecord) -> tuple[float, ...]:
    milliseconds = record.metric("alone_ms", "p50")
    return (float("inf") if milliseconds is None else milliseconds,)


FAMILY = Family(
    name="ir",
    headline=HEADLINE,
    unit="right answers",
    criteria={"value": HEADLINE, "form": "structural"},
    order=_fastest,
    measures=(
        share("structural", read=_structural, about="answers from which a valid program was read, right or wrong, %"),
        share("semantic", interval=True, about="programs that compute the right value, % [95 % Wilson interval]"),
        share("parse_failure", "unread", metric="rate", about="answers in which no program was found, %", brief=False),
        metric(
            "alone_p50_ms",
            "alone",
            "alone_ms",
            "p50",
            figures.milliseconds,
            about="latency of a sample alone, median",
        ),
        metric(
            "amortised_p50_ms",
            "in batch",
            "amortised_ms",
            "p50",
            figures.milliseconds,
            about="a sample's share of its batch's time, median",
        ),
        metric(
            "generated_tokens",
            "written",
            "generated_tokens",
            "mean",
            about="tokens for a sample, mean",
        ),
        words(
            "artefact",
            lambda run: figures.address(_artefact(run)),
            lambda run: {"artefact": _artefact(run)},
            about="content address of the fitted part",
        ),
    ),
    notes=_expressible,
    more=(
        share("expressible"),
        share("operation"),
        share("first_operand"),
        share("second_operand"),
        share("program"),
        metric("alone_p95_ms", "alone p95", "alone_ms", "p95"),
        metric("amortised_p95_ms", "in batch p95", "amortised_ms", "p95"),
        metric("prompt_tokens", "prompt tokens", "prompt_tokens", "mean"),
        metric("model_calls", "model calls", "model_calls", "mean"),
    ),
    legend="% [95 % Wilson interval]; latency: median for one sample alone, and its share of a batch",
)
