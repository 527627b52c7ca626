"""What the benchmarks share: paired timing, figures with intervals, and records that name their machine and commit."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from pydantic import BaseModel, Field

from glassbox.harness.records.provenance import Fact, provenance
from glassbox.harness.stats.intervals import bootstrap_quantile


class Record(BaseModel):
    """One run of a benchmark; each benchmark adds its figures."""

    benchmark: str
    command: str = Field(default_factory=lambda: _command())
    date: str = Field(default_factory=lambda: f"{datetime.now(UTC):%Y-%m-%dT%H:%MZ}")
    provenance: dict[str, Fact] = Field(default_factory=provenance)

    def write(self, path: Path | None) -> None:
        """Write the record where one is asked for."""
        if path is not None:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(self.model_dump_json(indent=2) + "\n", encoding="utf-8")


class Median(BaseModel):
    """A median with its 95 % bootstrap interval, and the 95th percentile."""

    p50: float
    low: float
    high: float
    p95: float
    n: int

    @classmethod
    def of(cls, values: Sequence[float]) -> Median:
        """The figures of one sample of values."""
        p50, p95 = np.quantile(values, (0.5, 0.95))
        interval = bootstrap_quantile(values, 0.5)
        return cls(p50=float(p50), low=interval.low, high=interval.high, p95=float(p95), n=len(values))

    def __str__(self) -> str:
        return f"{self.p50:.2f} [{self.low:.2f}, {self.high:.2f}]"


def paired_ratio(above: Sequence[float], below: Sequence[float]) -> Median:
    """Ratios of measurements taken side by side on the same item: what slows both cancels out."""
    return Median.of([a / b for a, b in zip(above, below, strict=True)])


BLOCK = 10
"""Items that a work does in a row: long enough that each runs as it would alone, short enough to share the weather."""


def interleaved(works: Mapping[str, Callable[[int], object]], items: int, warm: int) -> dict[str, list[float]]:
    """Wall time in ms of each work on each item, in blocks of items; the order of works is turned round block by block.

    Args:
      works: Called with the item's index.
      items: How many there are.
      warm: How many of the first are run once beforehand, untimed.
    """
    for item in range(min(warm, items)):
        for work in works.values():
            work(item)
    times: dict[str, list[float]] = {name: [] for name in works}
    for number, start in enumerate(range(0, items, BLOCK)):
        for name in list(works)[:: 1 if number % 2 == 0 else -1]:
            times[name] += [_timed(works[name], item) for item in range(start, min(start + BLOCK, items))]
    return times


def _timed(work: Callable[[int], object], item: int) -> float:
    start = time.perf_counter()
    work(item)
    return (time.perf_counter() - start) * 1000


def arguments(description: str) -> argparse.ArgumentParser:
    """A parser with what every benchmark takes."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--json", type=Path, help="write the record here")
    return parser


def _command() -> str:
    spec = sys.modules["__main__"].__spec__
    return " ".join(["python", "-m", spec.name if spec else sys.argv[0], *_without_path(sys.argv[1:])])


def _without_path(given: Sequence[str]) -> list[str]:
    """The arguments without `--json PATH`: where a record lies is no part of what it says."""
    kept = [argument for argument in given if not argument.startswith("--json=")]
    if "--json" in kept:
        at = kept.index("--json")
        del kept[at : at + 2]
    return kept
