"""How few vectors do? The share of pairs written exactly for each K, from a search or from the logs of one.

glassbox prompt-questions sweep --data squad=dev-v2.0.json --n 100
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from glassbox.harness.records.answer import Answer, Row
from glassbox.harness.records.prompted import Prompted
from glassbox.studies.prompt_questions.summary import summary

SIZES = (1, 2, 4, 8, 16, 32, 64, 128)
WANTED = 0.9


def sweep(records: Mapping[int, Sequence[Prompted]]) -> Answer:
    """The records of the same pairs, or of the first of them, by number of content vectors.

    Raises:
      ValueError: There are none.
    """
    if not records or not all(records.values()):
        raise ValueError("a sweep needs records for each K; run one, or name logs that hold --solver dcm runs")
    rows = tuple(Row(setting={"K": k, "n": len(records[k])}, figures=summary(records[k])) for k in sorted(records))
    return Answer(
        name="sweep",
        question="How few vectors do?",
        varied="K",
        sentence=f"{_smallest(rows, sure=False)}; {_smallest(rows, sure=True)}",
        rows=rows,
        notes=("Rows of fewer pairs are of the first of the same pairs.",)
        if len({*map(len, records.values())}) > 1
        else (),
    )


def _smallest(rows: Sequence[Row], *, sure: bool) -> str:
    """The smallest K from which on every measured one reaches it: one lucky K among failing ones is none."""
    found: int | None = None
    for row in reversed(rows):
        figure = row.estimates.get("exact both")
        reached = None if figure is None else figure.low if sure else figure.value
        if reached is None or reached < WANTED:
            break
        found = int(row.setting["K"])
    what = "with the whole 95 % interval above it" if sure else "by the estimate"
    if found is None:
        return f"no measured K gives {WANTED:.0%} {what}"
    return f"K = {found} is the smallest measured that gives {WANTED:.0%} {what}"
