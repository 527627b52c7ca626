"""Techniques answer in order and in batches, cost is measured as it is named, and a fit that fails fails once."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from glassbox.harness.data.arithmetic.dataset import Origin, Source
from glassbox.harness.data.arithmetic.dataset import test_problems as problems_of
from glassbox.harness.data.arithmetic.generate import SPLITS, generate
from glassbox.harness.engine.serving import Line, answering_of
from glassbox.harness.engine.technique import ALONE_SAMPLES, Question, Technique, Timed, execute
from glassbox.harness.ir.program import Op, Program, chain, single
from glassbox.harness.ir.text import to_text
from glassbox.harness.lm.load import open_model
from glassbox.harness.lm.shipped import shipped_models
from glassbox.harness.outcome import Outcome
from glassbox.harness.plugins.card import ANY, ARITHMETIC, CODE, UNSAID
from glassbox.harness.plugins.registered import names_of, registered
from glassbox.harness.records.attempt import Attempt
from glassbox.solvers.arithmetic.text import SHOTS_ELSEWHERE, choose_shots
from glassbox.solvers.direct import Direct
from glassbox.solvers.gold import Gold
from glassbox.solvers.null import Null
from glassbox.solvers.regex_pipeline import RegexPipeline

SharedPath = Callable[[str], Path]
SINGLE = Origin(family="single")


class Slow(Technique):
    """Takes 10 ms for a batch and 2 ms for each question in it, on a clock of its own."""

    def __init__(self) -> None:
        self.now = 0.0
        self.batches: list[int] = []

    def attempt(self, questions: Sequence[Question]) -> list[Attempt]:
        self.batches.append(len(questions))
        self.now += 0.010 + 0.002 * len(questions)
        return [Attempt(value=q.answer) for q in questions]


def test_execution_keeps_order_and_gives_every_fault_its_kind() -> None:
    programs: list[Program | None] = [
        single(Op.ADD, 1, 2),
        None,
        single(Op.DIVIDE, 1, 0),
        chain(16, (Op.SUBTRACT, 3), (Op.MULTIPLY, 5)),
        single(Op.MULTIPLY, 10**6, 10**6),
    ]
    attempts = execute(programs, 32)
    assert [a.value for a in attempts] == [3, None, None, 65, None]
    assert [(a.failure, a.failure_kind) for a in attempts] == [
        (None, None),
        (Outcome.SCHEMA, "no_program"),
        (Outcome.RUNTIME, "division_by_zero"),
        (None, None),
        (Outcome.RUNTIME, "overflow"),
    ]
    assert [a.program for a in attempts] == ["1 + 2", None, "1 / 0", "(16 - 3) * 5", "1000000 * 1000000"]


def test_numbers_beyond_any_machine_word_are_a_fault_and_no_crash() -> None:
    assert [a.failure_kind for a in execute([single(Op.ADD, 10**30, 1), single(Op.ADD, 1, 2)], 64)] == [
        "overflow",
        None,
    ]


def test_latency_is_the_batchs_share_and_alone_is_measured_on_the_first_samples_only() -> None:
    slow = Slow()
    timed = Timed(slow, clock=lambda: slow.now)
    first = timed.attempt([Question(f"q{i}", answer=i) for i in range(ALONE_SAMPLES - 5)])
    second = timed.attempt([Question(f"q{i}", answer=i) for i in range(30)])
    third = timed.attempt([Question("q", answer=1)])
    assert [a.value for a in second] == list(range(30))
    assert [a.alone_ms for a in first] == pytest.approx([12.0] * (ALONE_SAMPLES - 5))
    assert [a.alone_ms is not None for a in second] == [True] * 5 + [False] * 25
    assert first[0].amortised_ms == pytest.approx(10 / 15 + 2)
    assert [a.amortised_ms for a in second] == pytest.approx([10 / 30 + 2] * 30)
    assert third[0].alone_ms is None
    assert slow.batches == [15, *[1] * 30, 30, *[1] * 10, 1]


def test_a_technique_that_cannot_be_built_is_tried_once_and_says_the_same_each_time() -> None:
    tries = 0

    def build() -> Slow:
        nonlocal tries
        tries += 1
        raise ValueError("layer 99 is outside this model (8 blocks; 0..8)")

    line = Line(build, max_batch=1)

    async def ask() -> None:
        for _ in range(5):
            with pytest.raises(ValueError, match="layer 99 is outside this model"):
                await line.answer(Question("q"))

    asyncio.run(ask())
    assert tries == 1


def test_a_technique_is_built_once_and_kept() -> None:
    built: list[Slow] = []

    def build() -> Slow:
        built.append(Slow())
        return built[-1]

    line = Line(build, max_batch=1)

    async def ask() -> list[tuple[int | None, str]]:
        answers = [await line.answer(Question("q", answer=part)) for part in range(3)]
        return [(attempt.value, prompt) for attempt, prompt in answers]

    assert asyncio.run(ask()) == [(0, ""), (1, ""), (2, "")]
    assert len(built) == 1


def test_every_solver_does_what_its_card_says() -> None:
    there = {name: one for name, one in registered("solver").items() if one.package == "glassbox"}
    works_inside = {"ir_head", "layer0", "bag_of_tokens", "shuffled_labels"}
    assert set(names_of(ARITHMETIC, ("none", "text"))) == {"regex_pipeline", "direct", "regex_only", "gold", "null"}
    assert set(names_of(ARITHMETIC, ("open", "tokenizer"))) == works_inside
    assert set(names_of(CODE, ("none", "text"))) == {"code_direct", "gold", "null"}
    for name, one in there.items():
        assert one.card is not UNSAID, f"{name} says nothing of itself"
        found = answering_of(one.make())
        assert (found is not None) == bool({ARITHMETIC, ANY} & set(one.card.answers)), name
        if found is not None:
            assert found.needs_model == (one.card.model != "none"), name


@pytest.mark.parametrize("family", ["single", "chain", "loop"])
def test_gold_is_right_on_every_generated_split_and_null_on_none(family: str) -> None:
    origin = Origin.model_validate({"family": family})
    for split in (*SPLITS, "fixed"):
        if split == "word_problems" and family != "single":
            continue
        problems, _ = problems_of(origin, split, 200, 1)  # type: ignore[arg-type]
        questions = [
            Question(p.question, None if p.program is None else to_text(p.program), p.answer) for p in problems
        ]
        assert [a.value for a in Gold(32).attempt(questions)] == [p.answer for p in problems]
        assert {a.value for a in Null().attempt(questions)} == {None}


@pytest.mark.parametrize(
    ("source", "file"),
    [
        ("single_op", "arith_single_op/single_op.jsonl"),
        ("svamp", "svamp/SVAMP.json"),
        ("mawps", "mawps/AddSub.json"),
        ("gsm8k", "gsm8k/test.jsonl"),
        ("gpt3_arithmetic", "gpt3_arithmetic/two_digit_multiplication.jsonl"),
    ],
)
def test_gold_is_right_on_every_official_source(source: Source, file: str, shared_data: SharedPath) -> None:
    origin = Origin(family="single", source=source, path=str(shared_data(file)))
    problems, _ = problems_of(origin, "iid", 500, 0)
    assert len(problems) > 200
    questions = [Question(p.question, None if p.program is None else to_text(p.program), p.answer) for p in problems]
    assert [a.value for a in Gold(32).attempt(questions)] == [p.answer for p in problems]


def test_gold_answers_without_a_program_where_the_source_has_none() -> None:
    (attempt,) = Gold(32).attempt([Question("q", None, 42)])
    assert (attempt.value, attempt.program, attempt.reads_program) == (42, None, False)


def test_shipped_models_are_shown_no_examples_by_name_or_by_folder_and_others_four() -> None:
    if "arith" not in shipped_models():
        pytest.skip("no model `arith` is shipped in baselines/models; `glassbox models train arith` makes one")
    assert choose_shots("arith", None, SINGLE) == []
    assert choose_shots(str(shipped_models()["arith"]), None, SINGLE) == []
    assert open_model("arith", device="cpu").name == "arith"
    assert len(choose_shots("TinyLlama/TinyLlama-1.1B-Chat-v1.0", None, SINGLE)) == SHOTS_ELSEWHERE == 4
    assert len(choose_shots("arith", 7, SINGLE)) == 7
    assert choose_shots("anything", 0, SINGLE) == []


@pytest.mark.parametrize("family", ["single", "chain", "loop"])
def test_examples_in_the_prompt_are_training_problems_and_never_test_items(family: str) -> None:
    origin = Origin.model_validate({"family": family})
    shots = choose_shots("other", 8, origin)
    assert {p.split for p in shots} == {"train"}
    assert len({p.id for p in shots}) == 8
    tests = {p.question for split in ("iid", "held_out_both") for p in generate(origin.family, split, 500)}
    assert {p.question for p in shots} & tests == set()
    assert len({p.tags["op"] for p in shots[:4]}) == (3 if family == "loop" else 4), "an example of every operation"


def test_examples_for_real_wording_come_from_its_fit_side(shared_data: SharedPath) -> None:
    origin = Origin(family="single", source="single_op", path=str(shared_data("arith_single_op/single_op.jsonl")))
    test, _ = problems_of(origin, "iid", 10_000, 0)
    shots = choose_shots("other", 4, origin)
    assert len(shots) == 4
    assert {p.id for p in shots} & {p.id for p in test} == set()


def test_prompts_end_where_the_answer_begins_and_examples_look_like_the_question() -> None:
    (shot,) = generate("single", "train", 1)
    assert shot.program is not None
    asked = RegexPipeline([shot], 8, 32).prompt("Add 1 and 2")
    assert (
        asked == f"Question: {shot.question}\nExpression: {to_text(shot.program)}\n\nQuestion: Add 1 and 2\nExpression:"
    )
    said = Direct([shot], 8)
    assert said.prompt("Add 1 and 2").endswith(f"Answer: {shot.answer}\n\nQuestion: Add 1 and 2\nAnswer:")
    assert [turn.role for turn in said.turns("Add 1 and 2")] == ["user", "assistant", "user"]
    assert not asked.endswith(" ")
