"""From code tasks to inspect samples: which tasks are shown, and what each sample carries."""

from __future__ import annotations

import os
import random
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from inspect_ai.dataset import MemoryDataset, Sample

from glassbox.harness.code.question import METADATA_KEY, CodeQuestion, written
from glassbox.harness.code.tolerant import Reading
from glassbox.harness.data.readers.source import SourceError
from glassbox.tasks.code.task import CodeTask

CANARY = "glassbox code tasks: test data, not for training. 6f0c6a3e-5d1b-4b0e-9f5f-2f6f0d7f9a41"


@dataclass(frozen=True, slots=True)
class Selection:
    """Which tasks of a suite are shown.

    Attributes:
      category: Only this one.
      complexity: Only this one.
      leave_out: Tags whose tasks are left out.
      n: How many at most.
      seed: Draws the n at random instead of taking the first.
    """

    category: str | None = None
    complexity: str | None = None
    leave_out: tuple[str, ...] = ()
    n: int | None = None
    seed: int | None = None

    def of(self, tasks: Sequence[CodeTask]) -> list[CodeTask]:
        """The chosen tasks, in the order of the suite.

        Raises:
          SourceError: A name stands on no task, n is not positive, or nothing is left.
        """
        self._check(tasks)
        kept = [
            task
            for task in tasks
            if self.category in (None, task.category)
            and self.complexity in (None, task.complexity)
            and not set(self.leave_out) & set(task.tags)
        ]
        if not kept:
            raise SourceError(f"no task of {tasks[0].suite} is left; ask for another category, complexity or leave_out")
        if self.n is None or self.n >= len(kept):
            return kept
        if self.seed is None:
            return kept[: self.n]
        return [kept[at] for at in sorted(random.Random(self.seed).sample(range(len(kept)), self.n))]

    def _check(self, tasks: Sequence[CodeTask]) -> None:
        known = {
            "category": {task.category for task in tasks if task.category},
            "complexity": {task.complexity for task in tasks if task.complexity},
            "leave_out": {tag for task in tasks for tag in task.tags},
        }
        asked = {"category": [self.category], "complexity": [self.complexity], "leave_out": self.leave_out}
        for field, names in asked.items():
            for name in names:
                if name is not None and name not in known[field]:
                    there = ", ".join(sorted(known[field])) or "none"
                    raise SourceError(f"no task of {tasks[0].suite} has {field} {name!r}; there are: {there}")
        if self.n is not None and self.n < 1:
            raise SourceError(f"n is {self.n}; ask for at least one task")


@dataclass(frozen=True, slots=True)
class Judging:
    """How answers are judged.

    Attributes:
      reading: How the program is found in an answer.
      every_case: Go on after a case that failed, to count those that pass; otherwise only the verdict is known.
    """

    reading: Reading = "strict"
    every_case: bool = True


def samples(tasks: Sequence[CodeTask], name: str, judging: Judging = Judging()) -> MemoryDataset:
    """The tasks as an inspect data set; ids are the tasks' names, the canary stands in every sample."""
    return MemoryDataset([_sample(task, judging) for task in tasks], name=name)


def shown(task: CodeTask) -> str:
    """What the model is asked: the specification, and the name by which the function will be called."""
    if task.stub or task.tests or f"`{task.entry_point}`" in task.prompt:
        return task.prompt
    return f"{task.prompt}\n\nName the function `{task.entry_point}`."


def located(path: str | None, file: str) -> Path:
    """The official file; inspect loads tasks from inside their folder, so a relative path is the shell's.

    Raises:
      SourceError: No path is given.
    """
    if path is None:
        raise SourceError(f"give path=: the official {file}, as its publisher has it")
    given = Path(path).expanduser()
    if not given.is_absolute() and not given.exists():
        given = Path(os.environ.get("PWD", ".")) / given
    return given.resolve()


def question(task: CodeTask, judging: Judging) -> CodeQuestion:
    """What the judge and the gold control need of a task."""
    return CodeQuestion(
        entry_point=task.entry_point,
        cases=written(task.cases),
        tests=task.tests,
        prelude=task.prelude,
        stub=task.stub,
        reference=task.reference,
        limits=task.limits,
        reading=judging.reading,
        every_case=judging.every_case,
    )


def _sample(task: CodeTask, judging: Judging) -> Sample:
    metadata = {
        "suite": task.suite,
        "category": task.category,
        "complexity": task.complexity,
        "tags": list(task.tags),
        "phase": task.phase,
        "canary": CANARY,
        METADATA_KEY: question(task, judging).as_metadata(),
    }
    return Sample(id=task.name, input=shown(task), target=task.reference or "", metadata=metadata)
