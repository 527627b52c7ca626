"""Runs of one experiment: each is a real inspect evaluation whose log lies beside all others, and is read back.

    experiment = Experiment("dcm_squad", {"n": 24}, model=get_model("open/arith"), log_dir=Path("logs"))
    found = experiment.run("question alone", {"targets": "question"})

What a stage decides is read from the scores in that log; nothing is scored again.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_args

from inspect_ai import eval as evaluate
from inspect_ai.log import EvalLog, EvalSample
from inspect_ai.model import Model
from inspect_ai.util import DisplayType

from glassbox.harness.cli.progress import progress
from glassbox.harness.dcm.signals import Signal, signals_of
from glassbox.harness.engine.counted import counted
from glassbox.harness.records.prompted import Prompted
from glassbox.solvers.dcm import dcm
from glassbox.solvers.soft_prompts.paraphrases import ROLE
from glassbox.tasks import soft_prompt

_SIGNAL = re.compile(rf"({'|'.join(get_args(Signal))}): .*")


class CannotStage(ValueError):
    """A run of the experiment failed for a reason that is the user's to mend; the message holds it."""


@dataclass(frozen=True, slots=True)
class Found:
    """One run.

    Attributes:
      log: Name of its file.
      samples: As logged; those that were scored.
      halted: The early-stop signal that ended it, with its reason; None where it ran to its end.
    """

    log: str
    samples: tuple[EvalSample, ...]
    halted: str | None

    @property
    def records(self) -> list[Prompted]:
        """The soft prompts' records, in the samples' order."""
        return [Prompted.model_validate(sample.store["prompted"]) for sample in self.samples]

    @property
    def signals(self) -> dict[Signal, str]:
        """Early-stop signals that the records give."""
        return signals_of(self.records)

    def flags(self, scorer: str, value: str | None = None) -> list[bool]:
        """A yes-or-no score of each sample that has one.

        Args:
          scorer: Its name.
          value: The part of it, where it has several.
        """
        found: list[bool] = []
        for sample in self.samples:
            score = (sample.scores or {})[scorer].value
            kept: Any = score[value] if isinstance(score, dict) and value is not None else score
            if kept is not None and kept == kept:
                found.append(bool(kept))
        return found


class Experiment:
    """One task on one model."""

    def __init__(
        self,
        task: str,
        task_args: Mapping[str, Any],
        *,
        model: Model,
        log_dir: Path,
        paraphraser: str | None = None,
        settings: Mapping[str, Any] | None = None,
        halt: bool = True,
        display: DisplayType | None = None,
    ) -> None:
        """Nothing is run yet.

        Args:
          task: A task of `glassbox.tasks.soft_prompt` by name.
          task_args: Its arguments.
          model: The open model.
          log_dir: Where inspect writes its logs.
          paraphraser: The model in that role, or None.
          settings: Arguments of `glassbox.solvers.dcm.dcm` for every run.
          halt: Whether an early-stop signal ends a run.
          display: inspect's way to show progress; none, beside our own line or bar, when None.
        """
        self.task, self.model, self._task_args, self._log_dir = task, model, dict(task_args), log_dir
        self._roles: dict[str, Any] | None = {ROLE: paraphraser} if paraphraser else None
        self._settings, self._halt, self._display = dict(settings or {}), halt, display or "none"

    def run(self, stage: str, settings: Mapping[str, Any], limit: int | None = None) -> Found:
        """One evaluation.

        Args:
          stage: What it is for; stands in the log's metadata.
          settings: Arguments of the solver in this run, over the experiment's.
          limit: Only the task's first so many pairs.

        Raises:
          CannotStage: It failed for another reason than an early-stop signal.
        """
        build: Any = getattr(soft_prompt, self.task)
        with progress() as tick, counted(tick, stage):
            log = self._evaluated(build, stage, settings, limit)
        return self._read(log)

    def _evaluated(self, build: Any, stage: str, settings: Mapping[str, Any], limit: int | None) -> EvalLog:
        (log,) = evaluate(
            # As a function: an instance would bring the task's own model with it.
            build,
            task_args=self._task_args,
            model=self.model,
            model_roles=self._roles,
            solver=dcm(**{**self._settings, "halt": self._halt, **settings}),
            limit=limit,
            log_dir=str(self._log_dir),
            display=self._display,
            tags=["stages"],
            metadata={"stage": stage},
        )
        return log

    def _read(self, log: EvalLog) -> Found:
        message = log.error.message if log.error else ""
        halted = _SIGNAL.search(message)
        if log.status != "success" and halted is None:
            raise CannotStage(f"the run for {self.task} ended with {log.status}: {message or 'no reason given'}")
        scored = [sample for sample in log.samples or [] if sample.scores and sample.error is None]
        return Found(Path(log.location).name, tuple(scored), halted and halted[0].rstrip("'\")"))
