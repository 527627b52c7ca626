"""Soft-prompt search: pairs a minute beside a plain batched loop, the seed's loop and Kuratov's, and the floor below.

    python -m tests.bench.dcm_speed --model DIR --squad FILE [--json PATH] [--pairs 24] [--singles 2]

All loops have the same model, pairs, K and success criterion (greedy exact, stop token included), in one process, one
after another; both wall and processor time are taken, since a shared machine disturbs the first. The plain loop stands
below in full: Adam 0.1, betas 0.9/0.9, all pairs at once, a check at every step, no refill. The floor is the products
of the steps taken (forward, and backward to the inputs) over the rate of one such product, measured here.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import torch
from pydantic import BaseModel
from rich.console import Console
from rich.table import Table
from torch.nn.functional import cross_entropy

from harness.data.readers.pairs import read_pairs
from harness.dcm.decode import greedy
from harness.dcm.frozen import Frozen
from harness.dcm.judge import target_ids
from harness.dcm.memory import room_for
from harness.dcm.pair import Pair
from harness.dcm.rows import Row
from harness.dcm.search import Job, Search
from harness.dcm.settings import PRESETS, Optimiser, Settings
from harness.dcm.starts import begin, mode_vectors
from harness.dcm.stop import stop_token
from harness.lm.load import open_model
from tests.bench.record import Record, arguments

K = 32
LONGEST = 64
Targets = tuple[tuple[int, ...], tuple[int, ...]]


class LoopFigures(BaseModel):
    """One loop over its pairs."""

    loop: str
    pairs: int
    solved: int
    wall_s: float
    cpu_s: float
    steps: int
    positions: int

    @property
    def cpu_per_solved(self) -> float:
        """Processor seconds a solved pair."""
        return self.cpu_s / self.solved if self.solved else float("inf")


class DcmRecord(Record):
    """One run of this benchmark."""

    benchmark: str = "dcm_speed"
    model: str
    k: int = K
    threads: int
    loops: list[LoopFigures]
    matrix_gflops: float
    floor_s: float
    over_floor: float


Loop = Callable[[Frozen, Sequence[Pair], Sequence[Targets], int], tuple[int, int, int]]
"""Solves the pairs; gives how many, and the steps and positions it took."""


def searched(frozen: Frozen, pairs: Sequence[Pair], targets: Sequence[Targets], stop: int) -> tuple[int, int, int]:
    """The project's own search, with its defaults and one restart."""
    settings = Settings(k=K, restarts=1)
    search = Search(frozen, settings, room_for(frozen, K), 2)

    def job(pair: Pair, rows: Targets) -> Job:
        made = tuple(Row(mode, ids, float(len(ids))) for mode, ids in enumerate(rows))
        return Job(pair.id, 0, made, lambda: begin(frozen, settings, pair, 0, {}))

    ends = list(search.ends(iter([job(pair, rows) for pair, rows in zip(pairs, targets, strict=True)])))
    by_key = {end.job.key: end.vectors for end in ends}
    vectors = torch.stack([by_key[pair.id] for pair in pairs])
    return decoded(frozen, vectors[:, :2], vectors[:, 2:], targets, stop), search.steps, search.positions


def looped(optimiser: Optimiser, check: int, steps: int, restarts: int = 1) -> Loop:
    """A plain loop: everything in one rectangle, until all decode exactly or the steps are spent."""

    def loop(frozen: Frozen, pairs: Sequence[Pair], targets: Sequence[Targets], stop: int) -> tuple[int, int, int]:
        taken = positions = 0
        for restart in range(restarts):
            solved, more, read = _plain(frozen, pairs, targets, stop, optimiser, (check, steps, restart))
            taken, positions = taken + more, positions + read
            if solved == len(pairs):
                break
        return solved, taken, positions

    return loop


def _plain(
    frozen: Frozen,
    pairs: Sequence[Pair],
    targets: Sequence[Targets],
    stop: int,
    optimiser: Optimiser,
    given: tuple[int, int, int],
) -> tuple[int, int, int]:
    check, steps, restart = given
    rows = [ids for both in targets for ids in both]
    width = max(map(len, rows))
    ids, labels = torch.zeros(len(rows), width, dtype=torch.long), torch.full((len(rows), width), -100)
    for at, row in enumerate(rows):
        ids[at, : len(row)] = labels[at, : len(row)] = torch.tensor(row)
    settings = Settings(k=K)
    embedded, modes = frozen.table[ids], mode_vectors(frozen, settings)
    start = torch.stack([begin(frozen, settings, pair, restart, {})[2:] for pair in pairs])
    content = torch.nn.Parameter(start)
    kind = torch.optim.AdamW if optimiser.decay else torch.optim.Adam
    step_with = kind([content], lr=optimiser.lr, betas=(optimiser.beta1, optimiser.beta2), weight_decay=optimiser.decay)
    met = torch.zeros(len(pairs), dtype=torch.bool)
    best = start.clone()
    positions = 0
    for step in range(steps + 1):
        prefix = torch.cat([modes.repeat(len(pairs), 1).unsqueeze(1), content.repeat_interleave(2, 0)], 1)
        inputs = torch.cat([prefix, embedded], 1)
        logits = frozen.model.model(inputs_embeds=inputs, use_cache=False).logits[:, K:-1]
        positions += inputs.shape[0] * inputs.shape[1]
        losses = cross_entropy(logits.flatten(0, 1), labels.flatten(), reduction="none").view(labels.shape)
        if step % check == 0 or step == steps:
            right = ((logits.argmax(-1) == labels) | (labels < 0)).all(1).view(-1, 2).all(1)
            best[right & ~met] = content.detach()[right & ~met]
            met |= right
            if met.all():
                break
        step_with.zero_grad()
        (losses.sum(1) / (labels >= 0).sum(1)).sum().backward()  # type: ignore[no-untyped-call]
        step_with.step()
    return decoded(frozen, modes.expand(len(pairs), 2, -1), best, targets, stop), step, positions


def decoded(frozen: Frozen, modes: torch.Tensor, content: torch.Tensor, targets: Sequence[Targets], stop: int) -> int:
    """How many pairs greedy decoding writes, both targets to the stop token."""
    prefixes = torch.cat([modes.flatten(0, 1).unsqueeze(1), content.repeat_interleave(2, 0)], 1)
    wanted = [ids for both in targets for ids in both]
    written = greedy(frozen, prefixes, [len(ids) + 1 for ids in wanted], stop)
    right = [one == other for one, other in zip(written, wanted, strict=True)]
    return sum(question and answer for question, answer in zip(right[::2], right[1::2], strict=True))


def timed(
    name: str, loop: Loop, frozen: Frozen, pairs: Sequence[Pair], targets: Sequence[Targets], stop: int
) -> LoopFigures:
    """Run a loop under both clocks; decoding is part of it."""
    wall, cpu = time.perf_counter(), time.process_time()
    solved, steps, positions = loop(frozen, pairs, targets, stop)
    return LoopFigures(
        loop=name,
        pairs=len(pairs),
        solved=solved,
        wall_s=time.perf_counter() - wall,
        cpu_s=time.process_time() - cpu,
        steps=steps,
        positions=positions,
    )


def serially(loop: Loop) -> Loop:
    """The same loop, pair by pair."""

    def each(frozen: Frozen, pairs: Sequence[Pair], targets: Sequence[Targets], stop: int) -> tuple[int, int, int]:
        done = [loop(frozen, [pair], [both], stop) for pair, both in zip(pairs, targets, strict=True)]
        return sum(one[0] for one in done), sum(one[1] for one in done), sum(one[2] for one in done)

    return each


def matrix_rate(hidden: int, inner: int) -> float:
    """Floating-point operations a processor second in one product of the model's own shape."""
    rows, weights = torch.randn(1024, hidden), torch.randn(hidden, inner)
    for _ in range(20):
        rows @ weights
    began = time.process_time()
    for _ in range(300):
        rows @ weights
    return 300 * 2 * 1024 * hidden * inner / (time.process_time() - began)


def read(path: Path, frozen: Frozen, stop: int, count: int) -> tuple[list[Pair], list[Targets]]:
    """The first pairs of a shuffled file whose targets have at most LONGEST tokens."""
    drawn = list({pair.id: pair for pair in read_pairs("squad", path).pairs}.values())
    random.Random(0).shuffle(drawn)
    both = [(target_ids(frozen, pair.question, stop), target_ids(frozen, pair.answer, stop)) for pair in drawn]
    fitting = [at for at, ids in enumerate(both) if max(map(len, ids)) <= LONGEST][:count]
    return [drawn[at] for at in fitting], [both[at] for at in fitting]


def main() -> None:
    """Measure, print the table and, when asked, write the record."""
    parser = arguments("Soft-prompt search beside plain loops, with the floor.")
    parser.add_argument("--model", required=True, help="short name, hub name or folder")
    parser.add_argument("--squad", type=Path, required=True, help="a SQuAD JSON file")
    parser.add_argument("--pairs", type=int, default=24)
    parser.add_argument("--singles", type=int, default=2, help="pairs for the loops at batch 1; 0 leaves them out")
    options = parser.parse_args()
    frozen = Frozen(open_model(options.model, device="cpu", dtype="float32"))
    stop = stop_token(frozen)
    pairs, targets = read(options.squad, frozen, stop, options.pairs)
    few = slice(options.singles)
    plain = looped(PRESETS["plain"], check=1, steps=600)
    loops = [
        timed("search", searched, frozen, pairs, targets, stop),
        timed("plain batched loop", plain, frozen, pairs, targets, stop),
        timed("search again", searched, frozen, pairs, targets, stop),
    ]
    if options.singles:
        seed, kuratov = looped(PRESETS["seed"], 250, 500, 5), looped(PRESETS["kuratov"], 1, 5000)
        singles: dict[str, Loop] = {"plain": plain, "Kuratov's": kuratov, "the seed's": seed}
        loops += [
            timed(f"{name} loop, one by one", serially(loop), frozen, pairs[few], targets[few], stop)
            for name, loop in singles.items()
        ]
    rate = matrix_rate(frozen.hidden, int(frozen.model.model.config.intermediate_size))
    weights = sum(weight.numel() for weight in frozen.model.model.parameters())
    ours = min(loops[0], loops[2], key=lambda one: one.cpu_s)
    # Forward and backward to the inputs: two products of each weight, two operations each.
    floor = 4 * weights * ours.positions / rate
    record = DcmRecord(
        model=Path(options.model).name,
        threads=torch.get_num_threads(),
        loops=loops,
        matrix_gflops=rate / 1e9,
        floor_s=floor,
        over_floor=ours.cpu_s / floor,
    )
    Console().print(table(record, ours))
    record.write(options.json)


def table(record: DcmRecord, ours: LoopFigures) -> Table:
    """The figures for a person."""
    shown = Table(
        title=f"{record.model}, K = {record.k}; floor {record.floor_s:.2f} s of products at {record.matrix_gflops:.0f} "
        f"GFLOP/s, search at {record.over_floor:.1f} times it"
    )
    for column in ("loop", "solved", "steps", "wall, s", "processor, s", "processor s a pair", "search is faster by"):
        shown.add_column(column, justify="left" if column == "loop" else "right")
    for one in record.loops:
        ratio = one.cpu_per_solved / ours.cpu_per_solved
        shown.add_row(
            one.loop,
            f"{one.solved}/{one.pairs}",
            str(one.steps),
            f"{one.wall_s:.1f}",
            f"{one.cpu_s:.1f}",
            f"{one.cpu_per_solved:.2f}",
            "none solved" if not one.solved else f"{ratio:.1f}",
        )
    return shown


if __name__ == "__main__":
    main()
