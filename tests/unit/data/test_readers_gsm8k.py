"""Marks to programs: linking by value, and every reason for having none."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from glassbox.harness.data.problem import Problem
from glassbox.harness.data.readers import read_source
from glassbox.harness.ir.program import Arithmetic, Op, Result, Step


def read_one(folder: Path, solution: str) -> Problem:
    path = folder / "planted.jsonl"
    path.write_text(json.dumps({"question": "How many?", "answer": solution}) + "\n", encoding="utf-8")
    (problem,) = read_source("gsm8k", path).items
    return problem


def test_equal_results_link_to_the_latest_mark(tmp_path: Path) -> None:
    problem = read_one(tmp_path, "<<2*3=6>> then <<6*1=6>> then <<6+4=10>>\n#### 10")
    assert problem.program == Arithmetic(
        (Step(Op.MULTIPLY, 2, 3), Step(Op.MULTIPLY, Result(0), 1), Step(Op.ADD, Result(1), 4))
    )


def test_a_mark_of_several_operations_is_linked_by_its_last_step(tmp_path: Path) -> None:
    problem = read_one(tmp_path, "Eggs: <<16-3-4=9>>9. Money: <<9*2=18>>18.\n#### 18")
    assert problem.program == Arithmetic(
        (Step(Op.SUBTRACT, 16, 3), Step(Op.SUBTRACT, Result(0), 4), Step(Op.MULTIPLY, Result(1), 2))
    )
    assert (problem.answer, problem.tags) == (18, {"source": "gsm8k", "steps": "3"})


def test_both_operands_may_be_earlier_results_and_signs_are_kept(tmp_path: Path) -> None:
    problem = read_one(tmp_path, "<<-20+10=-10>> <<3*4=12>> <<-10+12=2>>\n#### 2")
    assert problem.program == Arithmetic(
        (Step(Op.ADD, -20, 10), Step(Op.MULTIPLY, 3, 4), Step(Op.ADD, Result(0), Result(1)))
    )


def test_a_mark_without_operation_adds_no_step(tmp_path: Path) -> None:
    problem = read_one(tmp_path, "<<5=5>> <<5*4=20>> <<20=20>>\n#### 20")
    assert problem.program == Arithmetic((Step(Op.MULTIPLY, 5, 4),))


@pytest.mark.parametrize(
    ("solution", "reason"),
    [
        ("No marks at all.\n#### 7", "no_marks"),
        ("<<10*0.5=5>>\n#### 5", "non_integer_operand"),
        ("<<1/2*10=5>>\n#### 5", "inexact_division"),
        ("<<2*3=7>>\n#### 7", "mark_disagrees"),
        ("<<2*3=6>>\n#### 7", "answer_disagrees"),
        ("<<2*3=6>> <<4+4=8>>\n#### 8", "unused_mark"),
        ("<<7=7>>\n#### 7", "not_expressible"),
        ("<<20//4=5>>\n#### 5", "not_expressible"),
        ("<<7>>\n#### 7", "not_expressible"),
        ("<<2+3=x>>\n#### 5", "not_expressible"),
        ("<<2+3=>>\n#### 5", "not_expressible"),
    ],
)
def test_without_a_whole_program_the_answer_is_kept_with_the_reason(tmp_path: Path, solution: str, reason: str) -> None:
    problem = read_one(tmp_path, solution)
    assert problem.program is None
    assert problem.answer == int(solution.rsplit(" ", 1)[1])
    assert problem.tags == {"source": "gsm8k", "no_program": reason}


@pytest.mark.parametrize(("final", "answer"), [("1,080", 1080), ("109,200,000", 109_200_000), ("-3", -3), ("5.0", 5)])
def test_final_number_with_separators_and_sign(tmp_path: Path, final: str, answer: int) -> None:
    assert read_one(tmp_path, f"...\n#### {final}").answer == answer


def test_a_fraction_as_final_answer_is_left_out(tmp_path: Path) -> None:
    path = tmp_path / "test.jsonl"
    half = {"question": "How much?", "answer": "<<5/2=2.5>>\n#### 2.5"}
    path.write_text(f"{json.dumps(half)}\n{json.dumps(half | {'answer': '#### 2'})}", encoding="utf-8")
    data = read_source("gsm8k", path)
    assert (len(data.items), data.places) == (1, {"non_integer_answer": ("record 1",)})
