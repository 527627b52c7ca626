"""Splits share neither wording nor numbers where they say so: nothing a test asks has been seen while learning."""

from __future__ import annotations

import re
from functools import cache

import pytest
from wordings import chain_templates, loop_templates, normal, single_templates

from glassbox.harness.data.arithmetic import chains, loops, stories, wording
from glassbox.harness.data.arithmetic.fixed import fixed_items
from glassbox.harness.data.arithmetic.generate import SPLITS, Family, Split, generate
from glassbox.harness.data.arithmetic.operands import FIXED_OPERANDS, is_held_out
from glassbox.harness.data.problem import Problem
from glassbox.harness.ir.program import Arithmetic, Loop, LoopKind, Op

FAMILIES: tuple[Family, ...] = ("single", "chain", "loop")
SEEN_NUMBERS: tuple[Split, ...] = ("train", "iid", "held_out_templates")
UNSEEN_NUMBERS: tuple[Split, ...] = ("held_out_operands", "held_out_both")
EVERY: list[tuple[Family, Split]] = [
    (family, split) for family in FAMILIES for split in SPLITS if family == "single" or split != "word_problems"
]


@cache
def problems(family: Family, split: Split, seed: int = 0) -> tuple[Problem, ...]:
    return tuple(generate(family, split, 800, seed))


def operands(problem: Problem) -> tuple[int, ...]:
    """The problem's numbers as a set with repetition: sorted, whatever the operation and the order."""
    program = problem.program
    if isinstance(program, Loop):
        return tuple(sorted((program.start, program.stop)))
    assert isinstance(program, Arithmetic)
    return tuple(sorted(o for step in program.steps for o in (step.left, step.right) if isinstance(o, int)))


def test_every_operation_has_at_least_twelve_training_wordings_and_the_reversed_ones_among_them() -> None:
    for op in Op:
        assert len({normal(t, polite=True) for t in wording.TRAIN[op]}) == len(wording.TRAIN[op]) >= 100, op
        assert len(wording.HELD_OUT[op]) >= 5
        assert len({normal(t) for t in stories.TRAIN[op]}) == len(stories.TRAIN[op]) >= 12
    assert {"Subtract {b} from {a}", "Take {b} away from {a}"} <= set(wording.TRAIN[Op.SUBTRACT])
    reversed_order = [t for t in wording.TRAIN[Op.SUBTRACT] if t.index("{b}") < t.index("{a}")]
    assert len(reversed_order) >= 30
    held_back = [t for t in wording.HELD_OUT[Op.SUBTRACT] if t.index("{b}") < t.index("{a}")]
    assert len(held_back) >= 3, "word order must be tested on unseen wording too"


def test_every_template_names_both_operands_once_and_nothing_unknown() -> None:
    known = {"a", "b", "N", "M", "things", "kind1", "kind2", "box", "boxes", "n"}
    for template in [*single_templates(held_out=False), *single_templates(held_out=True)]:
        slots = re.findall(r"\{(\w*)\}", template)
        assert slots.count("a") == slots.count("b") == 1, template
        assert set(slots) <= known, template
    for template in [*loop_templates(held_out=False), *loop_templates(held_out=True)]:
        assert sorted(re.findall(r"\{(\w*)\}", template)) == ["a", "b"], template


def test_held_out_wording_of_one_operation_differs_from_training_in_more_than_case_and_punctuation() -> None:
    seen = {normal(t, polite=True) for t in single_templates(held_out=False)}
    unseen = {normal(t, polite=True) for t in single_templates(held_out=True)}
    assert len(unseen) == 36
    assert seen & unseen == set()


def test_held_out_wording_of_one_operation_is_not_training_wording_without_its_polite_opening() -> None:
    seen = {normal(t) for t in single_templates(held_out=False)}
    assert seen & {normal(t) for t in single_templates(held_out=True)} == set()


def test_word_problem_frames_are_disjoint_and_a_frame_is_not_another_with_other_nouns() -> None:
    def frame(template: str) -> str:
        return re.sub(r"\b(things|kind1|kind2|box|boxes|n|m)_", "noun_", normal(template))

    for op in Op:
        seen, unseen = ({frame(t) for t in source[op]} for source in (stories.TRAIN, stories.HELD_OUT))
        assert len(unseen) == 3
        assert seen & unseen == set()


def test_held_out_wording_of_loops_is_disjoint_in_normal_form() -> None:
    seen = {normal(t) for t in loop_templates(held_out=False)}
    unseen = {normal(t) for t in loop_templates(held_out=True)}
    assert (len(seen), len(unseen)) == (24, 6)
    assert seen & unseen == set()


@pytest.mark.parametrize(("steps", "seen", "unseen"), [(2, 768, 128), (3, 36_864, 14_336)])
def test_held_out_wording_of_chains_is_disjoint(steps: int, seen: int, unseen: int) -> None:
    train, held_out = chain_templates(steps, held_out=False), chain_templates(steps, held_out=True)
    assert (len(train), len(held_out)) == (seen, unseen)
    assert train & held_out == set()


def test_held_out_wording_of_chains_differs_from_training_in_more_than_case_and_punctuation() -> None:
    train, held_out = ({normal(t) for t in chain_templates(2, held_out=side)} for side in (False, True))
    assert train & held_out == set()


@pytest.mark.parametrize(("family", "split"), EVERY)
def test_every_split_is_made_of_the_wording_its_name_says(family: Family, split: Split) -> None:
    unseen = split in ("held_out_templates", "held_out_both", "word_problems")
    if family == "chain":
        allowed = chain_templates(2, held_out=unseen) | chain_templates(3, held_out=unseen)
        # Later numbers are all called {c}; how many there are follows from the steps.
        assert {p.template for p in problems(family, split)} <= allowed
        return
    if family == "loop":
        tables = loops.HELD_OUT if unseen else loops.TRAIN
        assert {p.template for p in problems(family, split)} == {t for kind in LoopKind for t in tables[kind]}
        return
    kinds = {p.tags["kind"] for p in problems(family, split)}
    assert kinds == {
        "train": {"symbolic", "story"},
        "iid": {"symbolic", "story"},
        "held_out_operands": {"symbolic", "story"},
        "word_problems": {"story"},
    }.get(split, {"symbolic"})
    source = (wording.HELD_OUT, stories.HELD_OUT) if unseen else (wording.TRAIN, stories.TRAIN)
    for problem in problems(family, split):
        assert problem.template in source[problem.tags["kind"] == "story"][Op(problem.tags["op"])]


@pytest.mark.parametrize("family", FAMILIES)
def test_unseen_numbers_are_never_seen_in_any_order_under_any_operation(family: Family) -> None:
    seen = {operands(p) for split in SEEN_NUMBERS for seed in (0, 1) for p in problems(family, split, seed)}
    unseen = {operands(p) for split in UNSEEN_NUMBERS for seed in (0, 1) for p in problems(family, split, seed)}
    if family == "single":
        unseen |= {operands(p) for p in problems(family, "word_problems")}
    assert len(seen) > 400
    assert len(unseen) > 40
    assert seen & unseen == set()
    assert not any(map(is_held_out, seen))
    assert all(map(is_held_out, unseen))


@pytest.mark.parametrize("family", FAMILIES)
def test_iid_and_train_share_no_question_whatever_the_seeds(family: Family) -> None:
    train = {p.question for seed in (0, 1, 2) for p in problems(family, "train", seed)}
    iid = {p.question for seed in (0, 1) for p in problems(family, "iid", seed)}
    assert len(train) > 700
    assert len(iid) > 60
    assert train & iid == set()
    assert {normal(q, polite=True) for q in train} & {normal(q, polite=True) for q in iid} == set()


@pytest.mark.parametrize("family", FAMILIES)
def test_fixed_items_are_in_no_training_question_and_no_training_operands(family: Family) -> None:
    fixed = fixed_items(family)
    assert len(fixed) == {"single": 16, "chain": 8, "loop": 6}[family]
    assert {operands(p) for p in fixed} <= FIXED_OPERANDS
    train = [p for seed in range(3) for p in problems(family, "train", seed)]
    assert {normal(p.question) for p in fixed} & {normal(p.question) for p in train} == set()
    assert {operands(p) for p in fixed} & {operands(p) for p in train} == set()


def test_about_a_tenth_of_all_operand_tuples_is_held_out_whatever_their_order() -> None:
    pairs = [(a, b) for a in range(256) for b in range(a, 256)]
    share = sum(map(is_held_out, pairs)) / len(pairs)
    assert 0.09 < share < 0.115
    assert all(is_held_out((a, b)) == is_held_out((b, a)) for a, b in pairs[::97])
    assert is_held_out((5, 3, 16))


def test_chains_stay_within_the_range_of_valid_programs_at_every_step() -> None:
    for problem in problems("chain", "train"):
        assert isinstance(problem.program, Arithmetic)
        value = 0
        for step in problem.program.steps:
            left = step.left if isinstance(step.left, int) else value
            assert isinstance(step.right, int)
            assert 0 <= step.right <= 1000
            assert step.op is not Op.DIVIDE or left % step.right == 0
            apply = {Op.ADD: left + step.right, Op.SUBTRACT: left - step.right, Op.MULTIPLY: left * step.right}
            value = apply[step.op] if step.op in apply else left // step.right
            assert 0 <= value <= 1000
        assert value == problem.answer
    assert set(chains.OPENINGS) == set(chains.FOLLOWING) == set(Op)
