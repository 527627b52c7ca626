"""The batched search: rows are independent, exact means greedy exact, slots are refilled, starts end for a reason."""

from __future__ import annotations

import pytest
import torch
from frozen_models import STOP, frozen

from glassbox.harness.dcm.adam import RowAdam
from glassbox.harness.dcm.decode import greedy
from glassbox.harness.dcm.frozen import Frozen, hits, leads, padded, token_losses
from glassbox.harness.dcm.memory import Room
from glassbox.harness.dcm.rows import Row, chunks_of
from glassbox.harness.dcm.search import Job, Search, search
from glassbox.harness.dcm.settings import PRESETS, Optimiser, Settings
from glassbox.harness.lm.positions import causal_loss

FAST = Settings(k=6, optimiser=Optimiser(lr=0.3, beta1=0.8, beta2=0.8, steps=150))
TARGETS = [((7, 9, 4, STOP), (5, STOP)), ((11, 30, STOP), (8, 8, 21, 40, STOP)), ((33, STOP), (12, 13, STOP))]


def job(model: Frozen, index: int, restart: int = 0, k: int = 6) -> Job:
    def begin() -> torch.Tensor:
        draw = torch.Generator().manual_seed(100 * index + restart)
        return torch.cat([model.table[[2, 3]], torch.randn(k, model.hidden, generator=draw) * 0.3])

    return Job(str(index), restart, tuple(Row(mode, ids) for mode, ids in enumerate(TARGETS[index])), begin)


def test_the_loss_is_the_one_of_the_shift_utility() -> None:
    model = frozen()
    ids, labels = padded([(7, 9, 4, STOP), (5, STOP)], torch.device("cpu"))
    prefix = torch.randn(2, 3, 32)
    with torch.no_grad():
        logits = model.logits(torch.cat([prefix, model.table[ids]], 1), 5)
    losses = token_losses(logits, labels)
    assert (losses > 0).tolist() == [[True] * 4, [True, True, False, False]]
    assert float(losses.sum() / 6) == pytest.approx(float(causal_loss(logits, labels)), rel=1e-5)


def test_teacher_forced_exactness_is_greedy_exactness() -> None:
    """Along every search, at every step: all argmaxes right if and only if greedy decoding writes the target."""
    model = frozen()
    agreed = {True: 0, False: 0}
    for index, targets in enumerate(TARGETS):
        vectors = job(model, index).begin()
        adam = RowAdam(vectors.unsqueeze(0), FAST.optimiser)
        table = vectors.unsqueeze(0).clone()
        adam = RowAdam(table, FAST.optimiser)
        for step in range(60):
            grads = torch.zeros_like(table)
            for mode, target in enumerate(targets):
                prefix = torch.cat([table[0, mode : mode + 1], table[0, 2:]]).requires_grad_()
                ids, labels = padded([target], torch.device("cpu"))
                logits = model.logits(torch.cat([prefix, model.table[ids[0]]]).unsqueeze(0), labels.shape[1])
                (grad,) = torch.autograd.grad(token_losses(logits, labels).sum(), prefix)
                grads[0, 2:] += grad[1:]
                forced = bool(hits(logits, labels).all())
                written = greedy(model, prefix.detach().unsqueeze(0), [len(target) + 2], STOP)[0]
                assert forced == (written == target)
                agreed[forced] += 1
            adam.step(grads, [0], [step], [0.3])
    assert agreed[True] > 20
    assert agreed[False] > 20


def test_every_start_ends_exact_and_decodes_so_through_the_library() -> None:
    model = frozen()
    ends = {end.job.key: end for end in search(model, [job(model, i) for i in range(3)], FAST, Room(2, 200), 2)}
    assert len(ends) == 3
    for index, targets in enumerate(TARGETS):
        end = ends[str(index)]
        assert (end.exact, end.reason, end.met) == (True, "exact", sum(map(len, targets)))
        assert end.forwards == end.steps + 1 == len(end.curves[0])
        prefixes = torch.stack([torch.cat([end.vectors[mode : mode + 1], end.vectors[2:]]) for mode in (0, 1)])
        assert greedy(model, prefixes, [9, 9], STOP) == [*targets]


def test_a_start_does_not_depend_on_what_shares_its_batch() -> None:
    model = frozen()
    alone = next(search(model, [job(model, 1)], FAST, Room(1, 200), 2))
    for room in (Room(3, 1000), Room(2, 1)):
        together = {end.job.key: end for end in search(model, [job(model, i) for i in range(3)], FAST, room, 2)}
        assert together["1"].exact
        # Adam enlarges rounding, which depends on the shape of a product: only the way in is the same to the digit.
        for mine, its in zip(together["1"].curves, alone.curves, strict=True):
            assert mine[:8] == pytest.approx(its[:8], rel=1e-3)


def test_a_freed_slot_is_taken_by_the_next_start_at_once() -> None:
    model = frozen()
    running = Search(model, FAST, Room(2, 500), 2)
    ends = list(running.ends(iter([job(model, i, restart) for restart in range(2) for i in range(3)])))
    steps = [end.forwards for end in ends]
    assert len(ends) == 6
    assert running.steps < sum(steps)
    # Two slots, always full but for the last start's lonely end.
    assert running.steps <= (sum(steps) + max(steps)) / 2 + 1


def test_fixed_mode_vectors_never_move_and_learned_ones_do() -> None:
    model = frozen()
    fixed = next(search(model, [job(model, 0)], FAST, Room(1, 500), 2))
    assert torch.equal(fixed.vectors[:2], model.table[[2, 3]])
    learned = next(search(model, [job(model, 0)], FAST.model_copy(update={"mode": "learned"}), Room(1, 500), 2))
    assert not torch.allclose(learned.vectors[:2], model.table[[2, 3]], atol=1e-3)


def test_hopeless_starts_leave_with_their_reason() -> None:
    model = frozen()
    slow = Settings(k=6, optimiser=Optimiser(lr=1e-9, beta1=0.9, beta2=0.9, steps=20), patience=5)
    assert next(search(model, [job(model, 0)], slow, Room(1, 500), 2)).reason == "plateau"
    brief = Settings(k=6, optimiser=Optimiser(lr=1e-3, beta1=0.9, beta2=0.9, steps=3))
    ended = next(search(model, [job(model, 0)], brief, Room(1, 500), 2))
    assert (ended.reason, ended.steps, ended.exact) == ("steps", 3, False)
    wild = Settings(k=6, optimiser=Optimiser(lr=1e30, beta1=0.9, beta2=0.9, steps=50))
    assert next(search(model, [job(model, 0)], wild, Room(1, 500), 2)).reason in ("not_finite", "plateau", "steps")


def test_a_growing_target_ends_whole() -> None:
    model = frozen()
    ended = next(search(model, [job(model, 1)], FAST.model_copy(update={"grow": 1}), Room(1, 500), 2))
    assert ended.exact
    prefixes = torch.stack([torch.cat([ended.vectors[mode : mode + 1], ended.vectors[2:]]) for mode in (0, 1)])
    assert greedy(model, prefixes, [9, 9], STOP) == [*TARGETS[1]]


def test_a_margin_is_kept() -> None:
    model = frozen()
    ended = next(search(model, [job(model, 0)], FAST.model_copy(update={"margin": 1.0}), Room(1, 500), 2))
    ids, labels = padded(TARGETS[0], torch.device("cpu"))
    prefixes = torch.stack([torch.cat([ended.vectors[mode : mode + 1], ended.vectors[2:]]) for mode in (0, 1)])
    with torch.no_grad():
        logits = model.logits(torch.cat([prefixes, model.table[ids]], 1), labels.shape[1])
    assert 0.99 < float(leads(logits, labels).min()) < 20


def test_chunks_hold_every_row_once_within_the_budget() -> None:
    model = frozen()
    taken = [(slot, job(model, slot).rows) for slot in range(3)]
    for budget in (1, 25, 40, 1000):
        chunks = chunks_of(model, taken, 2, 6, budget)
        places = [place for chunk in chunks for place in chunk.places]
        assert sorted(places) == [(slot, at) for slot in range(3) for at in range(2)]
        sizes = [len(chunk.places) * (7 + chunk.labels.shape[1] - 1) for chunk in chunks]
        assert all(size <= budget or len(chunk.places) == 1 for size, chunk in zip(sizes, chunks, strict=True))


@pytest.mark.parametrize("preset", ["seed", "kuratov", "plain"])
def test_row_adam_is_torchs_own(preset: str) -> None:
    chosen = PRESETS[preset]  # type: ignore[index]
    start = torch.randn(2, 3, 4, generator=torch.Generator().manual_seed(0))
    rows, reference = start.clone(), start[1].clone().requires_grad_()
    mine = RowAdam(rows, chosen)
    kind = torch.optim.AdamW if chosen.decay else torch.optim.Adam
    theirs = kind([reference], lr=chosen.lr, betas=(chosen.beta1, chosen.beta2), weight_decay=chosen.decay)
    for step in range(20):
        grads = torch.randn(2, 3, 4, generator=torch.Generator().manual_seed(step))
        reference.grad = grads[1].clone()
        theirs.step()
        mine.step(grads, [1], [step], [chosen.lr])
    torch.testing.assert_close(rows[1], reference.detach(), rtol=1e-4, atol=1e-5)
    assert torch.equal(rows[0], start[0])


def test_schedules_fall_and_start_over() -> None:
    cosine = Settings(schedule="cosine", optimiser=Optimiser(lr=1.0, beta1=0.9, beta2=0.9, steps=100))
    assert [round(cosine.rate(step, 9.0), 3) for step in (0, 50, 100)] == [1.0, 0.5, 0.0]
    warm = Settings(schedule="warm_restarts", cycle=10, optimiser=Optimiser(lr=1.0, beta1=0.9, beta2=0.9, steps=100))
    assert [round(warm.rate(step, 9.0), 3) for step in (0, 5, 10, 20, 30)] == [1.0, 0.5, 1.0, 0.5, 1.0]
    assert Settings().rate(3, 0.2) == pytest.approx(0.1)
