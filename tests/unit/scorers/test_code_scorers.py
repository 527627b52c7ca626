"""The code scorers on one completion each: who is at fault decides between a zero, no score and an error."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from inspect_ai.model import ModelName, ModelOutput
from inspect_ai.scorer import Score, Target
from inspect_ai.solver import TaskState

from glassbox.harness.code.completion import fenced
from glassbox.harness.code.question import CodeCase, CodeQuestion
from glassbox.scorers.cases_passed import cases_passed
from glassbox.scorers.judging import JUDGING
from glassbox.scorers.outcome import outcome
from glassbox.scorers.passed import passed

QUESTION = CodeQuestion(
    entry_point="first",
    cases=(
        CodeCase(args="([3, 1],)", expected="3"),
        CodeCase(args="([],)", raises="IndexError"),
        CodeCase(args="([True],)", expected="True"),
    ),
    reference="def first(items):\n    return items[0]\n",
)
ENDLESS = "def first(items):\n    while True:\n        pass\n"
RUNS: dict[str, tuple[str, float | None, float]] = {
    "def first(items):\n    return items[0]\n": ("pass", 1, 1),
    "def first(items):\n    return int(items[0])\n": ("wrong", 0, 2 / 3),
    "def first(items):\n    return items.pop(0)\n": ("mutated", 0, 1 / 3),
    "def first(items):\n    return items[9] + x\n": ("runtime", 0, 1 / 3),
    "def last(items):\n    return items[0]\n": ("runtime", 0, 0),
    "def first(items)\n    return items[0]\n": ("syntax", 0, 0),
    "import numpy\n\n\ndef first(items):\n    return numpy.array(items)[0]\n": ("unsupported", None, 0),
}


def state(completion: str, question: CodeQuestion = QUESTION) -> TaskState:
    found = TaskState(
        ModelName("none/none"), "s", 1, "", [], Target(""), metadata={"code": question.as_metadata(), "tags": []}
    )
    found.output = ModelOutput.from_content("none/none", completion)
    return found


def scores(*states: TaskState) -> list[tuple[Score, Score, Score]]:
    """Passed, cases passed and outcome of each, in one loop and one pool."""

    async def each(one: TaskState) -> tuple[Score, Score, Score]:
        found = [await scorer(one, Target("")) for scorer in (passed(), cases_passed(), outcome())]
        assert all(score is not None for score in found)
        return found[0], found[1], found[2]  # type: ignore[return-value]  # asserted above

    return asyncio.run(closing(lambda: asyncio.gather(*[each(one) for one in states])))


async def closing(work: Callable[[], Awaitable[Any]]) -> Any:
    try:
        return await work()
    finally:
        await JUDGING.close()


def test_each_fault_is_scored_by_whose_it_is_and_the_cases_that_pass_are_counted() -> None:
    for (program, (name, value, share)), (headline, fraction, kind) in zip(
        RUNS.items(), scores(*[state(fenced(program)) for program in RUNS]), strict=True
    ):
        assert kind.value == name, program
        assert headline.metadata is not None
        assert (headline.metadata["outcome"], headline.metadata["code"]) == (name, program)
        assert headline.metadata["completion"] == fenced(program)
        if value is None:
            assert headline.as_float() != headline.as_float(), "unscored, neither right nor wrong"
            assert fraction.as_float() != fraction.as_float()
            assert headline.reason == "unsupported"
        else:
            assert headline.value == value, program
            assert fraction.as_float() == pytest.approx(share), program


def test_a_completion_without_a_program_is_a_parse_failure_by_kind() -> None:
    completions = {"": "empty", "No.": "no_code", "```json\n1\n```": "other_language", "```\n```": "empty_block"}
    for (headline, fraction, kind), reason in zip(scores(*map(state, completions)), completions.values(), strict=True):
        assert (headline.value, fraction.value, kind.value) == (0, 0, "parse")
        assert kind.metadata == {"failure": f"parse:{reason}"}


def test_the_record_has_every_outcome_and_what_was_asked_expected_and_answered_where_it_failed() -> None:
    program = "print('seen')\n\n\ndef first(items):\n    return int(items[0])\n"
    ((headline, _, _),) = scores(state(fenced(program)))
    assert headline.metadata is not None
    assert headline.metadata["outcomes"] == ["pass", "pass", "wrong"]
    (failed,) = headline.metadata["failures"]
    assert (failed["case"], failed["asked"], failed["expected"], failed["value"]) == (2, "([True],)", "True", "1")
    assert headline.metadata["stdout"] == "seen\n"
    assert headline.metadata["fuel"] > 0
    assert headline.explanation == failed["detail"]


def test_epochs_with_one_program_are_judged_once(monkeypatch: pytest.MonkeyPatch) -> None:
    judged: list[str] = []
    original = JUDGING._judge

    async def counting(question: CodeQuestion, completion: str) -> Any:
        judged.append(completion)
        return await original(question, completion)

    monkeypatch.setattr(JUDGING, "_judge", counting)
    one, two = (fenced(program) for program in list(RUNS)[:2])

    async def work() -> list[Any]:
        return [await passed()(state(completion), Target("")) for completion in (one, two, one, one)]

    values = [score.value for score in asyncio.run(closing(work))]
    assert values == [1, 0, 1, 1]
    assert judged == [one, two]


def test_tests_are_judged_in_an_instance_of_their_own_with_helpers_the_program_never_sees() -> None:
    question = CodeQuestion(
        entry_point="area",
        tests=("def check(candidate):\n    assert candidate(2) == SIDE\n\ncheck(area)", "assert area(1) == 1"),
        prelude="SIDE = 4",
    )
    right = "def area(side):\n    return side * side\n"
    spying = "def area(side):\n    return SIDE if side == 2 else 1\n"
    (good, good_cases, _), (bad, _, bad_kind) = scores(state(right, question), state(spying, question))
    assert (good.value, good_cases.value) == (1, 1)
    assert (bad.value, bad_kind.value) == (0, "runtime")


def test_a_fault_of_the_data_sets_own_test_leaves_its_sample_unscored_and_ends_nothing() -> None:
    question = CodeQuestion(entry_point="f", tests=("assert 1 / 0 == f(1)",))
    ((headline, fraction, kind),) = scores(state("def f(x):\n    return x\n", question))
    assert (headline.reason, fraction.reason, kind.value) == ("infra", "infra", "infra")
    assert headline.explanation is None


def test_a_test_that_only_this_program_breaks_is_wrong_by_the_reference() -> None:
    question = CodeQuestion(entry_point="f", tests=("for v in f(3): last = v\nassert last == 2",))
    asked = question.model_copy(update={"reference": "def f(n):\n    return range(n)\n"})
    ((headline, _, kind),) = scores(state("def f(n):\n    return []\n", asked))
    assert (headline.value, kind.value) == (0, "wrong")


def test_an_answer_that_stops_at_the_token_limit_is_truncated_unless_it_passes() -> None:
    programs = ["def first(items):\n    return items[0]\n", "def first(items):\n    return", "I would"]
    cut = [state(program) for program in programs]
    for one in cut:
        one.output.choices[0].stop_reason = "max_tokens"
    assert [(headline.value, kind.value) for headline, _, kind in scores(*cut)] == [
        (1, "pass"),
        (0, "truncated"),
        (0, "truncated"),
    ]


def test_the_tolerant_reading_finds_what_the_strict_one_cannot() -> None:
    answer = "Sure!\ndef first(items):\n    return items[0]\nThis returns the first."
    tolerant = QUESTION.model_copy(update={"reading": "tolerant"})
    (strict, _, kind), (found, _, _) = scores(state(answer), state(answer, tolerant))
    assert (strict.value, kind.value, found.value) == (0, "syntax", 1)


def test_a_sample_of_another_kind_is_refused_by_name() -> None:
    other = state("def f(): ...")
    del other.metadata["code"]
    with pytest.raises(LookupError, match="asks for no program"):
        scores(other)


def test_the_pool_is_closed_and_opens_again_in_another_loop() -> None:
    for _ in range(2):
        ((headline, _, _),) = scores(state(fenced(next(iter(RUNS)))))
        assert headline.value == 1
        assert not JUDGING.open


def test_a_pool_that_nobody_closed_ends_when_another_loop_needs_one() -> None:
    program = fenced(next(iter(RUNS)))

    async def work() -> Score | None:
        return await passed()(state(program), Target(""))

    for _ in range(3):
        asyncio.run(work())
        JUDGING._known.clear()
        assert len(JUDGING._pools) == 1
    asyncio.run(JUDGING.close())
    assert not JUDGING.open


def test_an_endless_program_ends_by_its_fuel_as_a_timeout() -> None:
    question = QUESTION.model_copy(update={"limits": QUESTION.limits.__class__(fuel=300_000_000)})
    ((headline, fraction, kind),) = scores(state(fenced(ENDLESS), question))
    assert (headline.value, fraction.value, kind.value) == (0, 0, "timeout")
