"""How do data sets compare? The share written exactly, the controls and the cost for each of them.

glassbox prompt-questions datasets --data squad=dev-v2.0.json triviaqa=test.jsonl sudoku=sudoku.jsonl --n 100
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from statistics import median

from glassbox.harness.records.answer import Answer, Row
from glassbox.harness.records.prompted import Prompted
from glassbox.studies.prompt_questions.geometry import TWIN
from glassbox.studies.prompt_questions.summary import both, summary


def datasets(
    records: Mapping[str, Sequence[Prompted]],
    left_out: Mapping[str, Mapping[str, int]],
    twins: Mapping[str, float] | None = None,
) -> Answer:
    """One row a data set.

    Args:
      records: Of each data set.
      left_out: Records that gave no pair, by data set and reason.
      twins: Share of each data set's tokens that the model can hardly tell from another one.

    Raises:
      ValueError: A data set has no record.
    """
    empty = [name for name, each in records.items() if not each]
    if empty or not records:
        raise ValueError(
            f"no pair of {', '.join(empty) or 'any data set'} was searched; give a larger --n or --longest"
        )
    rows = tuple(
        Row(setting={"data set": name, "n": len(each), **_lengths(each)}, figures=summary(each))
        for name, each in records.items()
    )
    held = ", ".join(f"{name} {sum(map(both, each))} of {len(each)}" for name, each in records.items())
    reasons = [
        f"Left out of {name}: "
        + ", ".join(f"{count:,} {reason.replace('_', ' ')}" for reason, count in each.items())
        + "."
        for name, each in left_out.items()
        if each
    ]
    doubled = ", ".join(f"{100 * share:.0f} % of {name}" for name, share in (twins or {}).items())
    told = (f"Tokens that the model's output layer hardly tells from another (cosine {TWIN} or more): {doubled}.",)
    return Answer(
        name="datasets",
        question="Which data sets fit?",
        varied="data set",
        sentence=f"question and answer written exactly, first to stop token: {held}",
        rows=rows,
        notes=("Tokens are medians, stop token included.", *(told if doubled else ()), *reasons),
    )


def _lengths(records: Sequence[Prompted]) -> dict[str, str | int]:
    return {
        f"tokens {name[0].upper()}": round(
            median(held.tokens for record in records if (held := record.targets.get(name)))
        )
        for name in ("question", "answer")
    }
