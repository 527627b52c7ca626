"""Sweeps that have run already: the records of `--solver dcm` logs that differ in nothing but k.

found = sweep_of("logs", model="stories260K", task="dcm_squad")
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from inspect_ai.log import read_eval_log

from glassbox.harness.records.frames import RunRecord, load_logs
from glassbox.harness.records.prompted import STORE_KEY, Prompted


@dataclass(frozen=True, slots=True)
class Logged:
    """A sweep found in logs.

    Attributes:
      records: By k, from the latest complete run of each k.
      metadata: What the latest of these runs wrote about itself (provenance).
    """

    records: dict[int, list[Prompted]]
    metadata: Mapping[str, object]


def sweep_of(where: str | Path, model: str, task: str) -> Logged:
    """The runs of one task and model.

    Args:
      where: Folder of logs.
      model: Short name of the model; the last part of a path.
      task: Task name, such as `dcm_squad`.

    Raises:
      ValueError: There is no such run, or the runs differ in more than k.
    """
    latest: dict[int, RunRecord] = {}
    for run in load_logs(where):
        if run.complete and run.solver == "dcm" and run.task == task and Path(run.model).name == Path(model).name:
            latest[int(str(run.solver_args["k"]))] = run
    if not latest:
        raise ValueError(
            f"{where} holds no complete run of {task} --solver dcm on {model}; run one, or leave --logs out"
        )
    _check_alike([latest[k] for k in sorted(latest)])
    newest = max(latest.values(), key=lambda run: run.created)
    return Logged({k: _records(latest[k]) for k in sorted(latest)}, newest.metadata)


def _check_alike(runs: Sequence[RunRecord]) -> None:
    first = runs[0]
    for run in runs[1:]:
        if run.samples_digest != first.samples_digest:
            raise ValueError(
                f"{run.path.name} and {first.path.name} are of different pairs; keep one set in the folder"
            )
        differing = [
            name for name, value in run.solver_args.items() if name != "k" and first.solver_args.get(name) != value
        ]
        if differing:
            raise ValueError(
                f"{run.path.name} and {first.path.name} differ in {', '.join(sorted(differing))}, not in k alone"
            )


def _records(run: RunRecord) -> list[Prompted]:
    log = read_eval_log(str(run.path), resolve_attachments="full", exclude_fields={"events"})
    return [Prompted.model_validate(sample.store[STORE_KEY]) for sample in log.samples or []]
