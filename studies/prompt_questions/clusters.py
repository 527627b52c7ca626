"""Do vectors group by data set? Silhouette and neighbours of the found vectors, of the starts, and of text lengths.

glassbox prompt-questions clusters --data squad arithmetic sudoku arc --n 24

The starts know nothing and must be at chance; the lengths of the texts are what a grouping may come to without any
meaning. p is by shuffling the labels.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial

import numpy as np
from numpy.typing import NDArray

from glassbox.harness.data.pair import Pair
from glassbox.harness.records.answer import Answer, Figure, Row
from glassbox.harness.stats.estimate import Estimate
from glassbox.studies.prompt_questions.geometry import Floats, neighbours, permutation_p, principal, purity, silhouette
from glassbox.studies.prompt_questions.lab import Found, Lab

NEIGHBOURS = 5
DRAWS = 999
PURE = "neighbours of the same data set"
FOUND, STARTS, LENGTHS = "found", "start", "text lengths"
Labels = NDArray[np.int64]


def clusters(lab: Lab, pairs: Mapping[str, Sequence[Pair]]) -> Answer:
    """How the solved pairs' vectors group by data set.

    Raises:
      ValueError: Fewer than two data sets are given, or one has fewer solved pairs than neighbours are counted.
    """
    if len(pairs) < 2:
        raise ValueError(f"{len(pairs)} data set has no other to be told from; give at least 2")
    everything = [pair for each in pairs.values() for pair in each]
    found = {one.pair.id: one for one in lab.search(everything) if one.record.converged}
    solved = {name: [found[pair.id] for pair in each if pair.id in found] for name, each in pairs.items()}
    few = {name: len(each) for name, each in solved.items() if len(each) <= NEIGHBOURS}
    if few:
        said = ", ".join(f"{name} {count}" for name, count in few.items())
        raise ValueError(f"too few pairs are solved ({said}) to look at {NEIGHBOURS} neighbours; give more with --n")
    return _answer(lab, solved, {name: len(each) for name, each in pairs.items()})


def _answer(lab: Lab, solved: Mapping[str, Sequence[Found]], asked: Mapping[str, int]) -> Answer:
    names = list(solved)
    labels = np.array([at for at, name in enumerate(names) for _ in solved[name]])
    prompts = [one for name in names for one in solved[name]]
    views = _views(lab, prompts)
    rows = tuple(
        Row(setting={"of": of, "as": seen}, figures=_figures(points, labels)) for (of, seen), points in views.items()
    )
    places, shares = principal(views[FOUND, "one long vector"])
    chance = float(np.mean([(labels == label).sum() - 1 for label in labels]) / (len(labels) - 1))
    return Answer(
        name="clusters",
        question="Do vectors group by data set?",
        varied="of",
        sentence=_sentence(rows, chance),
        rows=rows,
        points={
            name: tuple((float(f"{x:.5g}"), float(f"{y:.5g}")) for x, y in places[labels == at])
            for at, name in enumerate(names)
        },
        notes=(
            "Solved and counted: " + ", ".join(f"{name} {len(solved[name])} of {asked[name]}" for name in names) + ".",
            f"The plot's axes hold {shares[0]:.1%} and {shares[1]:.1%} of the variance of the long vectors.",
            f"{NEIGHBOURS} neighbours; chance is {chance:.1%}; p from {DRAWS} shuffles of the labels.",
        ),
    )


def _views(lab: Lab, prompts: Sequence[Found]) -> dict[tuple[str, str], Floats]:
    """Points [pair, feature] by what they are of, and how it is seen."""
    views: dict[tuple[str, str], Floats] = {}
    found, starts = [one.vectors for one in prompts], lab.starts([one.pair for one in prompts])
    for of, contents in ((FOUND, found), (STARTS, starts)):
        stack = np.stack(contents)
        views[of, "one long vector"] = stack.reshape(len(stack), -1)
        views[of, "mean of positions"] = stack.mean(1)
    lengths = [[len(ids) for ids in lab.tokens(one.pair)] for one in prompts]
    views[LENGTHS, "log tokens"] = np.log1p(np.array(lengths, dtype=np.float64))
    return views


def _figures(points: Floats, labels: Labels) -> dict[str, Figure]:
    near = neighbours(points, NEIGHBOURS)
    p = permutation_p(partial(_mean_purity, near), labels, DRAWS)
    return {
        "silhouette": Estimate.of_mean(silhouette(points, labels)),
        PURE: Estimate.of_mean(purity(near, labels), "share"),
        "p": p,
    }


def _mean_purity(near: Labels, labels: Labels) -> float:
    return float(purity(near, labels).mean())


def _sentence(rows: Sequence[Row], chance: float) -> str:
    said = [f"{row.setting['of']} ({row.setting['as']}) {row.figures[PURE]}" for row in rows]
    return f"{PURE}, {chance:.1%} by chance: " + "; ".join(said)
