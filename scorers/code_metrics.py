"""What a code run's header keeps: pass@k over epochs, shares by category, complexity and flag, outcomes by kind.

Pass@k comes with its Wilson interval, as in `scorers.metrics`; a group with its n, from which the interval follows. A
sample that could not be decided is in none of them.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from statistics import fmean

from inspect_ai.scorer import Metric, SampleScore, Value, metric

from glassbox.harness.code.question import FLAGS
from glassbox.harness.stats.estimate import Estimate
from glassbox.harness.stats.passes import pass_at
from glassbox.scorers.metrics import parts

UNFLAGGED = "unflagged"


@metric(scores="unreduced")
def pass_at_k(ks: tuple[int, ...] = (1, 2, 5, 10, 20, 50, 100)) -> Metric:
    """`pass@k` for every k that all samples have epochs for; nothing where each was run once.

    Inspect's own reducers (`--epochs-reducer pass_at_5`) estimate the same, one k a run; this needs no option. The
    interval is Wilson's over the samples, whose estimates vary at most as single draws do.

    Args:
      ks: Which k; the largest number of epochs that all samples share is added.
    """

    def compute(scores: list[SampleScore]) -> Value:
        drawn = _by_sample(scores)
        most = min((len(values) for values in drawn), default=0)
        if max((len(values) for values in drawn), default=0) < 2:
            return {}
        found: dict[str, float] = {}
        for k in sorted({*(k for k in ks if k <= most), most}):
            found |= _share(
                f"pass@{k}", [pass_at(sum(value >= 1 for value in values), len(values), k) for values in drawn]
            )
        return found

    return compute


@metric
def by(key: str) -> Metric:
    """The share of each value of a metadata field, as `mathematical` and `mathematical:n`.

    Args:
      key: The field; samples without it are in no group.
    """

    def compute(scores: list[SampleScore]) -> Value:
        groups: defaultdict[str, list[float]] = defaultdict(list)
        for item in scores:
            if value := (item.sample_metadata or {}).get(key):
                groups[str(value)].append(item.score.as_float())
        return _shares(groups)

    return compute


@metric
def by_flag() -> Metric:
    """The share among samples without any flag (`unflagged`), and among those with each; nothing where none has."""

    def compute(scores: list[SampleScore]) -> Value:
        groups: defaultdict[str, list[float]] = defaultdict(list)
        for item in scores:
            tags = (item.sample_metadata or {}).get("tags") or ()
            for flag in [flag for flag in FLAGS if flag in tags] or [UNFLAGGED]:
                groups[flag].append(item.score.as_float())
        return _shares(groups) if set(groups) - {UNFLAGGED} else {}

    return compute


@metric(scores="unreduced")
def outcomes() -> Metric:
    """How many programs, over all epochs, came to each outcome."""

    def compute(scores: list[SampleScore]) -> Value:
        return dict(sorted(Counter(item.score.as_str() for item in scores).items()))

    return compute


@metric(scores="unreduced")
def case_counts() -> Metric:
    """Cases and cases passed, over all samples and epochs.

    No interval: cases of one task stand or fall together, so that a binomial one would be far too narrow.
    """

    def compute(scores: list[SampleScore]) -> Value:
        kept = [item.score.metadata or {} for item in scores]
        return {
            "cases": sum(int(one.get("cases", 0)) for one in kept),
            "cases_right": sum(int(one.get("cases_passed", 0)) for one in kept),
        }

    return compute


def _by_sample(scores: Iterable[SampleScore]) -> list[list[float]]:
    drawn: defaultdict[str | int | None, list[float]] = defaultdict(list)
    for item in scores:
        drawn[item.sample_id].append(item.score.as_float())
    return list(drawn.values())


def _shares(groups: Mapping[str, list[float]]) -> dict[str, float]:
    """Share and n; they give the interval, which would make a screenful of rows out of a few."""
    found: dict[str, float] = {}
    for name, values in sorted(groups.items()):
        found |= {name: fmean(values), f"{name}:n": len(values)}
    return found


def _share(name: str, values: list[float]) -> dict[str, float]:
    return parts(name, Estimate.of_share(fmean(values), len(values)))
