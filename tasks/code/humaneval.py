"""HumanEval in its official format (Chen et al. 2021, arXiv:2107.03374), judged by its own `check(candidate)`.

read_humaneval(Path("HumanEval.jsonl.gz")).items
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from glassbox.harness.code.completion import context
from glassbox.harness.data.readers.records import OfficialRecord, RecordFile
from glassbox.harness.data.readers.source import ReadData
from glassbox.harness.sandbox.case import Case
from glassbox.tasks.code.suite import Identifier, read_tasks
from glassbox.tasks.code.task import OFFICIAL_LIMITS, CodeTask


class Completion(OfficialRecord):
    """The head of a function and its body: what HumanEval and HumanEval+ have in common."""

    task_id: str
    prompt: str
    entry_point: Identifier
    canonical_solution: str

    @property
    def reference(self) -> str:
        """The whole program."""
        return self.prompt + self.canonical_solution

    @property
    def prelude(self) -> str:
        """Imports and helpers of the prompt, which some checks call."""
        return context(self.prompt, self.entry_point)

    def task(
        self, suite: str, cases: tuple[Case, ...] = (), tests: tuple[str, ...] = (), prelude: str = ""
    ) -> CodeTask:
        """The task with how it is judged."""
        return CodeTask(
            name=self.task_id,
            suite=suite,
            entry_point=self.entry_point,
            prompt=self.prompt,
            category="",
            complexity="",
            tags=(),
            cases=cases,
            reference=self.reference,
            wrong=(),
            tests=tests,
            prelude=prelude,
            stub=self.prompt,
            limits=OFFICIAL_LIMITS,
        )


class _Record(Completion):
    test: str


def read_humaneval(path: Path) -> ReadData[CodeTask]:
    """The tasks of HumanEval, each judged by its one `check`.

    Raises:
      SourceError: Nothing in the file is one.
    """

    def read(file: RecordFile) -> Iterator[CodeTask]:
        for record in file.records(_Record):
            tests = (f"{record.test}\n\ncheck({record.entry_point})\n",)
            yield record.task("humaneval", tests=tests, prelude=record.prelude)

    return read_tasks(path, "humaneval reads HumanEval.jsonl, plain or packed", read)
