"""The seed's early-stop signals: when a run says that something is wrong before it is over.

    for signal, reason in signals_of(records).items(): ...

They are read from records alone, so a log gives the same signals as the run that wrote it. Convergence is exact
greedy decoding here, as everywhere that something is decided: a low loss alone is no result.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from glassbox.harness.dcm.criteria import anti_correlated
from glassbox.harness.records.prompted import TARGETS, Prompted, TargetRecord

Signal = Literal["few_converged", "anti_correlated", "zero_loss"]

FEW_PAIRS, FEW_SHARE = 50, 0.2
"""The seed: less than 20 % after 50 pairs."""

DEPLOY_SHARE = 0.3
"""The seed: paraphrases are deployed below this convergence."""

MANY_PAIRS, MANY_SHARE = 10, 0.5
"""From how many pairs, and in what share of them, losses that fight or vanish are a signal; the seed says `many`."""

ZERO_LOSS = 1e-6
"""Nats a token below which a loss is zero: a leak, or a degenerate solution."""


def fights(record: Prompted) -> bool | None:
    """Whether the pair's two losses went against each other; None for one target alone, or without curves."""
    curves = [dict(record.targets[name].losses) for name in TARGETS if name in record.targets]
    if len(curves) < len(TARGETS):
        return None
    steps = sorted(set.intersection(*(set(curve) for curve in curves)))
    if not steps:
        return None
    question, answer = ([curve[step] for step in steps] for curve in curves)
    return anti_correlated(question, answer)


def vanished(record: TargetRecord) -> bool:
    """Whether the target's loss is zero."""
    return record.loss < ZERO_LOSS


def signals_of(records: Sequence[Prompted]) -> dict[Signal, str]:
    """Each signal that the records of a run give, with its reason in words; none as a rule."""
    found: dict[Signal, str] = {}
    n, converged = len(records), sum(record.converged for record in records)
    if n >= FEW_PAIRS and converged < FEW_SHARE * n:
        found["few_converged"] = (
            f"{converged} of {n} pairs are met, less than {FEW_SHARE:.0%} after {FEW_PAIRS}; "
            "look at the model and the search's settings"
        )
    fought = [fight for record in records if (fight := fights(record)) is not None]
    if many(fought):
        found["anti_correlated"] = (
            f"the losses of question and answer fight in {sum(fought)} of {len(fought)} pairs; "
            "give paraphrases (variants=FILE, or the model role `paraphraser`)"
        )
    zero = [any(map(vanished, record.targets.values())) for record in records]
    if many(zero):
        found["zero_loss"] = (
            f"a loss is zero in {sum(zero)} of {n} pairs; look for a leak of the target into the prompt, "
            "or for a degenerate solution"
        )
    return found


def wants_paraphrases(finished: Sequence[Prompted], record: Prompted) -> str | None:
    """Why the seed's rule deploys paraphrases for a pair that was not met, or None.

    Args:
      finished: All records of the run so far, this one among them.
      record: Of the pair.
    """
    if record.converged:
        return None
    if fights(record):
        return "the losses of question and answer fight"
    met = sum(one.converged for one in finished)
    if met < DEPLOY_SHARE * len(finished):
        return f"{met} of {len(finished)} pairs are met, less than {DEPLOY_SHARE:.0%}"
    return None


def many(flags: Sequence[bool]) -> bool:
    """Whether there are enough flags to speak of, and enough of them are set."""
    return len(flags) >= MANY_PAIRS and sum(flags) >= MANY_SHARE * len(flags)
