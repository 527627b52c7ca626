"""The searches of one run on one model: the plain one, and the one with paraphrases that the seed's rule brings in.

    searches = Searches(make)                       # make(variants) prepares a `glassbox.harness.dcm.run.Run`
    record = await searches.record(pair, source)

While records come in, the seed's early-stop signals are watched: the first of each kind is logged as a warning, and
with `halt` it ends the run with its reason.
"""

from __future__ import annotations

import logging
from collections.abc import Callable

from glassbox.harness.data.pair import Pair
from glassbox.harness.dcm.run import Run
from glassbox.harness.dcm.service import CannotSearch, Service
from glassbox.harness.dcm.signals import Signal, signals_of, wants_paraphrases
from glassbox.harness.records.prompted import Prompted, TargetName
from glassbox.solvers.soft_prompts.paraphrases import Deploy, Source

Texts = dict[str, dict[TargetName, tuple[str, ...]]]

_LOG = logging.getLogger(__name__)


class Searches:
    """One model's searches; samples of a run share them."""

    def __init__(self, make: Callable[[Texts], Run], *, deploy: Deploy = "rule", halt: bool = False) -> None:
        """Nothing is prepared before the first pair asks.

        Args:
          make: Prepares a run with the given paraphrases, which are added to later.
          deploy: Whether paraphrases wait for the seed's rule or are there from the start.
          halt: Whether a signal ends the run.
        """
        self._texts: Texts = {}
        self._plain = Service(lambda: make({}))
        self._helped = Service(lambda: make(self._texts))
        self._deploy, self._halt = deploy, halt
        self._records: list[Prompted] = []
        self._seen: set[Signal] = set()
        self._ended: str | None = None

    async def record(self, pair: Pair, source: Source | None) -> Prompted:
        """The record of `pair`.

        Raises:
          CannotSearch: The search could not be prepared, has failed, or was ended by a signal.
        """
        if source is not None and self._deploy == "always":
            return self._note(await self._with_paraphrases(pair, source, "from the start"))
        record = self._note(await self._plain.submit(pair))
        reason = wants_paraphrases(self._records, record)
        if source is None or reason is None:
            return record
        again = await self._with_paraphrases(pair, source, reason)
        return _both(record, again)

    async def _with_paraphrases(self, pair: Pair, source: Source, reason: str) -> Prompted:
        found = await source.of(pair)
        self._texts[pair.id] = dict(found.kept)
        record = await self._helped.submit(pair)
        return record.model_copy(update={"deployed": reason, "raw_paraphrases": dict(found.raw)})

    def _note(self, record: Prompted) -> Prompted:
        self._records.append(record)
        for signal, reason in signals_of(self._records).items():
            if signal not in self._seen:
                self._seen.add(signal)
                _LOG.warning("early-stop signal %s: %s", signal, reason)
                if self._halt:
                    self._end(f"{signal}: {reason}")
        if self._ended is not None:
            raise CannotSearch(self._ended)
        return record

    def _end(self, reason: str) -> None:
        self._ended = reason
        for service in (self._plain, self._helped):
            service.close(reason)


def _both(first: Prompted, second: Prompted) -> Prompted:
    """The better of two searches of one pair, at the price of both; what was deployed is told either way."""
    better = max(second, first, key=lambda one: (one.converged, _met(one)))
    return better.model_copy(
        update={
            "restarts": first.restarts + second.restarts,
            "seconds": first.seconds + second.seconds,
            "model_calls": first.model_calls + second.model_calls,
            "deployed": second.deployed,
            "paraphrases": second.paraphrases,
            "raw_paraphrases": second.raw_paraphrases,
        }
    )


def _met(record: Prompted) -> float:
    return sum(target.token_accuracy * target.tokens for target in record.targets.values())
