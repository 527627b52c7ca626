"""What a run scores that knows nothing of the answer: the level that a control must not exceed, and its interval.

The commonest target; one of the choices; and, where questions hold numbers, one fixed rule applied to them all ("the
first plus the second"): a head that points at numbers of the prompt has that much without reading a word.

Samples of one template, operation or passage fall together, and so does what a control answers to them: a head fitted
on shuffled labels that happens to read every sum as a sum has guessed once, not fifty times. The interval is
therefore over whatever label of the samples' metadata makes it reach lowest.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence

from inspect_ai.log import EvalSample

from glassbox.harness.audit.log import AuditedLog, input_text, target_text
from glassbox.harness.stats.estimate import Estimate
from glassbox.harness.stats.intervals import wilson
from glassbox.harness.stats.means import cluster_mean

FEWEST = 3
"""Groups below which an interval over groups holds everything."""
_NUMBER = re.compile(r"\d+(?:,\d{3})*(?:\.\d+)?")

RULES: Mapping[str, Callable[[float, float], float | None]] = {
    "first + second": lambda a, b: a + b,
    "first - second": lambda a, b: a - b,
    "second - first": lambda a, b: b - a,
    "first * second": lambda a, b: a * b,
    "first / second": lambda a, b: a / b if b else None,
    "second / first": lambda a, b: b / a if a else None,
    "first": lambda a, b: a,
    "second": lambda a, b: b,
}


def chance(log: AuditedLog) -> tuple[float, str]:
    """The highest score of one fixed answer or rule, and which; what the log declares as `chance` goes before all."""
    declared = log.record.metadata.get("chance", log.record.task_args.get("chance"))
    if isinstance(declared, int | float):
        return float(declared), "as the log declares"
    samples = log.once
    targets = Counter(target_text(sample) for sample in samples)
    levels = {"the commonest target": max(targets.values()) / len(samples)}
    guesses = [1 / len(sample.choices) if sample.choices else 0.0 for sample in samples]
    levels["a guess among the choices"] = sum(guesses) / len(samples)
    levels |= {f"always {rule}": share for rule, share in _by_rules(samples).items()}
    best = max(levels, key=lambda name: levels[name])
    return levels[best], best


def estimate_of(log: AuditedLog) -> Estimate | None:
    """The headline with the 95 % interval that reaches lowest; None unless scores are ones and zeros."""
    values = [value for _, value in log.scored]
    if not values or not set(values) <= {0.0, 1.0}:
        return None
    n = len(values)
    found = [wilson(sum(values), n)]
    samples = [sample for sample, _ in log.scored]
    names = [name for name in samples[0].metadata if all(_is_label(sample.metadata.get(name)) for sample in samples)]
    for groups in ([str(sample.metadata[name]) for sample in samples] for name in names):
        if FEWEST <= len(set(groups)) <= n / 2:
            found.append(cluster_mean(values, groups))
    lowest = min(found, key=lambda interval: interval.low)
    return Estimate(sum(values) / n, max(lowest.low, 0.0), min(lowest.high, 1.0), n)


def _is_label(value: object) -> bool:
    return isinstance(value, str | int) and value != ""


def _by_rules(samples: Sequence[EvalSample]) -> dict[str, float]:
    """Share of samples that each fixed rule on the first two numbers of the question answers."""
    right: Counter[str] = Counter()
    for sample in samples:
        target = _number(target_text(sample).strip())
        numbers = [float(text.replace(",", "")) for text in _NUMBER.findall(input_text(sample))[:2]]
        if target is None or len(numbers) < 2:
            continue
        for name, rule in RULES.items():
            right[name] += rule(numbers[0], numbers[1]) == target
    return {name: count / len(samples) for name, count in right.items()}


def _number(text: str) -> float | None:
    try:
        return float(text.replace(",", ""))
    except ValueError:
        return None
