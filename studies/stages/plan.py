"""Stages 1 to 4: single targets, both, what greedy decoding writes, ablations. The thresholds are the seed's."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Sequence
from statistics import fmean
from typing import Any

from glassbox.harness.records.prompted import TARGETS, TargetName
from glassbox.leaderboards.families.dcm import CRITERIA, Criterion
from glassbox.studies.stages.experiment import Experiment, Found
from glassbox.studies.stages.gate import Gate, Stage

SINGLE_GATE = 0.7
JOINT_GATE, JOINT_TARGET = 0.3, 0.5
PASS_TARGET = 0.8
EXAMPLES = 5

ABLATIONS: dict[str, dict[str, Any]] = {
    "as in stage 2": {},
    "k = 4": {"k": 4},
    "k = 8": {"k": 8},
    "k = 16": {"k": 16},
    "mode vectors learned": {"mode": "learned"},
    "no mode vectors": {"mode": "none"},
    "start at the mean": {"start": "mean"},
    "start at the text's tokens": {"start": "context"},
    "each target weighs the same": {"weighting": "target"},
    "the seed's optimiser": {"preset": "seed"},
}


def single(experiment: Experiment, by: Criterion) -> Stage:
    """Stage 1: can the question alone be given, and the answer alone?"""
    gates: list[Gate] = []
    logs: list[str] = []
    for name in TARGETS:
        found = experiment.run(f"1 {name} alone", {"targets": name})
        logs.append(found.log)
        if found.halted:
            return stopped(1, "single targets", found)
        gates += shares(found, f"{name} alone", by, name, SINGLE_GATE)
    return Stage.judged(1, "single targets: question alone, answer alone", gates, logs, {})


def joint(experiment: Experiment, by: Criterion) -> tuple[Stage, Found]:
    """Stage 2: both targets from one set of vectors."""
    found = experiment.run("2 joint", {})
    if found.halted:
        return stopped(2, "joint", found), found
    gates = shares(found, "both", by, None, JOINT_GATE, JOINT_TARGET)
    records = found.records
    facts = {
        "restarts a pair": _mean([record.restarts for record in records]),
        "steps of the kept restart": _mean([record.steps for record in records]),
        **{
            f"loss of the {name}, nats a token": _mean([record.targets[name].loss for record in records])
            for name in TARGETS
        },
        "pairs given paraphrases": str(sum(record.deployed is not None for record in records)),
        **{f"signal {signal}": reason for signal, reason in found.signals.items()},
    }
    return Stage.judged(2, "joint: question and answer from one set of vectors", gates, [found.log], facts), found


def decoding(found: Found) -> Stage:
    """Stage 3: what greedy decoding writes under each mode, of the pairs that were met or converged by loss."""
    facts: dict[str, str] = {}
    gates = []
    for name in TARGETS:
        kinds = [str(((sample.scores or {})["grades"].metadata or {})[f"grade_{name}"]) for sample in found.samples]
        count = Counter(kinds)
        facts[f"{name}s"] = ", ".join(f"{count[kind]} {kind}" for kind in ("pass", "partial", "fail"))
        passes = found.flags("grades", f"recognised_if_converged_{name}")
        gates.append(Gate.of(f"{name} recognised, of those converged by loss", passes, target=PASS_TARGET))
    for at, record in enumerate(itertools.islice(found.records, EXAMPLES), 1):
        for name, target in record.targets.items():
            facts[f"example {at}, {name}"] = f"{target.target!r} -> {target.decoded!r}"
    title = "greedy decoding of each mode: pass, partial, fail"
    return Stage.judged(3, title, gates, [found.log], facts)


def ablations(experiment: Experiment, by: Criterion, pairs: int, names: Sequence[str]) -> Stage:
    """Stage 4: the same first pairs with one thing changed at a time, one start each."""
    gates: list[Gate] = []
    logs: list[str] = []
    facts: dict[str, str] = {}
    for name in names:
        found = experiment.run(f"4 {name}", {"restarts": 1, **ABLATIONS[name], "halt": False}, limit=pairs)
        logs.append(found.log)
        gates += shares(found, name, by)
        facts[f"steps, {name}"] = _mean([record.steps for record in found.records])
    return Stage.judged(4, f"ablations: one thing changed, {pairs} pairs, one start each", gates, logs, facts)


def stopped(number: int, title: str, found: Found) -> Stage:
    """A stage that an early-stop signal ended."""
    return Stage(number=number, title=title, verdict="stopped", reason=str(found.halted), logs=(found.log,))


def shares(
    found: Found,
    name: str,
    by: Criterion,
    target: TargetName | None = None,
    threshold: float | None = None,
    hoped: float | None = None,
) -> list[Gate]:
    """The gate by the criterion chosen, and the other criterion's share told beside it."""
    made = []
    for criterion, scores in CRITERIA.items():
        at_stake = (threshold, hoped) if criterion == by else (None, None)
        made.append(Gate.of(f"{name}, by {criterion}", found.flags(*scores[target]), *at_stake))
    return made


def _mean(values: Sequence[float]) -> str:
    return f"{fmean(values):.4g}" if values else "none"
