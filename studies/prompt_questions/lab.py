"""One model whose pairs are searched once, kept, and looked at by every analysis.

lab = Lab(open_model("arith"), Settings(), store=ArtefactStore(default_store() / STORE))
for found in lab.search(pairs, k=8): print(found.record.converged, found.vectors.shape)

The store is the one of `--solver dcm`: what a run of the same settings has kept is read, and a killed analysis resumes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from glassbox.harness.cli.progress import Tick
from glassbox.harness.data.pair import Pair
from glassbox.harness.dcm.frozen import Frozen
from glassbox.harness.dcm.measure import Measured, measure
from glassbox.harness.dcm.run import Run
from glassbox.harness.dcm.settings import Settings
from glassbox.harness.dcm.starts import begin, mode_index
from glassbox.harness.dcm.stop import stop_token
from glassbox.harness.dcm.store import PairStore
from glassbox.harness.fit.artefacts import ArtefactStore, default_store
from glassbox.harness.lm.model import OpenModel
from glassbox.harness.records.prompted import TARGETS, Prompted
from glassbox.solvers.dcm import STORE
from glassbox.studies.prompt_questions.geometry import share_with_twin

Floats = NDArray[np.float64]
"""Called with what is under way, how much of it is done, and of how much."""


@dataclass(frozen=True, slots=True, eq=False)
class Found:
    """One pair after its search.

    Attributes:
      pair: The pair.
      record: How well the vectors hold it, and at what cost.
      vectors: Content vectors that are kept: float64 [k, hidden].
      modes: Mode vectors that stand before them, one a target: float64 [modes, hidden]; no rows without any.
    """

    pair: Pair
    record: Prompted
    vectors: Floats
    modes: Floats


class Lab:
    """One model and one way to search; only k and the seed vary."""

    def __init__(self, model: OpenModel, settings: Settings, tick: Tick, store: ArtefactStore | None = None) -> None:
        """Open a lab.

        Args:
          model: The open model.
          settings: How to search.
          tick: Progress.
          store: Where pairs are kept and found again; the one of `--solver dcm` when None.
        """
        self.model, self.settings, self._tick = model, settings, tick
        self._store = store or ArtefactStore(default_store() / STORE)
        self.frozen = Frozen(model)

    def search(self, pairs: Sequence[Pair], k: int | None = None, seed: int | None = None) -> list[Found]:
        """Each distinct pair with what was found, in the order given.

        Args:
          pairs: What to search; see `studies.prompt_questions.pairs.fitting` for those without room in the context.
          k: Content vectors; the settings' own when None.
          seed: Of the starts; the settings' own when None.

        Raises:
          ValueError: A pair does not fit the model's context.
        """
        settings = self._settings(k, seed)
        wanted = {pair.id: pair for pair in pairs}
        label = f"K = {settings.k}, seed {settings.seed}"
        run = Run(self.model, settings, store=self._store)
        done: dict[str, Found] = {}
        for pair, record in run.records(list(wanted.values())):
            done[pair.id] = self._found(pair, record)
            self._tick(label, len(done), len(wanted))
        return [done[key] for key in wanted]

    def kept(self, pairs: Sequence[Pair], k: int | None = None) -> list[Found]:
        """What is kept of `pairs` already, in their order; nothing is searched, and what is missing is left out.

        A search ends with the hard pairs, so shares of an unfinished one are too high.
        """
        store = PairStore(self._store, self.model.hash, self._stop, self._settings(k, None))
        read = ((pair, store.read(pair)) for pair in {pair.id: pair for pair in pairs}.values())
        return [self._found(pair, record) for pair, record in read if record is not None]

    def _found(self, pair: Pair, record: Prompted) -> Found:
        kept = self._store.load(str(record.artefact))
        if kept is None:
            raise LookupError(f"the vectors of pair {pair.id} have left {self._store.folder}; run it again")
        vectors = kept[0]["vectors"].double().numpy()
        return Found(pair, record, vectors[-record.k :], vectors[: -record.k])

    def starts(self, pairs: Sequence[Pair], seed: int | None = None) -> list[Floats]:
        """Content vectors [k, hidden] where each pair's first restart begins: what nothing was learned into."""
        settings = self._settings(None, seed)
        begun = (begin(self.frozen, settings, pair, 0, {}) for pair in pairs)
        return [vectors[-settings.k :].cpu().double().numpy() for vectors in begun]

    def held(self, prompts: Sequence[Found]) -> list[bool]:
        """Whether each pair's targets are all written exactly from the vectors given, whatever its record says."""
        return [all(found.exact for found in each) for each in self._measured(prompts)]

    def losses(self, prompts: Sequence[Found]) -> list[float]:
        """Mean loss of each pair's targets from the vectors given, nats a token."""
        return [float(np.mean([found.loss for found in each])) for each in self._measured(prompts)]

    def tokens(self, pair: Pair) -> tuple[tuple[int, ...], tuple[int, ...]]:
        """Token ids of question and answer, without the stop token."""
        codec = self.model.codec
        return tuple(codec.ids(pair.question, special=False)), tuple(codec.ids(pair.answer, special=False))

    def twins(self, pairs: Sequence[Pair]) -> float:
        """Share of the tokens to be written that the model can hardly tell from another one."""
        texts = (self.tokens(pair) for pair in pairs)
        return share_with_twin(self.head, [*chain.from_iterable(chain.from_iterable(texts))])

    @cached_property
    def head(self) -> Floats:
        """The rows that give each token its logit: [vocabulary, hidden]."""
        layer: Any = self.model.model.get_output_embeddings()  # type: ignore[no-untyped-call]
        return np.asarray(layer.weight.detach().cpu().double().numpy())

    def _settings(self, k: int | None, seed: int | None) -> Settings:
        given = {name: value for name, value in (("k", k), ("seed", seed)) if value is not None}
        return Settings.model_validate({**self.settings.model_dump(), **given})

    @cached_property
    def _stop(self) -> int:
        return stop_token(self.frozen)

    def _measured(self, prompts: Sequence[Found]) -> list[list[Measured]]:
        rows = []
        for prompt in prompts:
            both = torch.from_numpy(np.concatenate([prompt.modes, prompt.vectors])).float().to(self.frozen.table.device)
            for target, ids in zip(TARGETS, self.tokens(prompt.pair), strict=True):
                at, content = mode_index(self.settings, target), both[len(prompt.modes) :]
                prefix = content if at is None else torch.cat([both[at : at + 1], content])
                rows.append((prefix, (*ids, self._stop)))
        found = measure(self.frozen, rows)
        return [found[at : at + len(TARGETS)] for at in range(0, len(found), len(TARGETS))]
