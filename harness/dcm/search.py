"""The search: many starts of many pairs in one tensor, each with its own optimiser state, always full.

    for end in search(frozen, jobs, settings, stop): ...      # ends come as they happen

A start that decodes exactly, or that is hopeless, leaves its slot at once and the next one enters. Whether a target is
met is read from the logits that the step computes anyway: when each of its tokens, the stop token among them, is the
argmax under teacher forcing, greedy decoding writes the very same tokens, because each prefix it conditions on is the
target's own.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace

import torch

from glassbox.harness.dcm.adam import RowAdam
from glassbox.harness.dcm.frozen import Frozen, hits, leads, token_losses
from glassbox.harness.dcm.memory import Room
from glassbox.harness.dcm.rows import Chunk, Row, chunks_of
from glassbox.harness.dcm.settings import Settings

LossRule = Callable[[torch.Tensor, torch.Tensor], torch.Tensor]
"""Logits [row, position, vocabulary] and labels [row, position] to each token's loss; see `token_losses`."""

_KEEPING = 20
"""Times as long as writing the progress takes pass before it is written again."""

_NEWS = 1e-3
"""A loss is lower than before when it is lower by this share."""


@dataclass(frozen=True, eq=False)
class Job:
    """One start of one pair.

    Attributes:
      key: Of the pair.
      restart: Which of its starts this is, from 0.
      rows: Its targets.
      begin: Makes the first vectors [modes + k, hidden], float32.
      resumed: Where an earlier run was with this start, if it goes on from there.
    """

    key: str
    restart: int
    rows: tuple[Row, ...]
    begin: Callable[[], torch.Tensor]
    resumed: Flying | None = None


@dataclass(frozen=True, eq=False)
class End:
    """How a start ended.

    Attributes:
      job: The start.
      vectors: The vectors kept [modes + k, hidden]: those that met the targets, else those that met most tokens.
      exact: Whether every counted row is met.
      met: Tokens of the counted rows that the kept vectors meet under teacher forcing.
      reason: `exact`, `steps`, `plateau`, or `not_finite`.
      steps: Optimiser steps taken.
      curves: Loss of each row at each step, nats a token.
      seconds: Wall time of its share: each step's time is divided among the starts in flight.
      forwards: Forward passes that held its rows.
    """

    job: Job
    vectors: torch.Tensor
    exact: bool
    met: int
    reason: str
    steps: int
    curves: tuple[tuple[float, ...], ...]
    seconds: float
    forwards: int


@dataclass
class Flight:
    """A start in its slot."""

    job: Job
    step: int = 0
    seconds: float = 0.0
    curves: list[list[float]] = field(default_factory=list)
    best: tuple[int, float] = (-1, math.inf)
    best_vectors: torch.Tensor | None = None
    lowest: float = math.inf
    lowest_at: int = 0
    grown: int = 0


@dataclass(frozen=True, eq=False)
class Flying:
    """A start in flight with all that its next step depends on: its vectors and the optimiser's two moments."""

    flight: Flight
    vectors: torch.Tensor
    moments: tuple[torch.Tensor, torch.Tensor]


@dataclass
class _Seen:
    """What one step saw of one start: by row, its mean loss, tokens met, and whether it is met with the margin."""

    losses: list[float]
    met: list[int]
    exact: list[bool]


class Search:
    """One run of the search; `ends` yields each start's end as it happens."""

    def __init__(
        self, frozen: Frozen, settings: Settings, room: Room, modes: int, loss: LossRule = token_losses
    ) -> None:
        """Make a search.

        Args:
          frozen: The model.
          settings: How to search.
          room: How much goes into the model at once.
          modes: How many of the vectors are mode vectors.
          loss: The rule the gradient comes from.
        """
        self._frozen, self._settings, self._room, self._loss = frozen, settings, room, loss
        self._modes, self._spread = modes, float(frozen.spread[1])
        shape = (room.slots, modes + settings.k, frozen.hidden)
        self._vectors = torch.zeros(shape, device=frozen.table.device)
        self._grads = torch.zeros_like(self._vectors)
        self._adam = RowAdam(self._vectors, settings.optimiser)
        self._flights: dict[int, Flight] = {}
        self._chunks: list[Chunk] | None = None
        self.steps = 0
        self.positions = 0

    def ends(
        self,
        jobs: Iterator[Job],
        keep: Callable[[Sequence[Flying]], None] = lambda flying: None,
        every: float = math.inf,
    ) -> Iterator[End]:
        """Run all jobs.

        Args:
          jobs: Read only as slots fall free, so it may depend on the ends seen so far.
          keep: Given everything in flight, between two steps.
          every: Seconds between two calls of `keep`, longer where it takes more than a twentieth of the time; 0 calls
            it after each step.
        """
        due = time.monotonic() + every
        while True:
            if time.monotonic() >= due and self._flights:
                began = time.monotonic()
                keep([self._flying(slot) for slot in self._flights])
                due = time.monotonic() + (every and max(every, _KEEPING * (time.monotonic() - began)))
            self._fill(jobs)
            if not self._flights:
                return
            began = time.perf_counter()
            seen = self._look()
            ended = [(slot, reason) for slot in self._flights if (reason := self._verdict(slot, seen[slot]))]
            self._move([slot for slot in self._flights if slot not in dict(ended)])
            share = (time.perf_counter() - began) / len(self._flights)
            for flight in self._flights.values():
                flight.seconds += share
            for slot, reason in ended:
                yield self._leave(slot, reason)

    def cancel(self, key: str) -> None:
        """Take a pair's other starts out: one of them has met the targets."""
        for slot in [slot for slot, flight in self._flights.items() if flight.job.key == key]:
            del self._flights[slot]
            self._chunks = None

    def _fill(self, jobs: Iterator[Job]) -> None:
        for slot in range(self._room.slots):
            if slot in self._flights:
                continue
            job = next(jobs, None)
            if job is None:
                return
            self._adam.reset(slot)
            if job.resumed is None:
                self._vectors[slot] = job.begin().to(self._vectors)
                self._flights[slot] = Flight(job, curves=[[] for _ in job.rows], grown=self._settings.grow)
            else:
                self._vectors[slot] = job.resumed.vectors.to(self._vectors)
                self._adam.restore(slot, job.resumed.moments)
                self._flights[slot] = job.resumed.flight
            self._chunks = None

    def _flying(self, slot: int) -> Flying:
        return Flying(self._flights[slot], self._vectors[slot].clone(), self._adam.moments(slot))

    def _rows(self, flight: Flight) -> tuple[Row, ...]:
        """The flight's rows, cut to the prefix that has grown so far."""
        if not self._settings.grow:
            return flight.job.rows
        return tuple(replace(row, ids=row.ids[: flight.grown]) for row in flight.job.rows)

    def _look(self) -> dict[int, _Seen]:
        """One forward and backward of everything in flight: gradients into `_grads`, and what was seen."""
        if self._chunks is None:
            taken = [(slot, self._rows(flight)) for slot, flight in self._flights.items()]
            k = self._settings.k
            self._chunks = chunks_of(self._frozen, taken, self._modes, k, self._room.positions)
        self._grads.zero_()
        seen = {
            slot: _Seen([0.0] * n, [0] * n, [False] * n)
            for slot, n in ((slot, len(flight.job.rows)) for slot, flight in self._flights.items())
        }
        try:
            for chunk in self._chunks:
                self._run(chunk, seen)
        except torch.OutOfMemoryError:
            self._room = self._room.halved()
            self._chunks = None
            return self._look()
        self.steps += 1
        return seen

    def _run(self, chunk: Chunk, seen: dict[int, _Seen]) -> None:
        prefix = self._vectors[chunk.slots.unsqueeze(1), chunk.vectors].requires_grad_()
        with torch.enable_grad():
            inputs = torch.cat([prefix, chunk.embedded], dim=1)
            logits = self._frozen.logits(inputs, chunk.labels.shape[1])
            losses = self._loss(logits, chunk.labels)
            summed = losses.sum(1)
            (grad,) = torch.autograd.grad((summed * chunk.scale).sum(), prefix)
        self.positions += inputs.shape[0] * inputs.shape[1]
        self._grads.index_put_((chunk.slots.unsqueeze(1), chunk.vectors), grad.float(), accumulate=True)
        logits = logits.detach()
        right = hits(logits, chunk.labels)
        whole = right.all(1)
        if whole.any() and self._settings.margin:
            index = whole.nonzero().flatten()
            whole[index] = (leads(logits[index], chunk.labels[index]) >= self._settings.margin).all(1)
        counts = (chunk.labels[:, 1:] >= 0).sum(1)
        met = right.sum(1) - (right.shape[1] - counts)
        figures = zip(chunk.places, (summed.detach() / counts).tolist(), met.tolist(), whole.tolist(), strict=True)
        for (slot, at), loss, tokens, exact in figures:
            seen[slot].losses[at], seen[slot].met[at], seen[slot].exact[at] = loss, tokens, exact

    def _verdict(self, slot: int, seen: _Seen) -> str | None:
        """Why the start ends here, or None; keeps its best vectors on the way."""
        flight = self._flights[slot]
        for curve, loss in zip(flight.curves, seen.losses, strict=True):
            curve.append(loss)
        counted = [at for at, row in enumerate(flight.job.rows) if row.counted]
        total = sum(seen.losses)
        if not math.isfinite(total):
            return "not_finite"
        score = (sum(seen.met[at] for at in counted), -total)
        if score > (flight.best[0], -flight.best[1]):
            flight.best, flight.best_vectors = (score[0], total), self._vectors[slot].clone()
        if all(seen.exact[at] for at in counted):
            if self._settings.grow and flight.grown < max(len(row.ids) for row in flight.job.rows):
                self._grow(flight)
                return None
            return "exact"
        if total < flight.lowest * (1 - _NEWS):
            flight.lowest, flight.lowest_at = total, flight.step
        if flight.step >= self._settings.optimiser.steps:
            return "steps"
        return "plateau" if flight.step - flight.lowest_at > self._settings.patience else None

    def _grow(self, flight: Flight) -> None:
        flight.grown += self._settings.grow
        flight.lowest, flight.lowest_at = math.inf, flight.step
        self._chunks = None

    def _move(self, slots: list[int]) -> None:
        if not slots:
            return
        flights = [self._flights[slot] for slot in slots]
        if self._settings.mode != "learned":
            self._grads[:, : self._modes] = 0
        steps = [flight.step for flight in flights]
        rates = [self._settings.rate(step, self._spread) for step in steps]
        self._adam.step(self._grads, slots, steps, rates)
        for flight in flights:
            flight.step += 1

    def _leave(self, slot: int, reason: str) -> End:
        flight = self._flights.pop(slot)
        self._chunks = None
        exact = reason == "exact"
        kept = self._vectors[slot].clone() if exact or flight.best_vectors is None else flight.best_vectors
        return End(
            job=flight.job,
            vectors=kept,
            exact=exact,
            met=flight.best[0],
            reason=reason,
            steps=flight.step,
            curves=tuple(map(tuple, flight.curves)),
            seconds=flight.seconds,
            forwards=len(flight.curves[0]),
        )


def search(
    frozen: Frozen, jobs: Sequence[Job], settings: Settings, room: Room, modes: int, loss: LossRule = token_losses
) -> Iterator[End]:
    """Ends of all `jobs`, as they happen."""
    yield from Search(frozen, settings, room, modes, loss).ends(iter(jobs))
