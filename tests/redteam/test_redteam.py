"""No attack passes, none hurts the host, and each ends as its author wrote beside it, by either road into the sandbox.

    python -m pytest tests/redteam

One core judges; the attacks and their reasons stand in the modules beside this one. Each round is judged in a process
of its own, for a process keeps to the road it began with.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import get_args

import pytest

from glassbox.harness.outcome import Outcome
from glassbox.harness.sandbox.case import Verdict
from glassbox.harness.sandbox.crossing import ROAD_VARIABLE, Name
from glassbox.harness.sandbox.worker import Worker
from tests.redteam.attack import HONEST, TOTAL, Attack, Task
from tests.redteam.roster import ATTACKS, LIMITS

SECONDS = 60.0
ON_ASSERTS = tuple(attack for attack in ATTACKS if attack.asserted is not None)


@dataclass(frozen=True, slots=True)
class Round:
    """Every attack judged once; where the host itself failed there is its error instead of a verdict."""

    verdicts: Mapping[str, Verdict]
    crashes: Mapping[str, str]
    cpu_seconds: float

    def verdict(self, attack: Attack) -> Verdict:
        """The verdict on an attack, which there must be."""
        assert attack.name not in self.crashes, f"the host crashed: {self.crashes[attack.name]}"
        return self.verdicts[attack.name]


def cpu_seconds(judge: Worker) -> float:
    """Processor time that the judge's process has used."""
    fields = Path(f"/proc/{judge.pid}/stat").read_text(encoding="utf-8").rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def judged(attacks: Sequence[Attack], worker: Worker, judge: Callable[[Attack], Verdict]) -> Round:
    start = cpu_seconds(worker)
    verdicts, crashes = {}, {}
    for attack in attacks:
        try:
            verdicts[attack.name] = judge(attack)
        except Exception as error:
            crashes[attack.name] = repr(error)
    return Round(verdicts, crashes, cpu_seconds(worker) - start)


@pytest.fixture(scope="module", params=get_args(Name))
def judge(request: pytest.FixtureRequest) -> Iterator[Worker]:
    """On one road, and warm: compiling the interpreter, once for a machine, is no part of the time of the attacks."""
    judge = Worker(LIMITS)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(ROAD_VARIABLE, request.param)
        assert judge.judge(TOTAL.honest, TOTAL.entry_point, TOTAL.cases).passed
    yield judge
    judge.close()


@pytest.fixture(scope="module")
def by_cases(judge: Worker) -> Round:
    return judged(ATTACKS, judge, lambda attack: judge.judge(attack.code, attack.entry_point, attack.cases))


@pytest.fixture(scope="module")
def by_asserts(judge: Worker) -> Round:
    def examine(attack: Attack) -> Verdict:
        return judge.judge_asserts(attack.code, attack.task.asserts(), attack.task.prelude, None)

    return judged(ON_ASSERTS, judge, examine)


def test_there_are_at_least_80_attacks_and_their_names_are_unique() -> None:
    names = Counter(attack.name for attack in ATTACKS)
    assert len(ATTACKS) >= 80
    assert [name for name, count in names.items() if count > 1] == []
    assert {task.entry_point for task in HONEST} == {attack.entry_point for attack in ATTACKS}


@pytest.mark.parametrize("task", HONEST, ids=lambda task: task.entry_point)
def test_the_honest_program_passes_with_the_cases_of_the_attacks(judge: Worker, task: Task) -> None:
    verdict = judge.judge(task.honest, task.entry_point, task.cases)
    assert (verdict.outcome, verdict.cases_passed) == (Outcome.PASS, len(task.cases)), verdict


@pytest.mark.parametrize("task", HONEST, ids=lambda task: task.entry_point)
def test_the_honest_program_passes_the_asserts_of_the_attacks(judge: Worker, task: Task) -> None:
    verdict = judge.judge_asserts(task.honest, task.asserts(), task.prelude, None)
    assert (verdict.outcome, verdict.cases_passed) == (Outcome.PASS, len(task.asserts())), verdict
    assert task.asserts()


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.name)
def test_an_attack_has_its_outcome(by_cases: Round, attack: Attack) -> None:
    verdict = by_cases.verdict(attack)
    assert attack.ends_as_it_must(verdict.outcome), f"{attack.why}\n{verdict}"
    assert len(verdict.cases) == len(attack.cases)


@pytest.mark.parametrize("attack", ON_ASSERTS, ids=lambda attack: attack.name)
def test_an_attack_on_asserts_has_its_outcome(by_asserts: Round, attack: Attack) -> None:
    verdict = by_asserts.verdict(attack)
    assert attack.ends_as_it_must(verdict.outcome, asserts=True), f"{attack.why}\n{verdict}"


def test_no_attack_crashes_the_host(by_cases: Round, by_asserts: Round) -> None:
    assert (by_cases.crashes, by_asserts.crashes) == ({}, {})


def test_no_attack_passes(by_cases: Round, by_asserts: Round) -> None:
    assert [name for name, verdict in by_cases.verdicts.items() if verdict.passed] == []
    assert [name for name, verdict in by_asserts.verdicts.items() if verdict.passed] == []


def texts(verdict: Verdict) -> list[str]:
    """Everything in a verdict that goes into logs and tables."""
    of_cases = [text for case in verdict.cases for text in (case.detail, case.value_text or "")]
    return [verdict.traceback, verdict.stdout, verdict.stderr, *of_cases]


def test_every_text_of_a_verdict_can_be_written_and_is_of_readable_length(by_cases: Round, by_asserts: Round) -> None:
    for name, verdict in (*by_cases.verdicts.items(), *by_asserts.verdicts.items()):
        for text in texts(verdict):
            assert text.encode("utf-8", "surrogatepass") == text.encode("utf-8", "backslashreplace"), name
        assert len(verdict.traceback) < 10_000, name


def test_what_is_printed_is_cut_at_its_limit(by_cases: Round) -> None:
    longest = max(
        len(text.encode("utf-8", "replace"))
        for verdict in by_cases.verdicts.values()
        for text in (verdict.stdout, verdict.stderr)
    )
    assert LIMITS.output_bytes // 2 < longest <= 2 * LIMITS.output_bytes


def test_every_attack_together_takes_less_than_a_minute_of_one_core(by_cases: Round, by_asserts: Round) -> None:
    assert by_cases.cpu_seconds + by_asserts.cpu_seconds < SECONDS


def test_the_judge_still_judges_after_all_of_them(judge: Worker, by_cases: Round, by_asserts: Round) -> None:
    assert len(by_cases.verdicts) == len(ATTACKS)
    assert len(by_asserts.verdicts) == len(ON_ASSERTS) >= 100
    for task in HONEST:
        assert judge.judge(task.honest, task.entry_point, task.cases).passed
