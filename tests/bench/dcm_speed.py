"""Soft-prompt search: pairs a minute beside a plain batched loop, the seed's loop and Kuratov's, and the floor below.

    python -m tests.bench.dcm_speed [--model DIR] [--squad FILE] [--json PATH] [--pairs 24] [--rounds 5]
                                    [--some 6 3] [--few 2 2]

All loops have the same model, pairs, K and success criterion (greedy exact, stop token included), in one process, in
rounds whose order turns round; a ratio is paired within its round. The interval is Student's on the logarithms of the
rounds' ratios. Processor time is what is compared, since a shared machine disturbs the wall clock, which stands beside.
A loop that solves nothing is compared by pair attempted: the search is then faster by more than that. Loops at batch 1
take the first few of the pairs, and are compared with the search over the same few, all at once.

The floor is the products of the steps taken (forward, and backward to the inputs: each weight twice) over the rate of
one such product, measured here. The pairs are the first of a shuffled SQuAD file, else the project's own.
"""

from __future__ import annotations

import random
import time
from collections.abc import Sequence
from math import exp, log, sqrt
from pathlib import Path
from statistics import fmean, stdev

import torch
from pydantic import BaseModel
from rich.console import Console
from rich.table import Table
from scipy.stats import t as student

from glassbox.harness.data.pair import Pair
from glassbox.harness.data.readers.pairs import drawn as drawn_of
from glassbox.harness.data.readers.pairs import read_pairs
from glassbox.harness.dcm.frozen import Frozen
from glassbox.harness.dcm.judge import target_ids
from glassbox.harness.dcm.settings import PRESETS
from glassbox.harness.dcm.stop import stop_token
from glassbox.harness.lm.load import open_model
from glassbox.tasks.prompting.passages import passage_pairs
from tests.bench.dcm_loops import K, Loop, OneByOne, Plain, Targets, Work, searched
from tests.bench.record import Record, arguments
from tests.conftest import shared_root

LONGEST = 64
"""Tokens of a target."""

SEARCH = "search"
ALL: dict[str, Loop] = {SEARCH: searched, "plain, batched": Plain(PRESETS["plain"])}
SOME: dict[str, Loop] = {
    SEARCH: searched,
    "search, one by one": OneByOne(searched),
    "plain, one by one": OneByOne(Plain(PRESETS["plain"])),
    "Kuratov's, one by one": OneByOne(Plain(PRESETS["kuratov"])),
}
FEW: dict[str, Loop] = {
    SEARCH: searched,
    "the seed's, one by one": OneByOne(Plain(PRESETS["seed"], check=250, restarts=5, spread=0.02)),
}
"""Which loops are compared over all pairs, over some, and, since it takes so long, over a few."""


class Figures(BaseModel):
    """One loop over its pairs, once."""

    loop: str
    round: int
    pairs: int
    solved: int
    wall_s: float
    cpu_s: float
    steps: int
    positions: int

    @property
    def cpu_a_pair(self) -> float:
        """Processor seconds a solved pair; a pair attempted where none is solved."""
        return self.cpu_s / (self.solved or self.pairs)


class Ratio(BaseModel):
    """By what the search is faster than a loop; `at_least` where the loop solved nothing in some round."""

    loop: str
    faster_by: float
    low: float | None
    high: float | None
    rounds: int
    at_least: bool


class DcmRecord(Record):
    """One run of this benchmark."""

    benchmark: str = "dcm_speed"
    model: str
    data: str
    k: int = K
    threads: int
    runs: list[Figures]
    ratios: list[Ratio]
    pairs_a_minute: float
    matrix_gflops: float
    floor_s: float
    over_floor: float


def timed(name: str, number: int, loop: Loop, work: Work) -> Figures:
    """Run a loop under both clocks; decoding is part of it."""
    wall, cpu = time.perf_counter(), time.process_time()
    done = loop(work)
    return Figures(
        loop=name,
        round=number,
        pairs=len(work.pairs),
        solved=done.solved,
        wall_s=time.perf_counter() - wall,
        cpu_s=time.process_time() - cpu,
        steps=done.steps,
        positions=done.positions,
    )


def rounds(loops: dict[str, Loop], work: Work, count: int, first: int) -> list[Figures]:
    """Every loop once a round, in an order that turns round; rounds are numbered from `first`."""
    return [
        timed(name, number, loops[name], work)
        for number in range(first, first + count)
        for name in list(loops)[:: 1 if number % 2 == 0 else -1]
    ]


def ratio(name: str, runs: Sequence[Figures]) -> Ratio:
    """The search against a loop, paired by round: on the same pairs."""
    ours = {one.round: one for one in runs if one.loop == SEARCH}
    theirs = [one for one in runs if one.loop == name]
    logs = [log(one.cpu_a_pair / ours[one.round].cpu_a_pair) for one in theirs]
    half = student.ppf(0.975, len(logs) - 1) * stdev(logs) / sqrt(len(logs)) if len(logs) > 1 else None
    return Ratio(
        loop=name,
        faster_by=exp(fmean(logs)),
        low=None if half is None else exp(fmean(logs) - half),
        high=None if half is None else exp(fmean(logs) + half),
        rounds=len(logs),
        at_least=not all(one.solved for one in theirs),
    )


def matrix_rate(hidden: int, inner: int) -> float:
    """Floating-point operations a processor second in one product of the model's own shape."""
    rows, weights = torch.randn(1024, hidden), torch.randn(hidden, inner)
    for _ in range(20):
        rows @ weights
    began = time.process_time()
    for _ in range(300):
        rows @ weights
    return 300 * 2 * 1024 * hidden * inner / (time.process_time() - began)


def work_of(frozen: Frozen, squad: Path | None, count: int) -> Work:
    """The first pairs whose targets have at most LONGEST tokens."""
    stop = stop_token(frozen)
    drawn = passage_pairs(count, 0) if squad is None else drawn_of(read_pairs("squad", squad).items)[0]
    if squad is not None:
        random.Random(0).shuffle(drawn)

    def tokens(pair: Pair) -> Targets:
        return target_ids(frozen, pair.question, stop), target_ids(frozen, pair.answer, stop)

    kept = [(pair, tokens(pair)) for pair in drawn]
    kept = [(pair, both) for pair, both in kept if max(map(len, both)) <= LONGEST][:count]
    return Work(frozen, tuple(pair for pair, _ in kept), tuple(both for _, both in kept), stop)


def main() -> None:
    """Measure, print the table and, when asked, write the record."""
    model, squad = shared_root() / "models/stories260K", shared_root() / "data/squad/squad-v2.0-dev-half.json"
    parser = arguments("Soft-prompt search beside plain loops, with the floor.")
    parser.add_argument("--model", default=str(model) if model.exists() else "arith", help="name or folder")
    parser.add_argument("--squad", type=Path, default=squad if squad.exists() else None, help="a SQuAD JSON file")
    parser.add_argument("--pairs", type=int, default=24)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--some", type=int, nargs=2, default=(6, 3), metavar=("PAIRS", "ROUNDS"))
    parser.add_argument("--few", type=int, nargs=2, default=(2, 2), metavar=("PAIRS", "ROUNDS"))
    options = parser.parse_args()
    frozen = Frozen(open_model(options.model, device="cpu", dtype="float32"))
    work = work_of(frozen, options.squad, options.pairs)
    searched(work.first(2))  # warm
    runs: list[Figures] = []
    for loops, (pairs, count) in ((ALL, (options.pairs, options.rounds)), (SOME, options.some), (FEW, options.few)):
        runs += rounds(loops, work.first(pairs), count, len(runs))
    record = recorded(frozen, Path(options.model).name, options.squad.name if options.squad else "passages", runs)
    Console().print(table(record))
    record.write(options.json)


def recorded(frozen: Frozen, model: str, data: str, runs: list[Figures]) -> DcmRecord:
    """The figures put together."""
    rate = matrix_rate(frozen.hidden, int(frozen.model.model.config.intermediate_size))
    # Every weight that is multiplied: the blocks', and the head's, tied to the embedding or not.
    blocks = [weight for block in frozen.model.blocks for weight in block.parameters()]
    weights = sum(weight.numel() for weight in blocks) + frozen.table.numel()
    most = max(one.pairs for one in runs)
    ours = [one for one in runs if one.loop == SEARCH and one.pairs == most]
    floor = fmean(4 * weights * one.positions / rate for one in ours)
    names = list(dict.fromkeys(one.loop for one in runs if one.loop != SEARCH))
    return DcmRecord(
        model=model,
        data=data,
        threads=torch.get_num_threads(),
        runs=runs,
        ratios=[ratio(name, runs) for name in names],
        pairs_a_minute=60 * fmean(one.solved / one.wall_s for one in ours),
        matrix_gflops=rate / 1e9,
        floor_s=floor,
        over_floor=fmean(one.cpu_s for one in ours) / floor,
    )


def table(record: DcmRecord) -> Table:
    """The figures for a person."""
    shown = Table(
        title=f"{record.model}, {record.data}, K = {record.k}: {record.pairs_a_minute:.0f} pairs a minute; floor "
        f"{record.floor_s:.2f} s of products at {record.matrix_gflops:.0f} GFLOP/s, search at {record.over_floor:.1f} x"
    )
    for column in ("loop", "solved", "steps", "wall, s", "processor, s", "processor s a pair", "search is faster by"):
        shown.add_column(column, justify="left" if column == "loop" else "right")
    ratios = {one.loop: one for one in record.ratios}
    for name, pairs in dict.fromkeys((one.loop, one.pairs) for one in record.runs):
        runs = [one for one in record.runs if (one.loop, one.pairs) == (name, pairs)]
        shown.add_row(
            name,
            f"{sum(one.solved for one in runs)}/{sum(one.pairs for one in runs)}",
            f"{fmean(one.steps for one in runs):.0f}",
            f"{fmean(one.wall_s for one in runs):.1f}",
            f"{fmean(one.cpu_s for one in runs):.1f}",
            f"{fmean(one.cpu_a_pair for one in runs):.2f}",
            _told(ratios[name]) if name in ratios else "",
        )
    return shown


def _told(found: Ratio) -> str:
    interval = "" if found.low is None or found.high is None else f" [{found.low:.1f}, {found.high:.1f}]"
    return f"{'more than ' if found.at_least else ''}{found.faster_by:.1f}{interval}"


if __name__ == "__main__":
    main()
