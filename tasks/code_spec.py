"""Functions from specifications: the model writes Python, a WebAssembly sandbox judges it (seeds 002 and 004).

    inspect eval tasks/code_spec.py@phase3
    inspect eval tasks/code_spec.py@phase3_plus --solver code_direct --model vllm/Qwen/Qwen2.5-Coder-7B-Instruct
    inspect eval tasks/code_spec.py@humaneval --solver gold -T path=HumanEval.jsonl.gz
    inspect eval tasks/code_spec.py@code_cases --model ... -T path=my_suite.jsonl
    inspect eval tasks/code_spec.py@code_suite --epochs 10 --model ...          # pass@1 ... pass@10 in the header

Without `--model`, they run on `smol`, where it is on this machine.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any, Protocol

from inspect_ai import Task, task
from inspect_ai.model import GenerateConfig

from glassbox.harness.cli.arguments import AtLeastOne, checked
from glassbox.harness.code.tolerant import Reading
from glassbox.harness.data.readers.source import ReadData, left_out_facts
from glassbox.harness.records.provenance import data_facts, provenance
from glassbox.harness.sandbox.isolation import sandbox_facts
from glassbox.scorers.code import code_scorers
from glassbox.solvers.code_direct import code_direct
from glassbox.tasks.code.dataset import Judging, Selection, located, samples
from glassbox.tasks.code.evalplus import read_humaneval_plus, read_mbpp_plus
from glassbox.tasks.code.humaneval import read_humaneval
from glassbox.tasks.code.mbpp import Split, read_mbpp
from glassbox.tasks.code.suite import SUITES, SuiteName, load_suite, read_suite
from glassbox.tasks.code.task import CodeTask
from glassbox.tasks.reference import REAL, ReferenceTask, facts_of_model

VERSION = "1-A"
PUBLIC_VERSION = "2-A"
"""Of the tasks that others made: floats are compared as EvalPlus compares them, a test's own faults are nobody's."""
ANSWER_TOKENS = 1024
"""References take 185 tokens at most, HumanEval's 268; `--max-tokens` gives a model that thinks first more."""
Names = str | list[str] | None

by_path = task
"""Inspect lists the tasks of a file by the name of their decorator: these need a file, and run when asked for alone."""


class SuiteTask(Protocol):
    """A task over a suite of the project's own, and what can be asked of it."""

    def __call__(
        self,
        category: str | None = None,
        complexity: str | None = None,
        leave_out: Names = None,
        n: AtLeastOne | None = None,
        seed: int | None = None,
        reading: Reading = "strict",
        every_case: bool = True,
    ) -> Task:
        """The tasks that are left when the others are taken out."""


def over_suite(named: Callable[[], SuiteName]) -> SuiteTask:
    """A task with the name and words of `named`, over the suite it answers, and with a suite's arguments."""

    def chosen(
        category: str | None = None,
        complexity: str | None = None,
        leave_out: Names = None,
        n: AtLeastOne | None = None,
        seed: int | None = None,
        reading: Reading = "strict",
        every_case: bool = True,
    ) -> Task:
        names = leave_out.split(",") if isinstance(leave_out, str) else leave_out or ()
        tags = tuple(tag.strip() for tag in names)
        selection = Selection(category, complexity, tags, n, seed)
        return _task(named(), load_suite(named()), selection, Judging(reading, every_case))

    for part in ("__module__", "__name__", "__qualname__"):
        setattr(chosen, part, getattr(named, part))
    chosen.__doc__ = f"{named.__doc__}\n{_SUITE_ARGUMENTS}"
    return chosen


_SUITE_ARGUMENTS = """
    Args:
      category: Only this category.
      complexity: Only this complexity.
      leave_out: Tags whose tasks are left out, such as `spec-conflict,under-specified,hidden-requirement`.
      n: How many tasks at most.
      seed: Draws the n at random instead of taking the first.
      reading: How the program is found in an answer; `tolerant` also where prose, stray tokens or a missing fence
        surround it.
      every_case: Go on after a case that failed, to count those that pass; otherwise stop there, and score the verdict.
"""


@task
@checked
@over_suite
def phase2() -> SuiteName:
    """The first 10 of `phase3`."""
    return "phase2"


@task
@checked
@over_suite
def phase3() -> SuiteName:
    """The origin's 18 tasks and 88 cases, judged by its rules: Python's ==, arguments free to change."""
    return "phase3"


@task
@checked
@over_suite
def phase3_plus() -> SuiteName:
    """The same 18 with hidden cases, judged strictly: by exact type, and arguments must stay as they are."""
    return "phase3_plus"


@task
@checked
@over_suite
def code_suite() -> SuiteName:
    """Further specifications in the origin's seven categories, judged strictly."""
    return "code_suite"


@by_path
@checked
def humaneval(
    path: str | None = None,
    n: AtLeastOne | None = None,
    seed: int | None = None,
    reading: Reading = "strict",
    every_case: bool = True,
) -> Task:
    """HumanEval, judged by its own `check(candidate)`.

    Args:
      path: HumanEval.jsonl.gz, or .jsonl.
      n: How many tasks at most.
      seed: Draws the n at random instead of taking the first.
      reading: How the program is found in an answer; `tolerant` also where prose, stray tokens or a missing fence
        surround it.
      every_case: Go on after a case that failed, to count those that pass; otherwise stop there, and score the verdict.
    """
    data = read_humaneval(located(path, "HumanEval.jsonl.gz"))
    return _task("humaneval", data, Selection(n=n, seed=seed), Judging(reading, every_case))


@by_path
@checked
def humaneval_plus(
    path: str | None = None,
    plus: bool = True,
    n: AtLeastOne | None = None,
    seed: int | None = None,
    reading: Reading = "strict",
    every_case: bool = True,
) -> Task:
    """HumanEval+, judged by the canonical solutions' answers; the first run computes these, which takes a while.

    Args:
      path: HumanEvalPlus.jsonl.gz, or .jsonl.
      plus: Use the plus inputs as well as the base inputs.
      n: How many tasks at most.
      seed: Draws the n at random instead of taking the first.
      reading: How the program is found in an answer; `tolerant` also where prose, stray tokens or a missing fence
        surround it.
      every_case: Go on after a case that failed, to count those that pass; otherwise stop there, and score the verdict.
    """
    data = read_humaneval_plus(located(path, "HumanEvalPlus.jsonl.gz"), plus)
    return _task(
        "humaneval_plus", data, Selection(n=n, seed=seed), Judging(reading, every_case), "" if plus else "base"
    )


@by_path
@checked
def mbpp(
    path: str | None = None,
    split: Split = "test",
    show_test: bool = True,
    n: AtLeastOne | None = None,
    seed: int | None = None,
    reading: Reading = "strict",
    every_case: bool = True,
) -> Task:
    """MBPP, judged by its three asserts, of which the model is shown the first.

    Args:
      path: mbpp.jsonl.
      split: One of the paper's: `test` (500 tasks), `validation`, `train`, `prompt`; `all` for the 974.
      show_test: Show the first assert; otherwise only the function's name.
      n: How many tasks at most.
      seed: Draws the n at random instead of taking the first.
      reading: How the program is found in an answer; `tolerant` also where prose, stray tokens or a missing fence
        surround it.
      every_case: Go on after a case that failed, to count those that pass; otherwise stop there, and score the verdict.
    """
    data = read_mbpp(located(path, "mbpp.jsonl"), split, show_test)
    return _task("mbpp", data, Selection(n=n, seed=seed), Judging(reading, every_case), split)


@by_path
@checked
def mbpp_plus(
    path: str | None = None,
    plus: bool = True,
    n: AtLeastOne | None = None,
    seed: int | None = None,
    reading: Reading = "strict",
    every_case: bool = True,
) -> Task:
    """MBPP+, judged by the canonical solutions' answers; the first run computes these, which takes a while.

    Args:
      path: EvalPlus' MbppPlus.jsonl, or .jsonl.gz.
      plus: Use the plus inputs as well as the base inputs.
      n: How many tasks at most.
      seed: Draws the n at random instead of taking the first.
      reading: How the program is found in an answer; `tolerant` also where prose, stray tokens or a missing fence
        surround it.
      every_case: Go on after a case that failed, to count those that pass; otherwise stop there, and score the verdict.
    """
    data = read_mbpp_plus(located(path, "MbppPlus.jsonl"), plus)
    return _task("mbpp_plus", data, Selection(n=n, seed=seed), Judging(reading, every_case), "" if plus else "base")


@by_path
@checked
def code_cases(
    path: str | None = None,
    category: str | None = None,
    complexity: str | None = None,
    n: AtLeastOne | None = None,
    seed: int | None = None,
    reading: Reading = "strict",
    every_case: bool = True,
) -> Task:
    """A suite of your own: specifications with cases, or calls as QuixBugs has them (program, args, expected).

    Args:
      path: Records in the form of this project's suites or of QuixBugs, or a folder of such files.
      category: Only this category.
      complexity: Only this complexity.
      n: How many tasks at most.
      seed: Draws the n at random instead of taking the first.
      reading: How the program is found in an answer; `tolerant` also where prose, stray tokens or a missing fence
        surround it.
      every_case: Go on after a case that failed, to count those that pass; otherwise stop there, and score the verdict.
    """
    file = located(path, "suite of tasks or cases")
    selection = Selection(category, complexity, n=n, seed=seed)
    return _task("code_cases", read_suite(file), selection, Judging(reading, every_case), file.stem)


def _task(
    name: str,
    data: ReadData[CodeTask] | Sequence[CodeTask],
    selection: Selection,
    judging: Judging,
    split: str = "",
) -> Task:
    tasks, places = (data.items, data.places) if isinstance(data, ReadData) else (data, {})
    chosen = selection.of(tasks)
    dataset = samples(chosen, f"{name}/{split}".rstrip("/"), judging)
    metadata: dict[str, Any] = {
        **provenance(),
        **data_facts(dataset, selection.seed),
        **facts_of_model(REAL),
        **sandbox_facts(),
        "split": split,
        **left_out_facts(places),
        "left_out_cases": {task.name: dict(Counter(task.left_out)) for task in chosen if task.left_out},
    }
    return ReferenceTask(
        reference=REAL,
        dataset=dataset,
        solver=code_direct(),
        scorer=code_scorers(every_case=judging.every_case),
        config=GenerateConfig(max_tokens=ANSWER_TOKENS),
        name=name,
        version=VERSION if name in SUITES else PUBLIC_VERSION,
        metadata=metadata,
    )
