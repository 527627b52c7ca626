"""A whole run: audit, stop token, search, judging, and each pair kept as it is finished.

for pair, record in run(model, pairs, Settings(k=8)):
    print(pair.id, record.converged)
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

import torch

from glassbox.harness.data.pair import Pair
from glassbox.harness.dcm.audit import audit
from glassbox.harness.dcm.errors import TooLong
from glassbox.harness.dcm.frozen import Frozen, token_losses
from glassbox.harness.dcm.judge import Finished, Judge, target_ids
from glassbox.harness.dcm.memory import Room, room_for
from glassbox.harness.dcm.progress import Progress
from glassbox.harness.dcm.rows import Row
from glassbox.harness.dcm.search import End, Flying, Job, LossRule, Search
from glassbox.harness.dcm.settings import Settings
from glassbox.harness.dcm.starts import begin, mode_index, mode_vectors
from glassbox.harness.dcm.stop import stop_token
from glassbox.harness.dcm.store import PairStore, StartRecord
from glassbox.harness.fit.artefacts import ArtefactStore
from glassbox.harness.lm.model import OpenModel
from glassbox.harness.records.prompted import Prompted, TargetName

GROUP = 16
"""Finished pairs that are judged together: decoding goes token by token, so company makes it cheap."""

CHECKPOINT = 30.0
"""Seconds of search that a killed run loses at most, unless writing takes more than a twentieth of the time."""

AT_STAKE = 3.0
"""Seconds of search that may wait for company, and would be lost with a killed run."""

Variants = Mapping[str, Mapping[TargetName, Sequence[str]]]
"""Paraphrases by pair id, then by target name (`question`, `answer`)."""


@dataclass
class _Pending:
    """A pair whose search goes on."""

    pair: Pair
    ends: list[End] = field(default_factory=list)
    started: int = 0

    def seconds(self) -> float:
        """Of all its restarts so far."""
        return sum(end.seconds for end in self.ends)

    def best(self) -> End:
        """The end that decodes best: exact first, then most tokens met, then the lowest loss."""
        return max(
            self.ends,
            key=lambda end: (end.exact, end.met, -min(map(sum, zip(*end.curves, strict=True)))),
        )


class _Queue:
    """Starts that wait for a slot; when it runs dry it asks for more, and it may be filled again."""

    def __init__(self, more: Callable[[], Iterable[Job]]) -> None:
        self.waiting = deque[Job]()
        self._more = more

    def __iter__(self) -> Iterator[Job]:
        return self

    def __next__(self) -> Job:
        if not self.waiting:
            self.waiting.extend(self._more())
        if not self.waiting:
            raise StopIteration
        return self.waiting.popleft()


class Run:
    """One model, one set of settings; `records` may be called for one list of pairs after another."""

    def __init__(
        self,
        model: OpenModel,
        settings: Settings,
        *,
        store: ArtefactStore | None = None,
        stop: int | None = None,
        room: Room | None = None,
        abreast: int = 1,
        baselines: bool = True,
        variants: Variants | None = None,
        warm: Mapping[str, torch.Tensor] | None = None,
        loss: LossRule = token_losses,
        checkpoint: float = CHECKPOINT,
    ) -> None:
        """Prepare a run: the loss is audited and the stop token checked here.

        Args:
          model: The open model; its weights are frozen from now on.
          settings: How to search.
          store: Where finished pairs are kept and found again; None keeps nothing.
          stop: The stop token; None finds one that the model can emit.
          room: How much goes into the model at once; None finds it.
          abreast: Restarts of one pair that are in flight together.
          baselines: Whether baselines and controls are measured.
          variants: Paraphrases, whose losses are added to the originals' (the seed's semantic equivalence); looked up
            when a pair is asked for, so that they may be added to while the run goes on.
          warm: Content vectors to start from; see `glassbox.harness.dcm.starts.begin`.
          loss: The rule the gradient comes from.
          checkpoint: Seconds between two files of the progress of what is in flight.

        Raises:
          MisalignedLoss: The loss teaches the wrong tokens.
          OpenModelError: The model can emit no stop token.
        """
        if abreast < 1:
            raise ValueError(f"abreast {abreast} starts no restart; give at least 1")
        self.frozen = Frozen(model)
        self.settings, self._abreast, self._loss = settings, abreast, loss
        self._checkpoint = checkpoint
        self.alignment = audit(self.frozen, loss)
        self.stop = stop_token(self.frozen, stop)
        self.room = room or room_for(self.frozen, settings.k)
        self._variants, self._warm = {} if variants is None else variants, warm or {}
        self._judge = Judge(self.frozen, settings, self.stop, baselines=baselines)
        self.store = None
        if store is not None:
            self.store = PairStore(store, model.hash, self.stop, settings, baselines, self._variants, self._warm)

    def records(
        self,
        pairs: Sequence[Pair],
        more: Callable[[], Sequence[Pair]] = lambda: (),
        leave_out: Callable[[Pair, TooLong], None] | None = None,
    ) -> Iterator[tuple[Pair, Prompted]]:
        """Each distinct pair with its record, as they are finished; kept ones come at once.

        Args:
          pairs: What to search first.
          more: Asked for further pairs whenever a slot is free and none is waiting.
          leave_out: Told of each pair that does not fit the model's context; without it such a pair is an error.

        Raises:
          TooLong: A pair does not fit the model's context, and nobody is to be told.
        """
        known: dict[str, Pair] = {}
        pending: dict[str, _Pending] = {}
        found: list[tuple[Pair, Prompted]] = []

        def admit(new: Sequence[Pair]) -> list[Job]:
            jobs: list[Job] = []
            for pair in new:
                if pair.id in pending:
                    continue
                kept = self.store.read(pair) if self.store else None
                known[pair.id] = pair
                if kept is not None:
                    found.append((pair, kept))
                    continue
                try:
                    self._check(pair)
                except TooLong as error:
                    if leave_out is None:
                        raise
                    del known[pair.id]
                    leave_out(pair, error)
                    continue
                pending[pair.id] = one = _Pending(pair)
                jobs += self._resumed(one) or [
                    self._start(one) for _ in range(min(self._abreast, self.settings.restarts))
                ]
            return jobs

        queue = _Queue(lambda: admit(more()))
        queue.waiting.extend(admit(pairs))
        yield from _drained(found)
        for ready in self._search(queue, pending):
            yield from _drained(found)
            yield from self._finish(ready, list(known.values()))
        yield from _drained(found)

    def _check(self, pair: Pair) -> None:
        """Refuse a pair that does not fit the context: nothing could ever be decoded of it."""
        longest = max(len(ids) for ids in self._targets(pair)) + self.settings.k + (self.settings.mode != "none")
        context = self.frozen.model.context
        if context is not None and longest > context:
            characters = max(len(pair.question), len(pair.answer))
            raise TooLong(
                f"{longest:,} tokens with the {self.settings.k} vectors before them are more than the context of "
                f"{self.frozen.model.name} ({context:,}); draw shorter pairs with longest= (this one has "
                f"{characters:,} characters)"
            )

    def _targets(self, pair: Pair) -> list[tuple[int, ...]]:
        texts = {"question": pair.question, "answer": pair.answer}
        return [target_ids(self.frozen, texts[name], self.stop) for name in self.settings.targets]

    def _search(self, queue: _Queue, pending: dict[str, _Pending]) -> Iterator[list[_Pending]]:
        """Groups of pairs whose search is over."""
        modes = len(mode_vectors(self.frozen, self.settings))
        search = Search(self.frozen, self.settings, self.room, modes, self._loss)
        ready: list[_Pending] = []

        def keep(flying: Sequence[Flying]) -> None:
            for key, one in pending.items() if self.store else ():
                mine = [each for each in flying if each.flight.job.key == key]
                if self.store and (mine or one.ends):
                    self.store.write_progress(one.pair, Progress(one.started, one.ends, mine))

        for end in search.ends(queue, keep, self._checkpoint):
            one = pending.get(end.job.key)
            if one is None:
                continue
            one.ends.append(end)
            if end.exact or len(one.ends) >= self.settings.restarts:
                del pending[end.job.key]
                ready.append(one)
                search.cancel(end.job.key)
                queue.waiting = deque(job for job in queue.waiting if job.key != end.job.key)
            elif one.started < self.settings.restarts:
                queue.waiting.append(self._start(one))
            if len(ready) >= min(GROUP, len(pending)) or sum(map(_Pending.seconds, ready)) >= AT_STAKE:
                yield ready
                ready = []
        if ready:
            yield ready

    def _resumed(self, one: _Pending) -> list[Job]:
        """The jobs of a pair that an earlier run left in the middle of its search; none without such a run."""
        found = self.store.read_progress(one.pair, lambda restart: self._job(one.pair, restart)) if self.store else None
        if found is None:
            return []
        one.started, one.ends = found.started, list(found.ends)
        flying = {each.flight.job.restart: each for each in found.flying}
        ended = {end.job.restart for end in one.ends}
        return [
            replace(self._job(one.pair, restart), resumed=flying.get(restart))
            for restart in range(one.started)
            if restart not in ended
        ]

    def _start(self, one: _Pending) -> Job:
        one.started += 1
        return self._job(one.pair, one.started - 1)

    def _job(self, pair: Pair, restart: int) -> Job:
        return Job(
            pair.id, restart, self._rows(pair), lambda: begin(self.frozen, self.settings, pair, restart, self._warm)
        )

    def _rows(self, pair: Pair) -> tuple[Row, ...]:
        rows, extra = [], []
        for name, ids in zip(self.settings.targets, self._targets(pair), strict=True):
            mode = mode_index(self.settings, name)
            rows.append(Row(mode, ids, self._weight(ids)))
            for text in self._paraphrases(pair).get(name, ()):
                other = target_ids(self.frozen, text, self.stop)
                extra.append(Row(mode, other, self._weight(other), counted=False))
        return (*rows, *extra)

    def _paraphrases(self, pair: Pair) -> dict[TargetName, tuple[str, ...]]:
        """The pair's paraphrases by target, without those that do not fit the context."""
        given, limit = self._variants.get(pair.id, {}), self.frozen.model.context
        taken = self.settings.k + (self.settings.mode != "none")

        def fits(text: str) -> bool:
            return limit is None or len(target_ids(self.frozen, text, self.stop)) + taken <= limit

        return {name: tuple(filter(fits, given[name])) for name in self.settings.targets if given.get(name)}

    def _weight(self, ids: Sequence[int]) -> float:
        return float(len(ids)) if self.settings.weighting == "token" else 1.0

    def _finish(self, ready: Sequence[_Pending], known: Sequence[Pair]) -> Iterator[tuple[Pair, Prompted]]:
        after = dict(zip((pair.id for pair in known), [*known[1:], known[0]], strict=True))
        finished = [
            Finished(
                pair=one.pair,
                end=one.best(),
                tried=one.started,
                steps=sum(end.steps for end in one.ends),
                seconds=one.seconds(),
                forwards=sum(end.forwards for end in one.ends),
                other=after[one.pair.id] if len(known) > 1 else None,
                artefact=self.store.name(one.pair) if self.store else None,
            )
            for one in ready
        ]
        for one, done, judged in zip(ready, finished, self._judge.judge(finished), strict=True):
            record = judged.model_copy(update={"paraphrases": self._paraphrases(one.pair)})
            if self.store is not None:
                starts = tuple(
                    StartRecord(restart=end.job.restart, steps=end.steps, reason=end.reason) for end in one.ends
                )
                self.store.write(one.pair, done.end, record, starts)
            yield one.pair, record


def _drained(found: list[tuple[Pair, Prompted]]) -> Iterator[tuple[Pair, Prompted]]:
    while found:
        yield found.pop(0)


def run(
    model: OpenModel, pairs: Sequence[Pair], settings: Settings | None = None, *, store: ArtefactStore | None = None
) -> Iterator[tuple[Pair, Prompted]]:
    """Records of `pairs` with everything else at its default."""
    yield from Run(model, settings or Settings(), store=store).records(pairs)
