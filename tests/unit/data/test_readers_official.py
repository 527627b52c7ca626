"""The official files, read whole: how many problems each gives, what is left out and why, and that programs are true.

The figures were determined by reading the files and looking at samples of every reason.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import pytest

from glassbox.harness.data.problem import Problem
from glassbox.harness.data.readers import SOURCES, SourceName, read_source
from glassbox.harness.ir.program import Arithmetic, Op, Result, Step, chain, single

SharedPath = Callable[[str], Path]

GPT3_FILES = (
    "five_digit_addition",
    "four_digit_addition",
    "four_digit_subtraction",
    "single_digit_three_ops",
    "sum_of_digits",
    "three_digit_addition",
    "three_digit_subtraction",
    "two_digit_addition",
    "two_digit_multiplication",
    "two_digit_subtraction",
)

FIGURES: list[tuple[SourceName, str, int, dict[str, int]]] = [
    ("single_op", "arith_single_op/single_op.jsonl", 1205, {"non_integer_answer": 3, "non_integer_operand": 126}),
    ("svamp", "svamp/SVAMP.json", 996, {"answer_disagrees": 1, "inexact_division": 2, "not_expressible": 1}),
    (
        "mawps",
        "mawps/mawps_single.json",
        1600,
        {
            "answer_disagrees": 3,
            "duplicate": 80,
            "inexact_division": 2,
            "non_integer_answer": 7,
            "non_integer_operand": 294,
            "not_expressible": 1,
        },
    ),
    ("mawps", "mawps/AddSub.json", 268, {"non_integer_operand": 126, "not_expressible": 1}),
    ("mawps", "mawps/MultiArith.json", 580, {"duplicate": 20}),
    (
        "mawps",
        "mawps/SingleEq.json",
        356,
        {
            "answer_disagrees": 4,
            "inexact_division": 1,
            "non_integer_answer": 1,
            "non_integer_operand": 145,
            "not_expressible": 1,
        },
    ),
    (
        "mawps",
        "mawps",
        1720,
        {
            "answer_disagrees": 7,
            "duplicate": 1184,
            "inexact_division": 3,
            "non_integer_answer": 8,
            "non_integer_operand": 565,
            "not_expressible": 3,
        },
    ),
    ("gsm8k", "gsm8k/train.jsonl", 7473, {}),
    ("gsm8k", "gsm8k/test.jsonl", 660, {}),
    *((SOURCE, f"gpt3_arithmetic/{name}.jsonl", 2000, {}) for SOURCE in ("gpt3_arithmetic",) for name in GPT3_FILES),
    ("gpt3_arithmetic", "gpt3_arithmetic", 19991, {"duplicate": 9}),
]


def value(program: Arithmetic) -> Fraction:
    """The program's value, computed here on its own."""
    values: list[Fraction] = []
    for step in program.steps:
        left, right = (
            values[operand.step] if isinstance(operand, Result) else Fraction(operand)
            for operand in (step.left, step.right)
        )
        by_op = {Op.ADD: left + right, Op.SUBTRACT: left - right, Op.MULTIPLY: left * right}
        values.append(by_op[step.op] if step.op in by_op else left / right)
    return values[-1]


def by_question(problems: tuple[Problem, ...], start: str) -> Problem:
    found = [problem for problem in problems if problem.question.startswith(start)]
    assert len(found) == 1, start
    return found[0]


@pytest.mark.parametrize(("source", "name", "problems", "left_out"), FIGURES, ids=[row[1] for row in FIGURES])
def test_counts_of_problems_and_of_each_reason(
    shared_data: SharedPath, source: SourceName, name: str, problems: int, left_out: dict[str, int]
) -> None:
    data = read_source(source, shared_data(name))
    assert (len(data.items), data.left_out) == (problems, left_out)
    assert len({problem.id for problem in data.items}) == problems
    assert {problem.tags["source"] for problem in data.items} == {source}
    assert {problem.split for problem in data.items} == {"test"}


@pytest.mark.parametrize(
    ("source", "name", "records"),
    [
        ("single_op", "arith_single_op/single_op.jsonl", 1334),
        ("svamp", "svamp/SVAMP.json", 1000),
        ("mawps", "mawps", 1987 + 395 + 600 + 508),
        ("gsm8k", "gsm8k/train.jsonl", 7473),
        ("gpt3_arithmetic", "gpt3_arithmetic", 20000),
    ],
)
def test_every_record_is_a_problem_or_counted(
    shared_data: SharedPath, source: SourceName, name: str, records: int
) -> None:
    assert read_source(source, shared_data(name)).records == records


@pytest.mark.parametrize(
    ("source", "name", "with_program"),
    [
        ("single_op", "arith_single_op/single_op.jsonl", 1205),
        ("svamp", "svamp/SVAMP.json", 996),
        ("mawps", "mawps", 1720),
        ("gsm8k", "gsm8k/train.jsonl", 4934),
        ("gsm8k", "gsm8k/test.jsonl", 427),
        ("gpt3_arithmetic", "gpt3_arithmetic", 19990),
    ],
)
def test_every_program_gives_the_answer_exactly(
    shared_data: SharedPath, source: SourceName, name: str, with_program: int
) -> None:
    problems = [p for p in read_source(source, shared_data(name)).items if p.program is not None]
    assert len(problems) == with_program
    for problem in problems:
        assert isinstance(problem.program, Arithmetic)
        assert value(problem.program) == problem.answer
        assert problem.tags["steps"] == str(len(problem.program.steps))
        assert ("op" in problem.tags) == (len(problem.program.steps) == 1)


def test_single_op_tags_are_the_records_own(shared_data: SharedPath) -> None:
    data = read_source("single_op", shared_data("arith_single_op/single_op.jsonl"), split="fit")
    assert Counter(p.tags["op"] for p in data.items) == {"subtract": 504, "add": 339, "divide": 196, "multiply": 166}
    assert Counter(p.tags["origin"] for p in data.items)["svamp"] == 570
    candy = by_question(data.items, "Dan had $ 3 left with him")
    assert candy.program == single(Op.SUBTRACT, 4, 3)
    assert candy.tags == {
        "source": "single_op",
        "origin": "svamp",
        "op": "subtract",
        "steps": "1",
        "distractors": "0",
    }
    assert (candy.template, candy.split) == ("single_op/single_op", "fit")


def test_svamp_wording_and_distractors_equal_those_of_single_op(shared_data: SharedPath) -> None:
    single_op = read_source("single_op", shared_data("arith_single_op/single_op.jsonl")).items
    from_svamp = {p.question: p for p in single_op if p.tags["origin"] == "svamp"}
    svamp = {p.question: p for p in read_source("svamp", shared_data("svamp/SVAMP.json")).items}
    shared = from_svamp.keys() & svamp.keys()
    assert len(shared) == len(from_svamp) == 570
    for question in shared:
        assert svamp[question].tags["distractors"] == from_svamp[question].tags["distractors"]
        assert svamp[question].program == from_svamp[question].program


def test_svamp_puts_a_full_stop_only_where_the_body_has_none(shared_data: SharedPath) -> None:
    problems = read_source("svamp", shared_data("svamp/SVAMP.json")).items
    assert problems[0].question == (
        "Each pack of dvds costs 76 dollars. If there is a discount of 25 dollars on each pack."
        " How much do you have to pay to buy each pack?"
    )
    assert problems[2].question.startswith("Paco had 26 salty cookies and 17 sweet cookies. He ate 14 sweet cookies")
    records = json.loads(shared_data("svamp/SVAMP.json").read_text(encoding="utf-8"))
    assert sum(record["Body"].strip().endswith(".") for record in records) == 642
    questions = {p.question for p in problems}
    as_it_is = {f"{record['Body'].strip()} {record['Question'].strip()}" for record in records}
    with_stop = {f"{record['Body'].strip()}. {record['Question'].strip()}" for record in records}
    assert (len(questions & as_it_is), len(questions & with_stop)) == (642 - 3, 358 - 1)  # four records are left out


def test_mawps_solves_for_x_on_either_side(shared_data: SharedPath) -> None:
    problems = read_source("mawps", shared_data("mawps/SingleEq.json")).items
    assert by_question(problems, "Joan found 70 seashells on the beach.").program == single(Op.SUBTRACT, 70, 27)
    cards = by_question(problems, "Benny bought 4 new baseball trading cards")  # (x+4)/2=34
    assert cards.program == chain(34, (Op.MULTIPLY, 2), (Op.SUBTRACT, 4))
    assert cards.template == "mawps/SingleEq"


def test_mawps_duplicates_are_equal_questions_with_equal_answers(shared_data: SharedPath) -> None:
    records = json.loads(shared_data("mawps/MultiArith.json").read_text(encoding="utf-8"))
    distinct = {(record["sQuestion"].strip(), record["lSolutions"][0]) for record in records}
    assert (len(records), len(distinct)) == (600, 580)


def test_mawps_folder_hash_is_that_of_the_sha256sum_listing(shared_data: SharedPath) -> None:
    folder = shared_data("mawps")
    lines = [
        f"{hashlib.sha256((folder / name).read_bytes()).hexdigest()}  {name}\n"
        for name in ("AddSub.json", "MultiArith.json", "SingleEq.json", "mawps_single.json")
    ]
    assert read_source("mawps", folder).sha256 == hashlib.sha256("".join(lines).encode()).hexdigest()


def test_file_hash_is_that_of_its_bytes(shared_data: SharedPath) -> None:
    path = shared_data("svamp/SVAMP.json")
    assert read_source("svamp", path).sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    assert read_source("svamp", path).sha256.startswith("5be77703a6d891ae")


def test_gsm8k_reasons_for_no_program(shared_data: SharedPath) -> None:
    problems = read_source("gsm8k", shared_data("gsm8k/train.jsonl")).items
    assert Counter(p.tags["no_program"] for p in problems if p.program is None) == {
        "non_integer_operand": 1097,
        "inexact_division": 638,
        "unused_mark": 357,
        "answer_disagrees": 280,
        "no_marks": 95,
        "not_expressible": 72,
    }
    assert Counter(p.tags["steps"] for p in problems if p.program)["2"] == 1404


def test_gsm8k_marks_become_one_program(shared_data: SharedPath) -> None:
    problems = read_source("gsm8k", shared_data("gsm8k/train.jsonl")).items
    natalia = by_question(problems, "Natalia sold clips to 48")
    assert natalia.answer == 72
    assert natalia.program == Arithmetic((Step(Op.DIVIDE, 48, 2), Step(Op.ADD, 48, Result(0))))
    weng = by_question(problems, "Weng earns $12 an hour")
    assert (weng.answer, weng.program, weng.tags["no_program"]) == (10, None, "inexact_division")
    assert max(p.answer for p in problems) == 192_000_000


def test_gpt3_questions_stand_without_their_frame(shared_data: SharedPath) -> None:
    problems = read_source("gpt3_arithmetic", shared_data("gpt3_arithmetic")).items
    first = {p.template: p for p in reversed(problems)}
    assert len(first) == 10
    assert not [p.question for p in problems if "\n" in p.question or "Q:" in p.question or "A:" in p.question]
    product = first["gpt3_arithmetic/two_digit_multiplication"]
    assert (product.question, product.program) == ("What is 95 times 45?", single(Op.MULTIPLY, 95, 45))
    ops = first["gpt3_arithmetic/single_digit_three_ops"]
    assert ops.question == "What is (9 + 8) * 2?"
    assert ops.program == chain(9, (Op.ADD, 8), (Op.MULTIPLY, 2))
    digits = first["gpt3_arithmetic/sum_of_digits"]
    assert digits.program == chain(8, (Op.ADD, 6), (Op.ADD, 0), (Op.ADD, 6))
    minus = by_question(problems, "What is 8503 minus 8820?")
    assert (minus.answer, minus.tags["op"]) == (-317, "subtract")
    assert [p.answer for p in problems if p.program is None] == [0]


def test_every_registered_source_is_read_here() -> None:
    assert {row[0] for row in FIGURES} == set(SOURCES)
