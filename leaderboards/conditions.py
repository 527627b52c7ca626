"""Under which conditions a run's times were taken, and which times do not stand beside the others of a board.

    reasons = withheld(runs, every_run)      # '' where a run's times are shown, else why they are not

A run beside another one, one that was resumed, a busy machine, or another road (inspect's loop, or batches without it)
changes latencies and cost up to threefold. Times stand side by side where they were taken alike.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from glassbox.harness.records.frames import RunRecord
from glassbox.harness.records.machine_load import OTHERS_CPU

MACHINE = ("device", "accelerator", "cpu", "cpu_cores", "torch_threads")
BUSY = 0.1
"""Share of the machine that others may take while a run counts as alone: the system's own work."""
ROADS = {"inspect": "in inspect's loop", "direct": "in batches without inspect's loop"}


@dataclass(frozen=True, slots=True)
class Conditions:
    """What changes a run's times without being its method.

    Attributes:
      road: `inspect`, `direct`, `lm-eval`.
      machine: Device, processor, cores and threads, as far as the log knows them.
      beside: Whether another run went on at the same time.
      resumed: Whether some of its samples are of an earlier run.
      busy: Whether other processes used the machine.
    """

    road: str
    machine: tuple[str, ...]
    beside: bool
    resumed: bool
    busy: bool

    def differing(self, other: Conditions) -> str:
        """How these differ from others, in words."""
        parts = [
            f"ran {ROADS.get(self.road, f'under {self.road}')}" if self.road != other.road else "",
            "on another machine" if self.machine != other.machine else "",
            "beside another run" if self.beside and not other.beside else "",
            "resumed from an earlier run" if self.resumed and not other.resumed else "",
            "on a busy machine" if self.busy and not other.busy else "",
            "alone" if (other.beside or other.busy) and not (self.beside or self.busy) else "",
        ]
        return ", ".join(filter(None, parts)) or "in one go"

    @property
    def words(self) -> str:
        """What is unusual about them; empty for a run alone on an idle machine."""
        parts = ("beside another run", self.beside), ("resumed", self.resumed), ("on a busy machine", self.busy)
        return ", ".join(words for words, holds in parts if holds)


def conditions(record: RunRecord, every: Iterable[RunRecord]) -> Conditions:
    """Of one run.

    Args:
      record: The run.
      every: All runs at hand, of which some may have gone on at the same time.
    """
    others = record.metadata.get(OTHERS_CPU)
    return Conditions(
        road=record.provenance.runner if record.provenance else "",
        machine=tuple(str(record.metadata.get(fact)) for fact in MACHINE),
        beside=any(_overlap(record, other) for other in every if other.key != record.key),
        resumed=record.resumed,
        busy=isinstance(others, int | float) and others > BUSY,
    )


def timed_otherwise(a: RunRecord, b: RunRecord) -> str:
    """How the times of `b` were taken otherwise than those of `a`; empty where both were taken alike."""
    first, second = (conditions(record, (a, b)) for record in (a, b))
    return second.differing(first) if first != second else ""


def withheld(runs: Sequence[RunRecord], every: Iterable[RunRecord]) -> list[str]:
    """For each run why its times do not stand beside the others; empty where they do: most were taken alike."""
    known = list(every)
    found = [conditions(run, known) for run in runs]
    if not found:
        return []
    counted = Counter(found)
    usual = max(counted, key=lambda one: (counted[one], not one.words, -found.index(one)))
    return ["" if one == usual else one.differing(usual) for one in found]


def _overlap(one: RunRecord, other: RunRecord) -> bool:
    """Whether they shared more than a second, the grain of the logs' clocks."""
    spans = [[_moment(text) for text in (run.started, run.ended)] for run in (one, other)]
    (start, end), (other_start, other_end) = spans
    if start is None or end is None or other_start is None or other_end is None:
        return False
    return (min(end, other_end) - max(start, other_start)).total_seconds() > 1


def _moment(text: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo else None
