"""Figures of one run of soft prompts: how many pairs are held, what the controls gave, what it cost."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from glassbox.harness.records.answer import Figure
from glassbox.harness.records.prompted import TARGETS, Prompted, TargetName, TargetRecord
from glassbox.harness.stats.estimate import Estimate
from glassbox.scorers.dcm_record import written


def summary(records: Sequence[Prompted]) -> dict[str, Figure]:
    """Figures by name.

    `tokens right`: of a pair's tokens, those that are the argmax under teacher forcing; `prefix right`: those that
    greedy decoding writes before its first mistake. `shuffled pairs`: another pair's texts come out; `random vectors`:
    random vectors of the same norms give the texts; `other mode`: one target comes out under the other's mode; `text
    hurt`: the vectors before the real text raise its loss. `pairs a minute` counts the search alone, on the machine and
    beside the load it ran under.
    """
    joint = all(set(record.targets) == set(TARGETS) for record in records)
    seconds = sum(record.seconds for record in records)
    crossed = [held.cross_exact for record in records for held in record.targets.values()]
    return {
        "exact Q": _exact(records, "question"),
        "exact A": _exact(records, "answer"),
        "exact both": _share([both(record) for record in records]) if joint else None,
        "tokens right": Estimate.of_mean(
            [_per_token(one, lambda held: held.token_accuracy) for one in records], "share"
        ),
        "prefix right": Estimate.of_mean([_per_token(one, _prefix) for one in records], "share"),
        "shuffled pairs": _control(records, "shuffled_exact"),
        "random vectors": _control(records, "random_exact"),
        "other mode": _share([hit for hit in crossed if hit is not None]),
        "text hurt": _control(records, "text_vector_hurts"),
        "steps": Estimate.of_mean([record.steps for record in records]),
        "restarts": Estimate.of_mean([record.restarts for record in records]),
        "pairs a minute": 60 * len(records) / seconds if seconds else None,
    }


def both(record: Prompted) -> bool:
    """Whether every target is written, first to stop token, and reads as the target."""
    return all(written(held) for held in record.targets.values())


def _per_token(record: Prompted, share: Callable[[TargetRecord], float]) -> float:
    """Mean of a share over the targets' tokens."""
    total = sum(held.tokens for held in record.targets.values())
    return sum(share(held) * held.tokens for held in record.targets.values()) / total


def _prefix(held: TargetRecord) -> float:
    return held.horizon / held.tokens


def _exact(records: Sequence[Prompted], name: TargetName) -> Estimate | None:
    return _share([written(record.targets[name]) for record in records if name in record.targets])


def _control(records: Sequence[Prompted], name: str) -> Estimate | None:
    found = [record.controls[name] for record in records if name in record.controls]
    return _share([value is True for value in found])


def _share(hits: Sequence[bool]) -> Estimate | None:
    return Estimate.of_count(sum(hits), len(hits)) if hits else None
