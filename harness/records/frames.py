"""Logs as records and frames: everything after a run works from its log alone.

    runs = load_logs("logs")                 # headers: fast; figures follow from the samples when they are asked for
    frame = samples_frame(runs[0])           # one row a sample, for paired tests

lm-eval's `results_*.json` are read too, each task as a run of its own. A file that is no readable log is named in one
warning line and skipped: it must not hide the others. Commands count these, see `harness.records.reading`.

Headers for users of pandas come from inspect itself (`harness.records.runs.runs_frame`). Samples do not: inspect's
`samples_df` leaves out the store, where attempts lie, and the metadata of scores, writes a score of several values as
JSON text, and takes 1.9 times as long for whole samples of a zipped log (1.2 to 3.5), 1.7 times for its scores (1.0 to
3.0) and 2.2 times for a JSON log (1.5 to 5.1): `python -m tests.bench.frames_speed`, 1,000 samples, ratios of 7 pairs.
"""

from __future__ import annotations

import hashlib
import json
import logging
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from glassbox.harness.lm.identity import MODEL_HASH
from glassbox.harness.plugins.entries import shown
from glassbox.harness.records.attempt import STORE_KEY, Attempt
from glassbox.harness.records.logged import UnreadableLog, headers, quick_samples, sample_of, whole_samples
from glassbox.harness.records.sample_figures import Disagreement, SampleFigures, short
from glassbox.harness.records.traced import INSPECT, Provenance, traced
from glassbox.harness.sandbox.component import SANDBOX_COMPONENT

if TYPE_CHECKING:
    import pandas as pd
    from inspect_ai.log import EvalLog, EvalSample, EvalSampleSummary
    from inspect_ai.scorer import Score

logger = logging.getLogger(__name__)

AUDIT_FILE = "audit.json"
"""What `glassbox audit` may write beside logs, where boards look for it."""
NO_LOGS = frozenset({AUDIT_FILE, "eval-set.json", "logs.json", "listing.json"})
"""What lies beside logs by its name: the audit, and inspect's manifests of an eval set, a folder, a view."""
_OURS = re.compile(rb'\s*\{\s*"schema"\s*:\s*"glassbox/')
"""How everything begins that commands of this project write as JSON; it may lie beside logs and is none."""

Arguments = Mapping[str, object]


@dataclass(frozen=True)
class RunRecord:
    """The header of one log, in the words of a leaderboard.

    Attributes:
      path: The log file.
      status: `success`, or why the run has no full result (`started`, `cancelled`, `error`).
      created: When the run began, ISO 8601; later strings are later runs.
      task: Task name, with its package where that is another's than ours or inspect's.
      task_version: As the task gives it (`1-A`); results of different versions are never compared.
      task_args: Every argument of the task, defaults included.
      task_args_passed: The ones that were given.
      solver: Solver name, likewise; several steps are joined by ` + `.
      solver_args: Every argument of the solver, defaults included.
      solver_args_passed: The ones that were given.
      model: Model name as inspect knows it.
      split: From the task's metadata (an official source has its own name there) or arguments; empty without either.
      total: Samples the run was to do.
      completed: Samples that came through without an error.
      sample_ids: Their ids, in the order of the data set.
      scores: Metrics by score and name, from the samples where the log has them: `scores["semantic"]["accuracy"]`. NaN
        metrics are left out.
      scorers: The scorers the run was to use; known even where there is no result.
      metadata: What the task or command wrote about the run (provenance).
      tags: What the run was tagged with (`inspect eval --tags`).
      data_samples: Samples of the task's data set; more than those of the run where it was limited.
      started: When its work began, ISO 8601; of a resumed run when it was taken up again. Empty where not known.
      ended: When it ended, likewise.
      provenance: Versions, code state, hashes, seeds, device, isolation; None only where a record was made by hand.
    """

    path: Path
    status: str
    created: str
    task: str
    task_version: str
    task_args: Arguments
    task_args_passed: Arguments
    solver: str
    solver_args: Arguments
    solver_args_passed: Arguments
    model: str
    split: str
    total: int
    completed: int
    sample_ids: tuple[str | int, ...] = field(repr=False)
    scores: Mapping[str, Mapping[str, float]] = field(repr=False)
    scorers: tuple[str, ...] = field(repr=False)
    metadata: Arguments = field(repr=False)
    tags: tuple[str, ...] = ()
    data_samples: int | None = None
    started: str = ""
    ended: str = ""
    provenance: Provenance | None = field(default=None, repr=False)

    @property
    def key(self) -> tuple[Path, str, str]:
        """Which run it is: runs of lm-eval whose samples were not logged share one file."""
        return self.path.resolve(), self.task, self.split

    @property
    def complete(self) -> bool:
        """Whether every sample was done; anything else is marked on a board."""
        return self.status == "success" and self.completed == self.total

    @property
    def samples_digest(self) -> str:
        """12 hexadecimal digits over the sample ids: equal for runs on the same samples, in whatever order."""
        return hashlib.sha256(json.dumps(sorted(map(str, self.sample_ids))).encode()).hexdigest()[:12]

    @cached_property
    def artefact(self) -> str | None:
        """Content address of the fitted part, from the first sample's attempt; None where there is none."""
        attempt = None if self._first is None else _attempt(self._first)
        if attempt is not None:
            return attempt.artefact
        named = self.metadata.get("artefacts")  # as lm-eval's header has them: those of all its tasks
        return named[0] if isinstance(named, list) and len(named) == 1 else None

    @property
    def data_hash(self) -> str | None:
        """Content address of the samples, from the header; None for a foreign log and for a part of a data set."""
        whole = self.data_samples in (None, len(self.sample_ids))
        return self.provenance.data_hash if self.provenance and whole else None

    @cached_property
    def model_hash(self) -> str | None:
        """Content address of the model, from the header or else the first sample; None for a foreign model."""
        if self.provenance and self.provenance.model_hash:
            return self.provenance.model_hash
        if self._first is None:
            return None
        found = (self._first.output.metadata or {}).get(MODEL_HASH)
        return found if isinstance(found, str) else None

    @cached_property
    def sandbox_component(self) -> str | None:
        """The sandbox's component that judged, from the header or else, where inspect ran it, the first sample."""
        if self.provenance is None or self.provenance.isolation is None:
            return None
        if self.provenance.sandbox_component or self._first is None:
            return self.provenance.sandbox_component
        found = self._first.store.get(SANDBOX_COMPONENT)
        return found if isinstance(found, str) else None

    @cached_property
    def _first(self) -> EvalSample | None:
        return sample_of(self.path, self.sample_ids[0]) if self.sample_ids else None

    @cached_property
    def resumed(self) -> bool:
        """Whether samples of an earlier run stand in the log, as after `inspect eval-retry`."""
        if self.provenance is None or self.provenance.runner != INSPECT or not self.path.exists() or not self.started:
            return False
        began = (one.started_at for one in logged_samples(self))
        return any(text and _seconds(text) < _seconds(self.started) - 1 for text in began)

    @property
    def disagreements(self) -> tuple[Disagreement, ...]:
        """Figures of the header that the samples do not give: one or the other was changed after the run."""
        return self.scores.disagreements if isinstance(self.scores, SampleFigures) else ()

    def metric(self, score: str, name: str) -> float | None:
        """One metric, or None where it was not measured."""
        return self.scores.get(score, {}).get(name)


def warn(bad: UnreadableLog) -> None:
    """Name a file that cannot be read in one warning line."""
    logger.warning("skipped %s", bad)


def load_logs(
    where: str | Path | Iterable[str | Path], unreadable: Callable[[UnreadableLog], None] = warn
) -> list[RunRecord]:
    """Read the headers of the logs in a directory (recursively), or of the files given, oldest run first.

    Args:
      where: A directory, or files.
      unreadable: Told of each file that is no readable log; the others are read all the same.
    """
    records = [run_of(path, log) for path, log in readable_headers(where, unreadable)]
    return sorted(records, key=lambda record: (record.created, record.path.name))


def log_files(where: str | Path | Iterable[str | Path]) -> list[Path]:
    """The log files (`.eval`, `.json`) under the given places.

    In a directory, what is hidden is no log, nor is what inspect and this project write beside logs.
    """
    places = [where] if isinstance(where, str | Path) else list(where)
    found: set[Path] = set()
    for place in map(Path, places):
        found.update(_logs_in(place) if place.is_dir() else [place])
    return sorted(found)


def _logs_in(folder: Path) -> Iterable[Path]:
    for path in folder.rglob("*"):
        hidden = any(part.startswith(".") for part in path.relative_to(folder).parts)
        if path.suffix in (".eval", ".json") and path.is_file() and not hidden and not _beside_logs(path):
            yield path


def _beside_logs(path: Path) -> bool:
    if path.suffix != ".json":
        return False
    if path.name in NO_LOGS:
        return True
    with path.open("rb") as file:
        return _OURS.match(file.read(64)) is not None


def readable_headers(
    where: str | Path | Iterable[str | Path], unreadable: Callable[[UnreadableLog], None] = warn
) -> list[tuple[Path, EvalLog]]:
    """The runs under the given places, as they are logged; `unreadable` is told of each file that is no log."""
    found: list[tuple[Path, EvalLog]] = []
    for path in log_files(where):
        try:
            found += headers(path)
        except UnreadableLog as bad:
            unreadable(bad)
    return found


def logged_samples(record: RunRecord) -> Sequence[EvalSample | EvalSampleSummary]:
    """A run's samples, read in the quickest way its format has: those of a JSON log whole, of any other summarised.

    What both have is the same, but for long texts, which summaries cut. Those of the last log asked for are kept, as
    several questions are put to one log in a row.
    """
    return quick_samples(record.path)


def samples_frame(log: RunRecord | str | Path, attempts: bool = True) -> pd.DataFrame:
    """One row for each sample and epoch, in the order of the log.

    Columns follow inspect's own frames: `id`, `epoch`, `target`, `error`, `metadata_*`, and `score_*`, where a score
    of several values has a column for each (`score_operation`) and its metadata others (`semantic_outcome`). Not
    applicable and not measured are NaN.

    Args:
      log: A record from `load_logs`, or a log file.
      attempts: Also read each sample's attempt into `attempt_*`; ten times slower, as whole samples are read.
    """
    import pandas as pd

    record = log if isinstance(log, RunRecord) else _only_run(Path(log))
    samples = whole_samples(record.path) if attempts else quick_samples(record.path)
    frame = pd.DataFrame([_row(sample) for sample in samples])
    for position, name in enumerate(("task", "task_version", "split", "solver", "model")):
        frame.insert(position, name, getattr(record, name))
    return frame


def _row(sample: EvalSample | EvalSampleSummary) -> dict[str, object]:
    row: dict[str, object] = {"id": sample.id, "epoch": sample.epoch, "target": sample.target}
    row["error"] = sample.error if isinstance(sample.error, str | None) else sample.error.message
    row |= {f"metadata_{name}": value for name, value in sample.metadata.items()}
    row |= _score_columns(sample.scores or {})
    attempt = _attempt(sample)
    if attempt is not None:
        row |= {f"attempt_{name}": value for name, value in attempt.model_dump(mode="json").items()}
    return row


def _score_columns(scores: Mapping[str, Score]) -> dict[str, object]:
    columns: dict[str, object] = {}
    for name, score in scores.items():
        if isinstance(score.value, Mapping):
            columns |= {f"score_{part}": value for part, value in score.value.items()}
        else:
            columns[f"score_{name}"] = score.value
        columns |= {f"{name}_{key}": value for key, value in (score.metadata or {}).items()}
    return columns


def _attempt(sample: EvalSample | EvalSampleSummary) -> Attempt | None:
    kept = getattr(sample, "store", {}).get(STORE_KEY)
    return None if kept is None else Attempt.model_validate(kept)


def _seconds(text: str) -> float:
    return datetime.fromisoformat(text).timestamp()


def _only_run(path: Path) -> RunRecord:
    found = [run_of(stands_for, log) for stands_for, log in headers(path)]
    if len(found) != 1:
        files = ", ".join(record.path.name for record in found)
        raise ValueError(f"{path} holds {len(found)} runs, and a frame is of one; name one of {files}")
    return found[0]


def run_of(path: Path, log: EvalLog) -> RunRecord:
    """The header of a log in the words of a leaderboard."""
    spec, results = log.eval, log.results
    steps = log.plan.steps
    metadata = spec.metadata or {}
    total = results.total_samples if results else len(spec.dataset.sample_ids or [])
    return RunRecord(
        path=path,
        status=log.status,
        created=spec.created,
        task=shown(spec.task),
        task_version=str(spec.task_version),
        task_args=spec.task_args,
        task_args_passed=spec.task_args_passed,
        solver=" + ".join(shown(step.solver) for step in steps) or shown(spec.solver or "none"),
        solver_args={name: value for step in steps for name, value in step.params.items()},
        solver_args_passed={name: value for step in steps for name, value in step.params_passed.items()},
        model=spec.model,
        split=split_of(log),
        total=total,
        completed=results.completed_samples if results else 0,
        sample_ids=tuple(spec.dataset.sample_ids or ()),
        scores=SampleFigures(path, log),
        scorers=tuple(short(scorer.name) for scorer in spec.scorers or ()),
        metadata=metadata,
        tags=tuple(spec.tags or ()),
        data_samples=spec.dataset.samples,
        started=log.stats.started_at,
        ended=log.stats.completed_at,
        provenance=traced(log),
    )


def split_of(log: EvalLog) -> str:
    """From the task's metadata (an official source has its own name there) or its arguments; empty without either."""
    return str((log.eval.metadata or {}).get("split") or log.eval.task_args.get("split") or "")
