"""How good a suite is: do its references pass, do empty and known wrong programs fail, and which mutants does it kill?

    quality = await measure("phase3_plus", tasks, pool, mutate=True)

A mutant counts as killed by any outcome that a candidate is answerable for; one that is unsupported survives. The
machinery's own failures raise.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Coroutine, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Protocol

from glassbox.harness.cli.progress import Tick
from glassbox.harness.outcome import Outcome
from glassbox.harness.sandbox.case import Case, Verdict
from glassbox.harness.sandbox.limits import Limits
from glassbox.harness.stats.estimate import Estimate
from glassbox.tasks.code.mutants import Mutant, equivalents, mutants
from glassbox.tasks.code.task import CodeTask

LIMITS = Limits(fuel=100_000_000)
"""Enough for every reference many times over, so that a mutant that loops for ever ends in a tenth of a second."""

_SLICE = 4


class Judging(Protocol):
    """What is asked of a judge: `glassbox.harness.sandbox.pool.Pool`, or one judge at a time behind the same names."""

    async def judge(self, code: str, entry_point: str, cases: Sequence[Case]) -> Verdict:
        """Judge by cases."""
        ...

    async def judge_asserts(
        self, code: str, tests: Sequence[str], *, prelude: str = "", entry_point: str | None = None
    ) -> Verdict:
        """Judge by assert statements."""
        ...


@dataclass(frozen=True)
class Share:
    """How many of how many, with Wilson's interval."""

    count: int
    of: int

    @property
    def estimate(self) -> Estimate | None:
        """None where there is nothing to count."""
        return Estimate.of_count(self.count, self.of) if self.of else None

    def __str__(self) -> str:
        return f"{self.count}/{self.of} {self.estimate}" if self.of else "-"


@dataclass(frozen=True, slots=True)
class Missed:
    """A program that the suite should have told from the reference: a known wrong one, or a surviving mutant."""

    task: str
    id: str
    operator: str
    change: str


@dataclass(frozen=True, slots=True)
class Quality:
    """What was measured of one suite.

    Attributes:
      gold: References that pass.
      null: Functions that return None whatever they get, that pass.
      wrong: Known wrong programs that fail, of all; those on record as surviving are among them.
      killed: Mutants that fail, of those that are not equivalent; nothing where mutants were not asked for.
      equivalent: Mutants marked as equivalent, and not run.
      gold_failures: `task: outcome, detail` of each reference that does not pass.
      null_passes: Tasks that an empty function passes.
      wrong_passes: Known wrong programs that pass.
      survivors: Mutants that pass.
      by_operator: Killed of all, for each operator.
      outcomes: What the killed mutants died of.
    """

    suite: str
    tasks: int
    cases: int
    gold: Share
    null: Share
    wrong: Share
    killed: Share
    equivalent: int
    gold_failures: tuple[str, ...]
    null_passes: tuple[str, ...]
    wrong_passes: tuple[Missed, ...]
    survivors: tuple[Missed, ...]
    by_operator: dict[str, Share] = field(default_factory=dict)
    outcomes: dict[str, int] = field(default_factory=dict)

    @property
    def sound(self) -> bool:
        """Whether every reference passes and no empty function does."""
        return self.gold.count == self.gold.of and self.null.count == 0


@dataclass(frozen=True, slots=True)
class _Programs:
    """What is run, in order: one reference and one empty function for each task, then the programs that must fail."""

    solved: tuple[CodeTask, ...]
    wrong: tuple[tuple[CodeTask, Missed, str], ...]
    mutated: tuple[tuple[CodeTask, Mutant], ...]
    equivalent: int


async def measure(
    suite: str, tasks: Sequence[CodeTask], judging: Judging, *, mutate: bool, tick: Tick = lambda *_: None
) -> Quality:
    """Run every program of a suite against its tasks. A reference that does not pass has no mutants.

    Args:
      suite: Its name.
      tasks: Its tasks.
      judging: Runs the programs, as many at a time as it likes.
      mutate: Whether mutants are made and run; they are most of the work.
      tick: Told the stage, what is done and what there is to do.
    """
    programs = _programs(tasks, mutate)
    run = partial(_outcomes, judging, tick)
    gold = await run("references", [(task, task.reference or "") for task in programs.solved])
    null = await run("empty functions", [(task, _null(task)) for task in tasks])
    wrong = await run("known wrong programs", [(task, code) for task, _, code in programs.wrong])
    sound = {task.name for task, verdict in zip(programs.solved, gold, strict=True) if verdict is Outcome.PASS}
    mutated = [(task, mutant) for task, mutant in programs.mutated if task.name in sound]
    results = await run("mutants", [(task, mutant.source) for task, mutant in mutated])
    survivors = [mutant for (_, mutant), outcome in zip(mutated, results, strict=True) if not _caught(outcome)]
    alive = Counter(mutant.operator for mutant in survivors)
    made = Counter(mutant.operator for _, mutant in mutated)
    return Quality(
        suite=suite,
        tasks=len(tasks),
        cases=sum(len(task.cases) or len(task.tests) for task in tasks),
        gold=Share(len(sound), len(programs.solved)),
        null=Share(sum(outcome is Outcome.PASS for outcome in null), len(tasks)),
        wrong=Share(sum(map(_caught, wrong)), len(wrong)),
        killed=Share(len(mutated) - len(survivors), len(mutated)),
        equivalent=programs.equivalent,
        gold_failures=_failures(programs.solved, gold),
        null_passes=tuple(task.name for task, outcome in zip(tasks, null, strict=True) if outcome is Outcome.PASS),
        wrong_passes=tuple(
            missed for (_, missed, _), outcome in zip(programs.wrong, wrong, strict=True) if not _caught(outcome)
        ),
        survivors=tuple(Missed(mutant.task, mutant.id, mutant.operator, mutant.change) for mutant in survivors),
        by_operator={name: Share(count - alive[name], count) for name, count in sorted(made.items())},
        outcomes=dict(sorted(Counter(str(outcome) for outcome in results if _caught(outcome)).items())),
    )


def _programs(tasks: Sequence[CodeTask], mutate: bool) -> _Programs:
    solved = tuple(task for task in tasks if task.reference is not None)
    wrong = tuple(
        (task, Missed(task.name, f"{task.name}.{kind}[{place}]", "known wrong", code), code)
        for task in tasks
        for kind, codes in (("wrong", task.wrong), ("survivors", task.survivors))
        for place, code in enumerate(codes)
    )
    every = [
        (task, mutant) for task in solved if mutate and task.reference for mutant in mutants(task.name, task.reference)
    ]
    kept = tuple((task, mutant) for task, mutant in every if mutant.id not in equivalents())
    return _Programs(solved, wrong, kept, len(every) - len(kept))


def _null(task: CodeTask) -> str:
    return f"def {task.entry_point}(*args, **kwargs):\n    return None\n"


def _caught(outcome: Outcome) -> bool:
    return outcome not in (Outcome.PASS, Outcome.UNSUPPORTED)


def _failures(tasks: Sequence[CodeTask], outcomes: Sequence[Outcome]) -> tuple[str, ...]:
    return tuple(
        f"{task.name}: {outcome}" for task, outcome in zip(tasks, outcomes, strict=True) if outcome is not Outcome.PASS
    )


async def _outcomes(
    judging: Judging, tick: Tick, stage: str, programs: Sequence[tuple[CodeTask, str]]
) -> list[Outcome]:
    """One outcome for each program, in order."""
    done = 0

    async def one(task: CodeTask, code: str) -> Outcome:
        nonlocal done
        outcome = await _outcome(judging, task, code)
        done += 1
        tick(stage, done, len(programs))
        return outcome

    work: list[Coroutine[None, None, Outcome]] = [one(task, code) for task, code in programs]
    return list(await asyncio.gather(*work))


async def _outcome(judging: Judging, task: CodeTask, code: str) -> Outcome:
    """The outcome of the first case that does not pass; the cases after it are not all run."""
    if task.tests:
        verdict = await judging.judge_asserts(code, task.tests, prelude=task.prelude, entry_point=task.entry_point)
        return verdict.outcome
    for start in range(0, len(task.cases), _SLICE):
        verdict = await judging.judge(code, task.entry_point, task.cases[start : start + _SLICE])
        if not verdict.passed:
            return verdict.outcome
    return Outcome.PASS
