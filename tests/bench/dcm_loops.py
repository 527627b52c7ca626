"""Plain loops that solve the same pairs as the project's search: what its speed is measured against.

They stand here in full: all pairs in one rectangle (or one pair at a time), torch's own optimiser, the library's own
forward and backward, no refill. A loop that checks seldom learns seldom that it is done.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import torch
from torch.nn.functional import cross_entropy

from glassbox.harness.data.pair import Pair
from glassbox.harness.dcm.decode import greedy
from glassbox.harness.dcm.frozen import Frozen
from glassbox.harness.dcm.memory import room_for
from glassbox.harness.dcm.rows import Row
from glassbox.harness.dcm.search import Job, Search
from glassbox.harness.dcm.settings import Optimiser, Settings
from glassbox.harness.dcm.starts import begin, mode_vectors, stream

K = 32
Targets = tuple[tuple[int, ...], tuple[int, ...]]


@dataclass(frozen=True, slots=True)
class Work:
    """What a loop is to solve.

    Attributes:
      frozen: The model.
      pairs: The pairs.
      targets: Their tokens, stop token included.
      stop: The stop token.
    """

    frozen: Frozen
    pairs: tuple[Pair, ...]
    targets: tuple[Targets, ...]
    stop: int

    def first(self, count: int) -> Work:
        """The first so many pairs."""
        return replace(self, pairs=self.pairs[:count], targets=self.targets[:count])

    def each(self) -> list[Work]:
        """Each pair by itself."""
        return [
            replace(self, pairs=(pair,), targets=(both,)) for pair, both in zip(self.pairs, self.targets, strict=True)
        ]


@dataclass(frozen=True, slots=True)
class Done:
    """How many pairs a loop solved, in how many steps over how many positions."""

    solved: int
    steps: int
    positions: int


Loop = Callable[[Work], Done]


@dataclass(frozen=True, slots=True)
class Plain:
    """A plain loop: everything in one rectangle, until all decode exactly or the steps are spent.

    Attributes:
      optimiser: Its learning rate is taken as it stands; its steps are a restart's.
      check: Steps between two looks at whether all are solved.
      restarts: Most starts, one after another.
      spread: Standard deviation of the start; the embedding's own when None.
    """

    optimiser: Optimiser
    check: int = 1
    restarts: int = 1
    spread: float | None = None

    def __call__(self, work: Work) -> Done:
        """Solve the pairs together."""
        steps = positions = 0
        for restart in range(self.restarts):
            done = self._once(work, restart)
            steps, positions = steps + done.steps, positions + done.positions
            if done.solved == len(work.pairs):
                break
        return Done(done.solved, steps, positions)

    def _start(self, work: Work, restart: int) -> torch.Tensor:
        if self.spread is None:
            settings = Settings(k=K)
            return torch.stack([begin(work.frozen, settings, pair, restart, {})[2:] for pair in work.pairs])
        draws = [stream("plain", pair.id, restart) for pair in work.pairs]
        return self.spread * torch.stack([torch.randn(K, work.frozen.hidden, generator=draw) for draw in draws])

    def _once(self, work: Work, restart: int) -> Done:
        rows = [ids for both in work.targets for ids in both]
        width = max(map(len, rows))
        ids, labels = torch.zeros(len(rows), width, dtype=torch.long), torch.full((len(rows), width), -100)
        for at, row in enumerate(rows):
            ids[at, : len(row)] = labels[at, : len(row)] = torch.tensor(row)
        embedded, modes = work.frozen.table[ids], mode_vectors(work.frozen, Settings(k=K))
        content = torch.nn.Parameter(self._start(work, restart))
        best = content.detach().clone()
        given, count = self.optimiser, len(work.pairs)
        kind = torch.optim.AdamW if given.decay else torch.optim.Adam
        adam = kind([content], lr=given.lr, betas=(given.beta1, given.beta2), weight_decay=given.decay)
        met = torch.zeros(count, dtype=torch.bool)
        positions = 0
        for step in range(given.steps + 1):
            prefix = torch.cat([modes.repeat(count, 1).unsqueeze(1), content.repeat_interleave(2, 0)], 1)
            inputs = torch.cat([prefix, embedded], 1)
            logits = work.frozen.model.model(inputs_embeds=inputs, use_cache=False).logits[:, K:-1]
            positions += inputs.shape[0] * inputs.shape[1]
            losses = cross_entropy(logits.flatten(0, 1), labels.flatten(), reduction="none").view(labels.shape)
            if step % self.check == 0 or step == given.steps:
                right = ((logits.argmax(-1) == labels) | (labels < 0)).all(1).view(-1, 2).all(1)
                best[right & ~met] = content.detach()[right & ~met]
                met |= right
                if met.all():
                    break
            adam.zero_grad()
            (losses.sum(1) / (labels >= 0).sum(1)).sum().backward()  # type: ignore[no-untyped-call]
            adam.step()
        return Done(decoded(work, modes.expand(count, 2, -1), best), step, positions)


@dataclass(frozen=True, slots=True)
class OneByOne:
    """A loop, pair by pair."""

    loop: Loop

    def __call__(self, work: Work) -> Done:
        """Solve the pairs one after another."""
        done = [self.loop(alone) for alone in work.each()]
        return Done(sum(one.solved for one in done), sum(one.steps for one in done), sum(one.positions for one in done))


def searched(work: Work) -> Done:
    """The project's own search, with its defaults and one start a pair."""
    settings = Settings(k=K, restarts=1)
    search = Search(work.frozen, settings, room_for(work.frozen, K), 2)

    def job(pair: Pair, rows: Targets) -> Job:
        made = tuple(Row(mode, ids, float(len(ids))) for mode, ids in enumerate(rows))
        return Job(pair.id, 0, made, lambda: begin(work.frozen, settings, pair, 0, {}))

    jobs = [job(pair, rows) for pair, rows in zip(work.pairs, work.targets, strict=True)]
    by_key = {end.job.key: end.vectors for end in search.ends(iter(jobs))}
    vectors = torch.stack([by_key[pair.id] for pair in work.pairs])
    return Done(decoded(work, vectors[:, :2], vectors[:, 2:]), search.steps, search.positions)


def decoded(work: Work, modes: torch.Tensor, content: torch.Tensor) -> int:
    """How many pairs greedy decoding writes, both targets to the stop token."""
    prefixes = torch.cat([modes.flatten(0, 1).unsqueeze(1), content.repeat_interleave(2, 0)], 1)
    wanted = [ids for both in work.targets for ids in both]
    written = greedy(work.frozen, prefixes, [len(ids) + 1 for ids in wanted], work.stop)
    right = [one == other for one, other in zip(written, wanted, strict=True)]
    return sum(question and answer for question, answer in zip(right[::2], right[1::2], strict=True))
