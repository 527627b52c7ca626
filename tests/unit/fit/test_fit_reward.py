"""The seed's reward: half for a valid program, half more for the right value, and training on it raises it."""

from __future__ import annotations

import pytest
import torch
from synthetic_states import HEADS, chains, silent, view_of, width_of

from glassbox.harness.fit.config import HeadConfig, HeadKind
from glassbox.harness.fit.head import IRHead
from glassbox.harness.fit.reward import reward_step, rewards
from glassbox.harness.fit.training import Example, fit_examples
from glassbox.harness.ir.machine import Machine
from glassbox.harness.ir.program import Op, Program, single
from glassbox.harness.ir.shape import SINGLE


def answered(examples: list[Example]) -> list[Example]:
    """The examples with the values of their programs; quotients that are not exact have none and are left out."""
    values = Machine(64).run_batch([e.program for e in examples])
    pairs = zip(examples, values, strict=True)
    return [Example(e.seen, e.label, e.program, run.value) for e, run in pairs if run.value is not None]


def mean_reward(head: IRHead, examples: list[Example]) -> float:
    """Of what the head reads greedily."""
    read: list[Program | None] = [
        None if slots is None else SINGLE.decode(slots) for slots in head.read(view_of(examples))
    ]
    return sum(rewards(read, [e.answer for e in examples], Machine(64))) / len(examples)


def test_no_program_an_invalid_one_a_wrong_one_and_the_right_one_are_told_apart() -> None:
    programs = [
        None,
        single(Op.DIVIDE, 4, 0),
        single(Op.ADD, 2000, 1),
        single(Op.ADD, -1, 1),
        single(Op.ADD, 2, 3),
        single(Op.DIVIDE, 7, 2),
        single(Op.MULTIPLY, 2, 3),
        single(Op.ADD, 3, 3),
    ]
    assert rewards(programs, [6] * 8, Machine(64)) == [0, 0, 0, 0, 0.5, 0.5, 1, 1]


@pytest.mark.parametrize(("head", "most"), [("binned", 3), ("pointer", 19), ("digits", 19)])
def test_reward_steps_raise_the_reward_of_a_half_trained_head(head: HeadKind, most: int) -> None:
    drawn = answered(chains(SINGLE, head, "last", 720, seed=0, most=most))
    assert len(drawn) > 400
    settings = HeadConfig(head=head, pool="last", width=0, epochs=2, batch=64, rate=4e-3)
    half = fit_examples(width_of(head), drawn, settings, silent).head.train()
    before = mean_reward(half, drawn)
    optimiser = torch.optim.Adam(half.parameters(), lr=2e-2)
    for step in range(80):
        part = drawn[(step % 4) * 100 : (step % 4) * 100 + 100]
        loss = reward_step(half, view_of(part), [e.answer for e in part], seed=step)
        optimiser.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        optimiser.step()
    after = mean_reward(half, drawn)
    assert before < 0.85
    assert after > before + 0.05


@pytest.mark.parametrize("head", HEADS)
def test_a_reward_step_is_a_function_of_its_seed_and_gives_finite_gradients(head: HeadKind) -> None:
    drawn = answered(chains(SINGLE, head, "last", 200, seed=0, most=3))
    settings = HeadConfig(head=head, pool="last", width=0, epochs=6, batch=16, rate=1e-2)
    made = fit_examples(width_of(head), drawn, settings, silent).head
    losses = [reward_step(made, view_of(drawn), [e.answer for e in drawn], seed) for seed in (1, 1, 2)]
    assert losses[0].item() == losses[1].item() != losses[2].item()
    losses[0].backward()  # type: ignore[no-untyped-call]
    assert all(w.grad is None or torch.isfinite(w.grad).all() for w in made.parameters())


def test_a_batch_whose_programs_all_earn_the_same_teaches_nothing() -> None:
    drawn = answered(chains(SINGLE, "binned", "last", 30, seed=0))
    torch.manual_seed(0)
    made = IRHead(width_of("binned"), SINGLE, "binned", "last", 0)
    impossible = [10**7] * len(drawn)
    with torch.no_grad():
        for name, weight in made.named_parameters():
            if name.startswith("classes") and name.endswith("bias"):
                weight[..., 3] = -1e4  # no division, so every program drawn is valid
    reward_step(made, view_of(drawn), impossible, seed=0).backward()  # type: ignore[no-untyped-call]
    assert all(w.grad is None or float(w.grad.abs().max()) < 1e-6 for w in made.parameters())


def test_reward_epochs_are_run_after_the_supervised_ones_and_are_part_of_the_settings() -> None:
    ticks: list[tuple[str, int, int]] = []
    drawn = answered(chains(SINGLE, "pointer", "last", 100, seed=0))
    settings = HeadConfig(head="pointer", pool="last", width=0, epochs=2, reward_epochs=3)
    fit = fit_examples(width_of("pointer"), drawn, settings, lambda *tick: ticks.append(tick))
    assert ticks == [("fitting pointer head", done, 5) for done in range(1, 6)]
    assert 0 <= fit.metrics["validation_program"] <= 1
    assert settings.model_dump() != settings.model_copy(update={"reward_epochs": 0}).model_dump()
