"""Do restarts of a pair find the same place? Vectors of independent seeds, each of which writes the pair exactly.

glassbox prompt-questions agreement --n 24 --seeds 5

One seed's restarts never end another's. Pairs that not every seed solved are left out, so that what is compared are
solutions. Baselines: other pairs' solutions, random vectors of the same norms, and each solution's own start.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace

import numpy as np

from glassbox.harness.data.pair import Pair
from glassbox.harness.records.answer import Answer, Figure, Row
from glassbox.harness.stats.estimate import Estimate
from glassbox.harness.stats.intervals import bootstrap_mean
from glassbox.studies.prompt_questions.geometry import (
    ALIGNMENTS,
    Align,
    cosine,
    distance,
    flat_cosine,
    of_same_norms,
    pairs_of,
)
from glassbox.studies.prompt_questions.lab import Floats, Found, Lab

SAME, OTHER, RANDOM, START = "same pair, other seed", "other pair", "random, same norms", "own start"
Two = tuple[Floats, Floats]
Couples = Mapping[str, Sequence[Sequence[Two]]]
"""By kind, for each pair, the sets of vectors [k, hidden] that are compared."""


def agreement(lab: Lab, pairs: Sequence[Pair], seeds: Sequence[int]) -> Answer:
    """Compare what each of `seeds` finds for each of `pairs`.

    Raises:
      ValueError: Fewer than two seeds are given, or fewer than two pairs are solved by all of them.
    """
    if len(seeds) < 2:
        raise ValueError(f"{len(seeds)} seed has nothing to agree with; give at least 2")
    found = [lab.search(pairs, seed=seed) for seed in seeds]
    begun = [lab.starts(pairs, seed) for seed in seeds]
    solved = [at for at in range(len(pairs)) if all(one[at].record.converged for one in found)]
    if len(solved) < 2:
        raise ValueError(
            f"{len(solved)} of {len(pairs)} pairs are solved by all {len(seeds)} seeds; give more or easier"
        )
    prompts = [[one[at] for one in found] for at in solved]
    couples = _couples(prompts, [[one[at] for one in begun] for at in solved])
    rows = tuple(
        Row(setting={"compared": kind, "aligned": name}, figures=_figures(couples[kind], align))
        for kind in couples
        for name, align in ALIGNMENTS.items()
    )
    middles = _middles(lab, prompts)
    return Answer(
        name="agreement",
        question="Do restarts find the same place?",
        varied="compared",
        sentence=_sentence(couples, middles[0]),
        rows=rows,
        points={
            kind: tuple((float(f"{cosine(*two):.5g}"),) for group in groups for two in group)
            for kind, groups in couples.items()
        },
        notes=(
            f"{len(solved)} of {len(pairs)} pairs are solved by all {len(seeds)} seeds; intervals are over pairs.",
            middles[1],
            "An alignment brings unrelated sets closer too: each row is read against the same row of the baselines.",
        ),
    )


def _couples(prompts: Sequence[Sequence[Found]], starts: Sequence[Sequence[Floats]]) -> Couples:
    draw, groups = np.random.default_rng(0), list(zip(prompts, starts, strict=True))
    turned = [*prompts[1:], prompts[0]]
    seeds = pairs_of(len(prompts[0]))
    return {
        SAME: [[(own[i].vectors, own[j].vectors) for i, j in seeds] for own in prompts],
        OTHER: [
            [(own[i].vectors, other[j].vectors) for i, j in seeds] for own, other in zip(prompts, turned, strict=True)
        ],
        RANDOM: [[(own[i].vectors, of_same_norms(own[j].vectors, draw)) for i, j in seeds] for own in prompts],
        START: [[(one.vectors, start) for one, start in zip(own, begun, strict=True)] for own, begun in groups],
    }


def _figures(groups: Sequence[Sequence[Two]], align: Align) -> dict[str, Figure]:
    moved = [[(align(first, second), second) for first, second in group] for group in groups]
    return {
        "cosine, a position": _over_pairs(cosine, moved),
        "cosine, flattened": _over_pairs(flat_cosine, moved),
        "distance": _over_pairs(distance, moved),
    }


def _over_pairs(measure: Callable[[Floats, Floats], float], groups: Sequence[Sequence[Two]]) -> Figure:
    return Estimate.of_mean(_means(measure, groups))


def _means(measure: Callable[[Floats, Floats], float], groups: Sequence[Sequence[Two]]) -> list[float]:
    """One mean a pair: comparisons of the same pair are not independent."""
    return [float(np.mean([measure(*two) for two in group])) for group in groups]


def _sentence(couples: Couples, middle: str) -> str:
    same, other, start = (np.array(_means(cosine, couples[kind])) for kind in (SAME, OTHER, START))
    bounds = bootstrap_mean(same - other)
    return (
        f"cosine {same.mean():.3f} between solutions of one pair (the same place would be 1), {other.mean():.3f} "
        f"between those of two pairs, difference {(same - other).mean():.3f} "
        f"[{bounds.low:.3f}, {bounds.high:.3f}]; to its own start a solution has {start.mean():.3f}; {middle}"
    )


def _middles(lab: Lab, prompts: Sequence[Sequence[Found]]) -> tuple[str, str]:
    """Does the mean of two solutions still write the pair? It does where both lie in one convex basin."""
    draw = np.random.default_rng(1)
    halfway = list(_halfway(prompts))
    noise = [replace(own[0], vectors=(own[0].vectors + of_same_norms(own[1].vectors, draw)) / 2) for own in prompts]
    met, chance = (Estimate.of_count(sum(held), len(held)) for held in (lab.held(halfway), lab.held(noise)))
    between, aside, ends = (np.mean(lab.losses(each)) for each in (halfway, noise, [own[0] for own in prompts]))
    return (
        f"halfway between two of its solutions {met} of pairs are still written, halfway to a random set {chance}",
        f"Mean loss, nats a token: {ends:.4f} at the solutions, {between:.3f} halfway between two of a pair, "
        f"{aside:.3f} halfway to a random set of the same norms.",
    )


def _halfway(prompts: Sequence[Sequence[Found]]) -> Iterator[Found]:
    for own in prompts:
        first, second = own[0], own[1]
        middle = (first.vectors + second.vectors) / 2
        yield replace(first, vectors=middle, modes=(first.modes + second.modes) / 2)
