"""The pairs an analysis looks at, drawn as the tasks of tasks/soft_prompt.py draw them: same ids, same kept vectors.

drawn = draw(["squad=dev-v2.0.json", "sudoku"], n=100, seed=0)
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import get_args

from glassbox.harness.data.pair import Pair
from glassbox.harness.lm.model import OpenModel
from glassbox.tasks.prompting.dataset import Drawn, Family, draw_pairs

FAMILIES: tuple[Family, ...] = get_args(Family)


@dataclass(frozen=True, slots=True)
class Asked:
    """One data set as the command line names it.

    Attributes:
      family: Which.
      path: Its official file; the project's own set when None.
    """

    family: Family
    path: str | None

    @property
    def text(self) -> str:
        """As it was asked for, the file without its folders."""
        return self.family if self.path is None else f"{self.family}={Path(self.path).name}"


def asked(text: str) -> Asked:
    """`FAMILY` or `FAMILY=FILE`.

    Raises:
      ValueError: There is no such family.
    """
    name, _, path = text.partition("=")
    family = next((each for each in FAMILIES if each == name), None)
    if family is None:
        raise ValueError(f"unknown data set {name!r}; one of {', '.join(FAMILIES)}, with =FILE for an official file")
    return Asked(family, path or None)


def draw(wanted: Sequence[Asked], n: int, seed: int, longest: int | None = None) -> dict[str, Drawn]:
    """Pairs by family.

    Raises:
      ValueError: A family is asked for twice, or gives no pair.
      SourceError: An official file is missing or malformed.
    """
    twice = {each.family for each in wanted if sum(other.family == each.family for other in wanted) > 1}
    if twice:
        raise ValueError(f"{', '.join(sorted(twice))} is asked for twice; give each data set once")
    return {each.family: draw_pairs(each.family, each.path, n, seed, longest) for each in wanted}


@dataclass(frozen=True, slots=True)
class Chosen:
    """Pairs that an analysis looks at.

    Attributes:
      pairs: By family.
      left_out: How many records gave no pair, by family and reason.
      sha256: Of the official files, by family.
    """

    pairs: dict[str, list[Pair]]
    left_out: dict[str, dict[str, int]]
    sha256: dict[str, str]

    @property
    def all(self) -> list[Pair]:
        """The pairs of all families."""
        return [pair for each in self.pairs.values() for pair in each]


def fitting(model: OpenModel, drawn: Mapping[str, Drawn], k: int, limit: int | None = None) -> Chosen:
    """The first `limit` pairs whose targets the context has room for.

    Room is needed for k vectors and a mode vector before a target, and the stop token after it.
    """
    room = None if model.context is None else model.context - k - 2
    kept: dict[str, list[Pair]] = {}
    out: dict[str, dict[str, int]] = {}
    for name, found in drawn.items():
        fit = [pair for pair in found.pairs if room is None or _longest(model, pair) <= room]
        over = len(found.pairs) - len(fit)
        out[name] = found.left_out | ({"longer than the context": over} if over else {})
        kept[name] = fit[:limit]
    return Chosen(kept, out, {name: found.sha256 for name, found in drawn.items() if found.sha256})


def _longest(model: OpenModel, pair: Pair) -> int:
    return max(len(model.codec.ids(text, special=False)) for text in (pair.question, pair.answer))
