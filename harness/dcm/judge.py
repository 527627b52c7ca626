"""What found vectors are worth: greedy decode of each mode, baselines, controls. No search happens here.

records = judge(frozen, finished, settings, stop)      # one `Prompted` for each
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import torch

from glassbox.harness.data.pair import Pair
from glassbox.harness.dcm.curve import curve_health, thinned
from glassbox.harness.dcm.decode import greedy, horizon
from glassbox.harness.dcm.frozen import Frozen
from glassbox.harness.dcm.measure import Measured, measure
from glassbox.harness.dcm.search import End
from glassbox.harness.dcm.settings import Settings
from glassbox.harness.dcm.starts import mode_index, stream
from glassbox.harness.records.prompted import Prompted, TargetName, TargetRecord

SLACK = 4
"""Tokens that greedy decoding may write beyond the target's length, to show what it does instead of stopping."""

Prefixed = tuple[torch.Tensor, tuple[int, ...]]


@dataclass(frozen=True, eq=False)
class Finished:
    """One pair after its search.

    Attributes:
      pair: The pair.
      end: The restart that is kept.
      tried: Restarts that were started.
      steps: Steps of all restarts.
      seconds: Wall time of all restarts.
      forwards: Forward passes of all restarts.
      other: Another pair, whose targets these vectors must not give; None where the run has no other.
      artefact: Where the vectors are kept.
    """

    pair: Pair
    end: End
    tried: int
    steps: int
    seconds: float
    forwards: int
    other: Pair | None
    artefact: str | None = None


def target_ids(frozen: Frozen, text: str, stop: int) -> tuple[int, ...]:
    """Tokens of a target, the stop token at the end."""
    return (*frozen.model.codec.ids(text, special=False), stop)


class Judge:
    """Judges groups of finished pairs of one run."""

    def __init__(self, frozen: Frozen, settings: Settings, stop: int, *, baselines: bool = True) -> None:
        self._frozen, self._settings, self._stop, self._baselines = frozen, settings, stop, baselines

    def judge(self, group: Sequence[Finished]) -> list[Prompted]:
        """A record for each finished pair."""
        written = self._decode(group)
        rows: dict[tuple[int, TargetName, str], Prefixed] = {}
        for index, one in enumerate(group):
            for name in self._settings.targets:
                for kind, row in self._prefixes(one, name).items():
                    rows[index, name, kind] = row
        figures = dict(zip(rows, measure(self._frozen, list(rows.values())), strict=True))
        return [self._record(index, one, written, figures) for index, one in enumerate(group)]

    def _decode(self, group: Sequence[Finished]) -> dict[tuple[int, TargetName], tuple[int, ...]]:
        keys = [(index, name) for index in range(len(group)) for name in self._settings.targets]
        longest = [max(len(self._ids(group[index].pair, name)) for name in self._settings.targets) for index, _ in keys]
        prefixes = torch.stack([self._prefix(group[index].end.vectors, name) for index, name in keys])
        found = greedy(self._frozen, prefixes, [length + SLACK for length in longest], self._stop)
        return dict(zip(keys, found, strict=True))

    def _ids(self, pair: Pair, name: TargetName) -> tuple[int, ...]:
        return target_ids(self._frozen, pair.question if name == "question" else pair.answer, self._stop)

    def _prefix(self, vectors: torch.Tensor, name: TargetName) -> torch.Tensor:
        """Mode vector and content."""
        mode, content = mode_index(self._settings, name), vectors[-self._settings.k :]
        return content if mode is None else torch.cat([vectors[mode : mode + 1], content])

    def _prefixes(self, one: Finished, name: TargetName) -> dict[str, Prefixed]:
        """Every prefix that the target is measured behind, with the ids measured."""
        frozen, pair, k = self._frozen, one.pair, self._settings.k
        ids, own = self._ids(pair, name), self._prefix(one.end.vectors, name)
        rows: dict[str, Prefixed] = {"own": (own, ids)}
        if not self._baselines:
            return rows
        draw = stream("baseline", self._settings.seed, pair.id, name)
        noise = torch.randn(k, frozen.hidden, generator=draw).to(own)
        mode = own[:-k]
        rows["random"] = (torch.cat([mode, noise * frozen.spread[1]]), ids)
        token = torch.randint(len(frozen.table), (1,), generator=draw).to(own.device)
        rows["single"] = (frozen.table[token].float(), ids)
        if len(mode):
            rows["mode_only"] = (mode, ids)
        text = self._text(pair, name, room=len(ids))
        rows["context"] = (text, ids)
        rows["text_vector"] = (torch.cat([own, self._text(pair, name, room=len(ids) + len(own))]), ids)
        norms = own[-k:].norm(dim=-1, keepdim=True)
        rows["same_norm"] = (torch.cat([mode, noise * (norms / noise.norm(dim=-1, keepdim=True))]), ids)
        if one.other is not None:
            rows["shuffled"] = (own, self._fitting(self._ids(one.other, name), len(own)))
        return rows

    def _fitting(self, ids: tuple[int, ...], taken: int) -> tuple[int, ...]:
        limit = self._frozen.model.context
        return ids if limit is None else ids[: limit - taken]

    def _text(self, pair: Pair, name: TargetName, room: int) -> torch.Tensor:
        """Embeddings of the text itself as prompt: the passage, and before an answer the question; its end if long."""
        prompt = "\n".join(part for part in (pair.context, pair.question if name == "answer" else "") if part)
        ids = self._frozen.model.codec.ids(prompt) or [self._stop]
        limit = self._frozen.model.context
        if limit is not None and len(ids) + room > limit:
            ids = ids[-max(1, limit - room) :]
        return self._frozen.table[ids].float()

    def _record(
        self,
        index: int,
        one: Finished,
        written: Mapping[tuple[int, TargetName], tuple[int, ...]],
        figures: Mapping[tuple[int, TargetName, str], Measured],
    ) -> Prompted:
        names = self._settings.targets
        targets = {name: self._target(index, one, name, written, figures) for name in names}
        return Prompted(
            targets=targets,
            steps=one.end.steps,
            restarts=one.tried,
            k=self._settings.k,
            seconds=one.seconds,
            model_calls=one.forwards,
            artefact=one.artefact,
            converged=all(record.exact for record in targets.values()),
            controls=_controls(index, names, figures) if self._baselines else {},
        )

    def _target(
        self,
        index: int,
        one: Finished,
        name: TargetName,
        written: Mapping[tuple[int, TargetName], tuple[int, ...]],
        figures: Mapping[tuple[int, TargetName, str], Measured],
    ) -> TargetRecord:
        ids, wrote = self._ids(one.pair, name), written[index, name]
        other = next((each for each in self._settings.targets if each != name), None)
        spoken = wrote[:-1] if wrote[-1:] == (self._stop,) else wrote

        def loss(kind: str) -> float | None:
            found = figures.get((index, name, kind))
            return None if found is None else found.loss

        own = figures[index, name, "own"]
        curve = one.end.curves[self._settings.targets.index(name)]
        return TargetRecord(
            target=one.pair.question if name == "question" else one.pair.answer,
            decoded=self._frozen.model.codec.decode(spoken),
            exact=wrote == ids,
            first_token=wrote[:1] == ids[:1],
            token_accuracy=own.accuracy,
            horizon=horizon(wrote, ids),
            tokens=len(ids),
            loss=own.loss,
            loss_random=loss("random"),
            loss_context=loss("context"),
            loss_single=loss("single"),
            loss_mode_only=loss("mode_only"),
            curve=curve_health(curve),
            losses=thinned(curve),
            cross_exact=None if other is None else written[index, other] == ids,
        )


def _controls(
    index: int, names: Sequence[TargetName], figures: Mapping[tuple[int, TargetName, str], Measured]
) -> dict[str, bool | float]:
    """`shuffled_exact`: another pair's targets come out. `random_exact`: random vectors of the same norms give these.

    `text_vector_loss`: loss of the last target when the vectors stand before its text; `text_vector_hurts`: it is
    higher than with the text alone. Both are about the answer where there is one.
    """
    controls: dict[str, bool | float] = {
        "random_exact": all(figures[index, name, "same_norm"].exact for name in names),
        "text_vector_loss": figures[index, names[-1], "text_vector"].loss,
    }
    controls["text_vector_hurts"] = (
        figures[index, names[-1], "text_vector"].loss > figures[index, names[-1], "context"].loss
    )
    if (index, names[0], "shuffled") in figures:
        controls["shuffled_exact"] = all(figures[index, name, "shuffled"].exact for name in names)
    return controls
