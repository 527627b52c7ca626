"""`glassbox compare 13/18 15/18`: counts from a paper or a report, judged as far as counts can be.

glassbox compare 13/18 14/18 --format json
"""

from __future__ import annotations

import re

from glassbox.harness.records.export import RECORDS, exported
from glassbox.harness.stats.estimate import Estimate, points
from glassbox.harness.stats.reported import Rejudged, rejudge
from glassbox.harness.tables.render import markdown_table
from glassbox.leaderboards import figures

_COUNT = re.compile(r"(\d+)/(\d+)")


def is_count(text: str) -> bool:
    """Whether the text is a count such as `13/18`."""
    return _COUNT.fullmatch(text) is not None


def compare_counts(a: str, b: str, form: str, confidence: float) -> str:
    """Two counts over the same number of samples, judged, as text of that form.

    Raises:
      ValueError: They are over other numbers of samples, or one is no count.
    """
    (right_a, n_a), (right_b, n_b) = _read(a), _read(b)
    if n_a != n_b:
        raise ValueError(f"{a} and {b} are over {n_a} and {n_b} samples; counts are compared over the same samples")
    found = rejudge(right_a, right_b, n_a, confidence)
    sentence = found.sentence("A", "B")
    if form in RECORDS:
        return exported("compare", [_record(found, sentence)], form)
    if form == "markdown":
        return f"### A {a} against B {b}\n\n{sentence}\n\n{markdown_table(('', 'A against B'), _rows(found))}\n"
    width = max(len(name) for name, _ in _rows(found))
    return f"{sentence}\n\n" + "".join(f"{name:<{width}}  {value:>24}\n" for name, value in _rows(found))


def _record(found: Rejudged, sentence: str) -> dict[str, object]:
    interval = found.interval
    judged = ("evidence", "possible", "p", "least_p", "most_p", "needed", "needed_paired", "needed_unrelated")
    return {
        "n": found.n,
        "a": {"right": found.right_a},
        "b": {"right": found.right_b},
        "difference": Estimate(found.difference, interval.low, interval.high, found.n),
        **{name: getattr(found, name) for name in judged},
        "sentence": sentence,
    }


def _rows(found: Rejudged) -> list[tuple[str, str]]:
    shown = [
        (
            "difference, points",
            points(found.difference, found.interval, ""),
        ),
        ("p, unpaired (Fisher)", f"{found.p:.2g}"),
        ("p, paired, by the pairing", f"{found.least_p:.2g} to {found.most_p:.2g}"),
    ]
    if found.needed is not None:
        shown += [
            ("samples a side needed, unpaired", figures.number(found.needed)),
            ("pairs needed, failures nested", figures.number(found.needed_paired)),
            ("pairs needed, failures unrelated", figures.number(found.needed_unrelated)),
        ]
    return shown


def _read(text: str) -> tuple[int, int]:
    found = _COUNT.fullmatch(text)
    if found is None:
        raise ValueError(f"{text} is no count such as 13/18; compare a count with a count, and a run with a run")
    return int(found[1]), int(found[2])
