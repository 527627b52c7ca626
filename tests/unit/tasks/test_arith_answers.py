"""Reference answers are right: the machine, running the reference program, comes to the same value."""

from __future__ import annotations

import re

import pytest

from glassbox.harness.data.arithmetic.fixed import fixed_items
from glassbox.harness.data.arithmetic.generate import SPLITS, Family, Split, generate, stream
from glassbox.harness.data.arithmetic.operands import Ranges
from glassbox.harness.ir.machine import Machine
from glassbox.harness.ir.program import Arithmetic, Loop, Op
from glassbox.harness.ir.text import parse, to_text
from glassbox.harness.ir.validate import validate

EVERY: list[tuple[Family, Split]] = [
    (family, split)
    for family in ("single", "chain", "loop")
    for split in SPLITS
    if family == "single" or split != "word_problems"
]


@pytest.mark.parametrize(("family", "split"), EVERY)
def test_the_machine_confirms_every_generated_answer_in_32_bits(family: Family, split: Split) -> None:
    problems = generate(family, split, 1000, seed=7)
    programs = [p.program for p in problems if p.program is not None]
    assert len(programs) == len(problems) > 450
    assert [e.value for e in Machine(32).run_batch(programs)] == [p.answer for p in problems]


@pytest.mark.parametrize(("family", "split"), EVERY)
def test_every_reference_program_is_valid_in_the_seeds_range_and_survives_its_text_form(
    family: Family, split: Split
) -> None:
    for problem in generate(family, split, 300, seed=8):
        assert problem.program is not None
        validate(problem.program, 0, 1000)
        assert parse(to_text(problem.program)) == problem.program


def test_quotients_are_exact_and_divisors_are_one_to_twenty() -> None:
    steps = [p.program.steps[0] for p in generate("single", "train", 4000) if isinstance(p.program, Arithmetic)]
    quotients = [(s.left, s.right) for s in steps if s.op is Op.DIVIDE]
    assert 950 <= len(quotients) <= 1050
    for left, right in quotients:
        assert isinstance(left, int)
        assert isinstance(right, int)
        assert 1 <= right <= 20
        assert left % right == 0


def test_wider_ranges_of_the_training_text_are_exact_too() -> None:
    drawn = stream("single", "train", 5, ranges=Ranges(99_999, 999), story_share=0.5)
    problems = [next(drawn) for _ in range(2000)]
    programs = [p.program for p in problems if p.program is not None]
    assert [e.value for e in Machine(64).run_batch(programs)] == [p.answer for p in problems]
    assert max(p.answer for p in problems) > 100_000


@pytest.mark.parametrize("split", ["train", "held_out_both", "word_problems"])
def test_operations_come_in_turn_so_that_they_are_equally_many_but_for_repeated_items(split: Split) -> None:
    ops = [p.tags["op"] for p in generate("single", split, 400)]
    assert ops[:4] == list(map(str, Op))
    assert all(90 <= ops.count(op) <= 110 for op in map(str, Op))


@pytest.mark.parametrize("family", ["single", "chain", "loop"])
def test_every_number_of_the_program_stands_in_the_question(family: Family) -> None:
    for split in ("train", "held_out_both"):
        for problem in generate(family, split, 500):
            shown = sorted(map(int, re.findall(r"\d+", problem.question)))
            program = problem.program
            if isinstance(program, Loop):
                needed = [program.start, program.stop]
            else:
                assert isinstance(program, Arithmetic)
                needed = [o for s in program.steps for o in (s.left, s.right) if isinstance(o, int)]
            for number in needed:
                assert number in shown, (problem.question, number)
                shown.remove(number)


def test_the_origins_fixed_items_have_the_origins_operands_and_values() -> None:
    items = fixed_items("single")
    assert [to_text(p.program) for p in items if p.program] == [
        *("11 + 94", "69 - 49", "7 * 8", "48 / 6", "25 + 17", "100 - 37", "12 * 9", "144 / 12"),
        *("50 - 15", "7 * 8", "200 - 75", "15 * 4", "0 + 5", "100 - 100", "1 * 255", "0 / 7"),
    ]
    assert items[1].question == "Subtract 49 from 69"
    values = {
        family: [e.value for e in Machine(32).run_batch([p.program for p in fixed_items(family) if p.program])]
        for family in ("single", "chain", "loop")
    }
    assert values["single"] == [p.answer for p in items]
    assert values["chain"] == [65, 25, 36, 10, 36, 30, 52, 30] == [p.answer for p in fixed_items("chain")]
    assert values["loop"] == [55, 5050, 110, 120, 720, 0] == [p.answer for p in fixed_items("loop")]
