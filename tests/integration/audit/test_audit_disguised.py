"""Plants that hide: other letters, turned operands, answers in prompts; answers that are cut, empty or alike."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from inspect_ai.model import ChatMessageSystem, ModelOutput, ModelUsage, get_model
from inspect_ai.model import StopReason as Stop
from inspect_ai.scorer import Score, Scorer, Target, accuracy, match, scorer
from inspect_ai.solver import Generate, Solver, TaskState, generate, solver
from planted_runs import SUMS, audited, findings, only, run, writes

from glassbox.harness.audit.finding import Severity
from glassbox.harness.audit.normal import plain
from glassbox.harness.audit.overlap import Items

ITEM = "What is 12 plus 31, said Ann, who had counted twice?"


@pytest.mark.parametrize(
    "disguised",
    [
        "WHAT IS 12 PLUS 31, SAID ANN, WHO HAD COUNTED TWICE?",
        "What is \N{FULLWIDTH DIGIT ONE}\N{FULLWIDTH DIGIT TWO} plus 31, said Ann, who had counted twice?",
        "Wh\N{ZERO WIDTH SPACE}at is 1\N{ZERO WIDTH JOINER}2 plus 31, said A\N{SOFT HYPHEN}nn, who had counted twice?",
        "Wh\N{CYRILLIC SMALL LETTER A}t is 12 plus 31, said Ann, wh\N{GREEK SMALL LETTER OMICRON} had counted twice?",
        "**What** is _12_ plus `31`, said ***Ann***, who had ~~counted~~ twice?",
        "What is 31 plus 12, said Ann, who had counted twice?",
        "What is 012 plus 31.0, said Ann, who had counted twice?",
        "What is 12 plus 31, said A\N{COMBINING ACUTE ACCENT}nn, who had counted twice?",
    ],
)
def test_an_item_is_found_whatever_it_is_written_with(disguised: str) -> None:
    [found] = Items({"a": ITEM}).matches(f"Example: {disguised} Answer: 43")
    assert (found.item, found.whole) == ("a", True)


@pytest.mark.parametrize("other", ["What is 12 minus 31", "What is 31 minus 12", "What is 12 times 31"])
def test_other_operations_and_turned_differences_are_other_items(other: str) -> None:
    assert Items({"a": "What is 31 minus 12 now"}).matches(f"{other} here") == []


def test_signs_of_sums_are_no_emphasis() -> None:
    assert plain("2 * 3 * 4 and a*b*c") == "2 * 3 * 4 and a*b*c"


@solver
def shows(text: Callable[[TaskState], str]) -> Solver:
    """Put a text before the question, and let a model answer."""

    async def solve(state: TaskState, generate: Generate) -> TaskState:
        state.messages.insert(0, ChatMessageSystem(content=text(state)))
        return await generate(state)

    return solve


def _said(text: str, stop: Stop = "stop", tokens: int = 3) -> ModelOutput:
    found = ModelOutput.from_content("mockllm/model", text, stop_reason=stop)
    found.usage = ModelUsage(input_tokens=tokens, output_tokens=tokens, total_tokens=2 * tokens)
    return found


def _mock(folder: Path, outputs: list[ModelOutput], solve: Solver | None = None, score: Scorer | None = None) -> Path:
    """A run of a model whose answers are written down."""
    model = get_model("mockllm/model", custom_outputs=outputs, memoize=False)
    return run(folder, solve or generate(), score, model=model)  # type: ignore[arg-type]


def _answers(stop: Stop = "stop", tokens: int = 3) -> list[ModelOutput]:
    return [_said(str(sample.target), stop, tokens) for sample in SUMS]


def test_a_target_in_every_prompt_is_found_and_a_constant_prompt_is_none(tmp_path: Path) -> None:
    told = _mock(tmp_path / "told", _answers(), shows(lambda state: f"Hint: it is {state.target.text}."))
    assert only(told, "prompt_overlap").what == "the target stands beside the question in 8 of 8 prompts"
    same = _mock(tmp_path / "same", _answers(), shows(lambda state: "Write an expression, such as 1 + 2."))
    assert findings(same, "prompt_overlap") == []


def test_answers_that_were_cut_are_found_and_those_that_ended_are_not(tmp_path: Path) -> None:
    cut = [_said("Let me think", "max_tokens") for _ in SUMS[1:]]
    found = only(_mock(tmp_path / "most", [_said(str(SUMS[0].target)), *cut]), "truncated")
    assert found.what == "7 of 8 answers were cut off, 7 of them scored as wrong"
    few = _mock(tmp_path / "few", [*_answers()[:7], _said("Let me think", "max_tokens")])
    assert only(few, "truncated", Severity.WARNING).what == "1 of 8 answers were cut off, 1 of them scored as wrong"
    short = _mock(tmp_path / "short", _answers("max_tokens"))  # a budget that fits the answer costs nobody a point
    assert audited(short, "truncated").results[0].severity is Severity.CLEAN


@scorer(metrics=[accuracy()])
def generous() -> Scorer:
    """All is right."""

    async def score(state: TaskState, target: Target) -> Score:
        return Score(value="C", answer=state.output.completion)

    return score


def test_nothing_and_refusals_that_are_scored_right_are_found(tmp_path: Path) -> None:
    for name, text in (("nothing", ""), ("refused", "I\N{RIGHT SINGLE QUOTATION MARK}m sorry, I cannot say.")):
        log = run(tmp_path / name, writes(lambda state, text=text: text), generous(), model=None)  # type: ignore[misc]
        assert only(log, "empty_answers").what.startswith("8 of 8 samples scored as right: ")


def test_one_text_for_all_is_a_warning(tmp_path: Path) -> None:
    log = run(tmp_path, writes(lambda state: "12 + 31"), match(location="any"), model=None)
    assert only(log, "empty_answers", Severity.WARNING).what == "all 8 answers are the same text, and the targets are 8"


def test_calls_that_count_no_token_are_a_warning(tmp_path: Path) -> None:
    log = _mock(tmp_path, _answers(tokens=0))
    found = only(log, "model_never_called", Severity.WARNING)
    assert found.what == "calls of 8 of 8 samples wrote text and count no token"


def test_calls_of_another_model_alone_are_found(tmp_path: Path) -> None:
    @solver
    def asks_another() -> Solver:
        async def solve(state: TaskState, generate: Generate) -> TaskState:
            other = get_model("mockllm/other", custom_outputs=[_said(state.target.text)], memoize=False)
            state.output = await other.generate(state.messages)
            return state

        return solve

    log = _mock(tmp_path, _answers(), asks_another())
    assert only(log, "model_never_called").what == "all calls are of mockllm/other, none of mockllm/model"
