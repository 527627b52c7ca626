"""`prompt_overlap`, `training_overlap`, `duplicates`: test items in what was shown, in what was trained on, twice."""

from __future__ import annotations

import json
from itertools import islice
from pathlib import Path
from typing import Any

import pytest
from inspect_ai.dataset import Sample
from inspect_ai.model import ChatMessage, ChatMessageAssistant, ChatMessageUser, get_model
from inspect_ai.solver import Generate, Solver, TaskState, generate, solver, system_message
from planted_runs import MODEL, SUMS, audited, ended, findings, only, run, writes

from glassbox.baselines.models.recipes.arith_corpus import documents
from glassbox.harness.audit.finding import Severity
from glassbox.harness.audit.training import read_training
from glassbox.harness.data.arithmetic.dataset import Origin
from glassbox.harness.data.arithmetic.prompts import expression_prompt
from glassbox.harness.data.problem import Problem
from glassbox.harness.engine.run import run as run_directly
from glassbox.harness.engine.serving import answering
from glassbox.harness.ir.program import Op, single
from glassbox.harness.lm.model import OpenModel
from glassbox.solvers.arithmetic.text import InProcess, text_solver
from glassbox.solvers.ir_head import ir_head
from glassbox.solvers.regex_only import regex_only
from glassbox.solvers.regex_pipeline import RegexPipeline, regex_pipeline
from glassbox.tasks.ir_arith import ir_arith

QUESTIONS = [
    Sample(id=f"item-{at}", input=text, target=str(at))
    for at, text in enumerate(
        (
            "If you take 49 apples away from a basket of 1,069 apples, how many are left in it?",
            "A tank holds 200 litres and 75 litres run out overnight: what is left?",
            "Subtract 49 from 69",
            "What is 7 times 8?",
            "Each of 15 visitors buys 4 tickets for the evening show at the old theatre. How many tickets is that?",
        )
    )
]
FAIR = "Q: If you take 3 apples away from a basket of 8 apples, how many are left in it?\nA: 8 - 3\n\n"


@solver
def few_shot(examples: str) -> Solver:
    async def solve(state: TaskState, generate: Generate) -> TaskState:
        state.messages = [ChatMessageUser(content=f"{examples}Q: {state.input_text}\nA:")]
        return await generate(state)

    return solve


def shown(folder: Path, examples: str) -> Path:
    return run(folder, few_shot(examples), samples=QUESTIONS, max_tokens=4)


def test_a_test_item_among_the_examples_is_found_verbatim_normalised_and_by_its_words(tmp_path: Path) -> None:
    verbatim = only(shown(tmp_path, f"{FAIR}Q: Subtract 49 from 69\nA: 69 - 49\n\n"), "prompt_overlap")
    assert verbatim.what == "1 of 5 test items stand in what the model was shown (1 exact)"
    assert verbatim.where == "sample item-2"
    other_form = "Q: IF you take  49 apples away from a basket of 1069 apples -- how many are left in it\nA: ...\n\n"
    normalised = only(shown(tmp_path, other_form.replace("--", "")), "prompt_overlap")
    assert normalised.what == "1 of 5 test items stand in what the model was shown (1 normalised)"
    reworded = (
        "Q: Each of 15 visitors buys 4 tickets for the evening show at the old theatre. What is the sum?\nA: 60\n"
    )
    by_words = only(shown(tmp_path, reworded), "prompt_overlap", Severity.WARNING)
    assert by_words.what.startswith("passages of 1 of 5 test items stand in what the model was shown, up to 7")
    assert by_words.where == "sample item-4"


def test_examples_of_the_same_template_with_other_numbers_are_clean(tmp_path: Path) -> None:
    assert ended(shown(tmp_path, FAIR), "prompt_overlap") is Severity.CLEAN


def test_examples_of_this_project_come_from_the_fit_side_and_are_clean(tmp_path: Path) -> None:
    from inspect_ai import eval

    (log,) = eval(ir_arith, solver=regex_pipeline(shots=4), task_args={"n": 6}, log_dir=str(tmp_path), display="none")
    assert log.samples is not None
    asked = [message.text for message in log.samples[0].messages if message.role == "user"]
    assert len(asked) == 5
    assert all(text.endswith("Expression:") for text in asked)
    assert ended(Path(log.location), "prompt_overlap") is Severity.CLEAN


def copies(count: int) -> list[Problem]:
    """The first test items, as if they were examples."""
    task = ir_arith(n=6)
    given: dict[str, Any] = {"program": single(Op.ADD, 1, 2), "template": "copied", "split": "test"}
    return [Problem(str(s.input), int(str(s.target)), **given) for s in list(task.dataset)[:count]]


@solver
def spoilt_turns(copied: int) -> Solver:
    """The same inside inspect, where each example is a turn of its own."""
    items = copies(copied)
    return text_solver(lambda chosen: RegexPipeline(items, 48, 32), 0)


def test_test_items_among_the_turns_of_a_conversation_are_found(tmp_path: Path) -> None:
    from inspect_ai import eval

    (log,) = eval(ir_arith, solver=spoilt_turns(2), task_args={"n": 6}, log_dir=str(tmp_path), display="none")
    found = only(Path(log.location), "prompt_overlap")
    assert found.what == "2 of 6 test items stand in what the model was shown (2 exact)"


@solver
def spoilt_pipeline(copied: int) -> Solver:
    """The text pipeline with the first test items as its examples."""
    items = copies(copied)

    def build(model: OpenModel | None, origin: Origin) -> InProcess:
        assert model is not None
        return InProcess(RegexPipeline(items, 48, 32), model)

    async def inside(state: TaskState, generate: Generate) -> TaskState:
        return state  # direct runs never come here

    return answering(inside, build, needs_model=True)


def test_runs_without_inspects_loop_say_what_the_model_was_shown(tmp_path: Path) -> None:
    def direct(by: Solver) -> Path:
        given: dict[str, Any] = {"task_args": {"n": 6}, "solver_args": {}, "log_dir": tmp_path}
        return run_directly(ir_arith(n=6), by, model=MODEL, **given)

    for fair in (ir_head(), regex_pipeline(), regex_pipeline(shots=4)):
        assert ended(direct(fair), "prompt_overlap") is Severity.CLEAN
    assert ended(direct(regex_only()), "prompt_overlap") is Severity.INAPPLICABLE
    spoilt = only(direct(spoilt_pipeline(2)), "prompt_overlap")
    assert spoilt.what == "2 of 6 test items stand in what the model was shown (2 exact)"


def test_a_head_inside_inspect_keeps_what_it_was_shown(tmp_path: Path) -> None:
    from inspect_ai import eval

    (log,) = eval(ir_arith, solver=ir_head(), task_args={"n": 6}, log_dir=str(tmp_path), model=MODEL, display="none")
    assert log.samples is not None
    for sample in log.samples:
        asked, answered = sample.messages
        assert (asked.text, answered.text) == (expression_prompt(str(sample.input)), sample.output.completion)
    assert ended(Path(log.location), "prompt_overlap") is Severity.CLEAN


def test_a_prompt_that_names_a_test_task_is_found(tmp_path: Path) -> None:
    tasks = [Sample(id=name, input=f"Write the function for task {at}.", target="def f(): ...")
             for at, name in enumerate(("find_index", "clamp_value", "title_case"))]  # fmt: skip
    hint = "When the loop returns too early, as in find_index, return inside the loop."
    named = run(tmp_path, [system_message(hint), generate()], samples=tasks, max_tokens=4)
    assert only(named, "prompt_overlap").what == "the constant prompt names 1 test items"
    general = run(tmp_path, [system_message("Return inside the loop."), generate()], samples=tasks, max_tokens=4)
    assert ended(general, "prompt_overlap") is Severity.CLEAN


@solver
def repaired(told: str) -> Solver:
    """Answers, is told what was wrong, answers again."""

    async def solve(state: TaskState, generate: Generate) -> TaskState:
        state = await generate(state)
        state.messages.append(ChatMessageUser(content=told.format(expected=state.target.text)))
        state.output = await get_model().generate(state.messages)
        return state

    return solve


def test_repair_feedback_that_holds_the_answer_is_found(tmp_path: Path) -> None:
    sums = [Sample(id=one.id, input=one.input, target=str(1000 + at)) for at, one in enumerate(SUMS)]
    told = run(tmp_path, repaired("That is wrong: {expected} was expected."), samples=sums, max_tokens=4)
    assert only(told, "prompt_overlap").what == "the feedback holds the target in 8 of 8 samples that were given any"
    fair = run(tmp_path, repaired("That is wrong; the machine says overflow."), samples=sums, max_tokens=4)
    assert ended(fair, "prompt_overlap") is Severity.CLEAN


def test_an_assistants_turn_in_the_prompt_is_an_example_and_no_feedback(tmp_path: Path) -> None:
    @solver
    def turns() -> Solver:
        async def solve(state: TaskState, generate: Generate) -> TaskState:
            asked: list[ChatMessage] = [ChatMessageUser(content="What is 1 plus 1?"), ChatMessageAssistant(content="2")]
            state.messages = [*asked, ChatMessageUser(content=f"Next, {state.target.text}: {state.input_text}")]
            return await generate(state)

        return solve

    found = only(run(tmp_path, turns(), max_tokens=4), "prompt_overlap")
    assert found.what == "the target stands beside the question in 8 of 8 prompts"  # and no feedback tells it


def test_training_text_is_held_against_the_items(tmp_path: Path) -> None:
    log = run(tmp_path, writes(lambda state: "no", calls=1), samples=QUESTIONS)
    assert ended(log, "training_overlap") is Severity.UNCHECKED
    lines = tmp_path / "corpus.txt"
    lines.write_text("subtract 49 from 69!\nWhat is 7 times 9?\n", encoding="utf-8")
    found = only(log, "training_overlap", training=[read_training(lines)])
    assert found.what == "1 of 5 test items stand in corpus.txt (1 normalised)"
    records = tmp_path / "corpus.jsonl"
    rows = [{"q": "A tank holds 200 litres and 75 litres run out overnight: what is left?", "a": "125"}, {"q": "What?"}]
    records.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    assert only(log, "training_overlap", training=[read_training(records)]).where == "sample item-1"
    lines.write_text("What is 8 times 7?\n", encoding="utf-8")
    assert only(log, "training_overlap", training=[read_training(lines)]).where == "sample item-3"
    lines.write_text("What is 7 times 9?\nSubtract 69 from 49\n", encoding="utf-8")
    assert ended(log, "training_overlap", training=[read_training(lines)]) is Severity.CLEAN


@pytest.mark.parametrize("split", ["held_out_both", "held_out_operands"])
def test_the_reference_models_training_text_holds_no_item_of_other_operands(split: str, tmp_path: Path) -> None:
    corpus = tmp_path / "corpus.jsonl"
    texts = [f"{one.prompt}{one.completion}" for one in islice(documents(0), 6000)]
    corpus.write_text("\n".join(map(json.dumps, texts)), encoding="utf-8")
    task = ir_arith(n=300, split=split)  # type: ignore[arg-type]
    given = {"task_args": {"split": split}, "solver_args": {}, "log_dir": tmp_path}
    log = run_directly(task, regex_only(), model=MODEL, **given)  # type: ignore[arg-type]
    assert ended(log, "training_overlap", training=[read_training(corpus)]) is Severity.CLEAN
    spoilt = [*texts, next(iter(task.dataset)).input]
    corpus.write_text("\n".join(map(json.dumps, spoilt)), encoding="utf-8")
    assert only(log, "training_overlap", training=[read_training(corpus)]).what.endswith("corpus.jsonl (1 exact)")


def test_items_of_a_training_run_beside_are_found(tmp_path: Path) -> None:
    def split(name: str, samples: list[Sample]) -> Path:
        return run(tmp_path, writes(lambda state: "no", calls=1), samples=samples, metadata={"split": name})

    split("train", [*QUESTIONS[:2], Sample(id="other", input="What is 3 plus 3?", target="6")])
    test = split("test", QUESTIONS)
    assert only(test, "training_overlap").what == "2 of 5 test items stand in split train (2 exact)"


def test_questions_that_stand_twice_are_found_with_and_without_a_contradiction(tmp_path: Path) -> None:
    silent = writes(lambda state: "no")
    copy = Sample(id="copy", input="what is 7 times  8", target="3")
    twice = audited(run(tmp_path, silent, samples=[*QUESTIONS, copy]), "duplicates")
    ((_, warning),) = twice.found(Severity.WARNING)
    assert (warning.what, warning.where) == ("1 of 6 items repeat another", "samples item-3, copy")
    torn = Sample(id="torn", input="What is 7 times 8?", target="54")
    finding = only(run(tmp_path, silent, samples=[*QUESTIONS, torn]), "duplicates")
    assert finding.what == "1 questions stand there with different targets"
    assert ended(run(tmp_path, silent, samples=QUESTIONS), "duplicates") is Severity.CLEAN
    near = [Sample(id=f"n{at}", input=f"5 {sign} 3 = ?", target="x") for at, sign in enumerate("+-*/")]
    assert findings(run(tmp_path, silent, samples=near), "duplicates") == []


def test_epochs_are_no_duplicates(tmp_path: Path) -> None:
    log = run(tmp_path, writes(lambda state: "no"), samples=QUESTIONS, epochs=2)
    assert ended(log, "duplicates") is Severity.CLEAN
