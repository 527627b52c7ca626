"""Every way of reading operands, under every pooling, learns a program that is written linearly in the states."""

from __future__ import annotations

import random
from functools import cache

import pytest
import torch
from synthetic_states import HEADS, POOLINGS, chains, example, silent, view_of, width_of

from glassbox.harness.fit.config import HeadConfig, HeadKind, Pooling
from glassbox.harness.fit.head import IRHead
from glassbox.harness.fit.training import Example, fit_examples, program_accuracy, shuffle_labels
from glassbox.harness.ir.program import Op, chain, single
from glassbox.harness.ir.shape import CHAIN, SINGLE, Slots


def fitted(head: HeadKind, pool: Pooling, examples: list[Example], **settings: object) -> IRHead:
    chosen = {"epochs": 12, "batch": 32, "rate": 1e-2, "width": 0, **settings}
    config = HeadConfig.model_validate({"head": head, "pool": pool, **chosen})
    return fit_examples(width_of(head), examples, config, silent).head


@cache
def single_head(head: HeadKind, pool: Pooling) -> IRHead:
    return fitted(head, pool, chains(SINGLE, head, pool, 800, seed=0))


@pytest.mark.parametrize("pool", POOLINGS)
@pytest.mark.parametrize("head", ["binned", "digits", "pointer"])
def test_a_linear_head_reads_unseen_programs_back(head: HeadKind, pool: Pooling) -> None:
    assert program_accuracy(single_head(head, pool), chains(SINGLE, head, pool, 200, seed=1)) >= 0.95


@pytest.mark.parametrize(("pool", "within"), [("last", 0.6), ("mean", 0.6), ("attention", 2.5)])
def test_regression_comes_close_and_reads_every_operation(pool: Pooling, within: float) -> None:
    """Attention never puts all its weight on one token, so a number that stands in one token comes out too small."""
    test = chains(SINGLE, "regression", pool, 200, seed=1)
    read = single_head("regression", pool).read(view_of(test))
    right = [slots is not None and slots.kinds == e.label.slots.kinds for slots, e in zip(read, test, strict=True)]
    assert sum(right) >= 195, "an operand read as zero bars the division by it"
    misses = [
        abs(mine - true)
        for slots, e in zip(read, test, strict=True)
        if slots is not None
        for mine, true in zip(slots.operands, e.label.slots.operands, strict=True)
    ]
    assert len(misses) == 400
    assert sum(misses) / len(misses) <= within


@pytest.mark.parametrize("pool", POOLINGS)
def test_a_pointer_reads_numbers_that_no_training_prompt_had(pool: Pooling) -> None:
    rng = random.Random(5)
    drawn = [single(rng.choice(list(Op)), *rng.sample(range(100_000, 10**9), 2)) for _ in range(100)]
    test = [example(SINGLE, program, "pointer", pool, rng) for program in drawn]
    assert program_accuracy(single_head("pointer", pool), test) >= 0.95


def test_a_pointer_never_answers_a_number_that_the_prompt_lacks() -> None:
    test = chains(SINGLE, "pointer", "last", 50, seed=2)
    torch.manual_seed(0)
    untrained = IRHead(width_of("pointer"), SINGLE, "pointer", "last", 0).eval()
    for slots, e in zip(untrained.read(view_of(test)), test, strict=True):
        assert slots is not None
        assert set(slots.operands) <= {run.value for run in e.seen.runs}


def test_digits_learn_the_sign_the_number_of_digits_and_the_end_mark() -> None:
    rng = random.Random(3)

    def draw() -> Example:
        left, right = (rng.choice((1, -1)) * rng.randint(0, 10 ** rng.randint(1, 5) - 1) for _ in range(2))
        program = single(rng.choice((Op.ADD, Op.SUBTRACT, Op.MULTIPLY)), left, right)
        return example(SINGLE, program, "digits", "last", rng)

    head = fitted("digits", "last", [draw() for _ in range(1200)], epochs=10, rate=2e-2)
    test = [draw() for _ in range(200)]
    values = [abs(value) for e in test for value in e.label.slots.operands]
    assert {len(str(value)) for value in values} == {1, 2, 3, 4, 5}
    assert program_accuracy(head, test) >= 0.75
    read = [slots.operands for slots in head.read(view_of(test)) if slots is not None]
    true = [e.label.slots.operands for e in test]
    pairs = [
        (mine, value) for row, values in zip(read, true, strict=True) for mine, value in zip(row, values, strict=True)
    ]
    assert sum((mine < 0) == (value < 0) for mine, value in pairs) >= 0.97 * len(pairs)
    assert sum(len(str(mine)) == len(str(value)) for mine, value in pairs) >= 0.95 * len(pairs)


@pytest.mark.parametrize("head", ["binned", "pointer"])
def test_chains_are_read_with_the_right_number_of_steps(head: HeadKind) -> None:
    fit = fitted(head, "mean", chains(CHAIN, head, "mean", 1200, seed=0), shape="chain", epochs=8)
    test = chains(CHAIN, head, "mean", 150, seed=1)
    read = fit.read(view_of(test))
    steps = [0 if slots is None else len(slots.kinds) for slots in read]
    assert steps == [len(e.label.slots.kinds) for e in test]
    assert set(steps) == {1, 2, 3}
    assert program_accuracy(fit, test) >= 0.9


@pytest.mark.parametrize("head", ["binned", "pointer"])
def test_labels_of_other_prompts_teach_nothing(head: HeadKind) -> None:
    """Chance is one operation in four, and for a pointer one order of the two operands in two."""
    shuffled = fitted(head, "last", chains(SINGLE, head, "last", 800, seed=0), shuffled=True)
    accuracy = program_accuracy(shuffled, chains(SINGLE, head, "last", 400, seed=1))
    assert accuracy <= (0.02 if head == "binned" else 0.125 + 0.08)
    assert program_accuracy(single_head(head, "last"), chains(SINGLE, head, "last", 400, seed=1)) >= 0.95


def test_shuffling_moves_label_program_and_answer_together_and_leaves_the_states() -> None:
    drawn = [
        Example(e.seen, e.label, e.program, place)
        for place, e in enumerate(chains(SINGLE, "binned", "last", 60, seed=0))
    ]
    shuffled = shuffle_labels(drawn, seed=1)
    assert [e.seen for e in shuffled] == [e.seen for e in drawn]
    assert [e.answer for e in shuffled] != [e.answer for e in drawn]
    assert sorted(e.answer for e in shuffled) == list(range(60))
    for e in shuffled:
        assert (e.label, e.program) == (drawn[e.answer].label, drawn[e.answer].program)
    assert [e.answer for e in shuffle_labels(drawn, seed=1)] == [e.answer for e in shuffled]


@pytest.mark.parametrize("head", HEADS)
def test_the_same_seed_fits_the_same_weights_and_another_seed_fits_others(head: HeadKind) -> None:
    drawn = chains(SINGLE, head, "attention", 80, seed=0)
    first, again, other = (fitted(head, "attention", drawn, epochs=2, seed=seed).state_dict() for seed in (0, 0, 1))
    assert all(torch.equal(first[name], again[name]) for name in first)
    assert not all(torch.equal(first[name], other[name]) for name in first)


def test_fewer_than_twenty_examples_are_refused() -> None:
    with pytest.raises(ValueError, match="19 problems have a program of shape single; at least 20 are needed"):
        fitted("pointer", "last", chains(SINGLE, "pointer", "last", 19, seed=0))


def test_the_best_epoch_is_kept_and_its_accuracy_is_that_of_the_kept_weights() -> None:
    drawn = chains(SINGLE, "pointer", "last", 400, seed=0)
    settings = HeadConfig(head="pointer", pool="last", width=0, epochs=6, batch=32, rate=1e-2)
    fit = fit_examples(width_of("pointer"), drawn, settings, silent)
    assert fit.metrics["examples"] == 300
    assert fit.metrics["operands_in_prompt"] == 1.0
    assert program_accuracy(fit.head, drawn[300:]) == fit.metrics["validation_program"]


def test_an_operand_that_the_prompt_does_not_name_is_counted_and_does_not_stop_the_fit() -> None:
    drawn = chains(SINGLE, "pointer", "last", 100, seed=0)
    nameless = [
        Example(e.seen, type(e.label)(Slots(e.label.slots.kinds, (7777, 8888)), ((), ())), chain(7777), 0)
        for e in drawn
    ]
    fit = fit_examples(
        width_of("pointer"), [*drawn[:50], *nameless[:50]], HeadConfig(head="pointer", pool="last", epochs=2), silent
    )
    assert fit.metrics["operands_in_prompt"] == pytest.approx(50 / 75)
    assert all(torch.isfinite(weight).all() for weight in fit.head.parameters())
