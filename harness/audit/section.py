"""Runs that belong on one board: the same task, version, split and samples; of each method and control the latest.

alike(log.record, evidence.peers)
"""

from __future__ import annotations

import json
from collections.abc import Iterable

from glassbox.harness.records.frames import RunRecord


def alike(record: RunRecord, peers: Iterable[RunRecord]) -> list[RunRecord]:
    """The latest run of each other solver, setting and model on the same samples, in order of their names."""
    latest: dict[tuple[str, ...], RunRecord] = {}
    for peer in peers:
        if peer.key != record.key and _data(peer) == _data(record) and method(peer) != method(record):
            key = method(peer)
            if key not in latest or latest[key].created < peer.created:
                latest[key] = peer
    return [latest[key] for key in sorted(latest)]


def method(record: RunRecord) -> tuple[str, ...]:
    """What a run measures: solver, the arguments that it was given, model."""
    return record.solver, json.dumps(dict(record.solver_args_passed), sort_keys=True, default=str), record.model


def label(record: RunRecord) -> str:
    """`ir_head(layer=3)`, the solver with what it was given."""
    given = ", ".join(f"{name}={value}" for name, value in sorted(record.solver_args_passed.items()))
    return f"{record.solver}({given})" if given else record.solver


def _data(record: RunRecord) -> tuple[str, ...]:
    return record.task, record.task_version, record.split, record.samples_digest
