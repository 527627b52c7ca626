"""The same verdicts on 20 repeats of every attack, with every core kept busy by something else.

    python -m tests.bench.redteam_under_load [--json PATH] [--repeats 20] [--workers N]

Two spinning processes a core run throughout. A verdict is the outcome of the program and of each of its cases; beside
it the fuel is compared, which must be the same to the last operation where nothing random is involved.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence

from pydantic import BaseModel
from rich.console import Console
from rich.table import Table

from glassbox.harness.outcome import Outcome
from glassbox.harness.sandbox.case import Verdict
from glassbox.harness.sandbox.pool import Pool
from tests.bench.record import Record, arguments
from tests.redteam.attack import HONEST, Attack
from tests.redteam.busy import busy_cores
from tests.redteam.roster import ATTACKS, LIMITS


class Unstable(BaseModel):
    """An attack whose verdict was not always the same, or not the expected one."""

    name: str
    expected: str
    seen: list[str]


class LoadRecord(Record):
    """One run of this benchmark."""

    benchmark: str = "redteam_under_load"
    attacks: int
    honest: int
    repeats: int
    busy_processes: int
    verdicts: int
    wrong_passes: int
    unstable: list[Unstable]
    same_fuel: int
    seconds: float


def summary(verdict: Verdict) -> str:
    """The outcome of the program, then of each case."""
    return f"{verdict.outcome} ({', '.join(str(case.outcome) for case in verdict.cases)})"


async def repeats_of(pool: Pool, attack: Attack, repeats: int) -> list[Verdict]:
    """The same attack as often as asked, as many at a time as the pool takes."""
    return list(
        await asyncio.gather(*(pool.judge(attack.code, attack.entry_point, attack.cases) for _ in range(repeats)))
    )


async def honest_passes(pool: Pool, repeats: int) -> int:
    """How often the honest programs pass."""
    work = [pool.judge(task.honest, task.entry_point, task.cases) for task in HONEST for _ in range(repeats)]
    return sum(verdict.passed for verdict in await asyncio.gather(*work))


def unstable(attack: Attack, verdicts: Sequence[Verdict]) -> Unstable | None:
    """What is to be said of an attack whose verdicts differ, from each other or from what is expected."""
    seen = sorted({summary(verdict) for verdict in verdicts})
    if len(seen) == 1 and attack.ends_as_it_must(verdicts[0].outcome):
        return None
    return Unstable(name=attack.name, expected=str(attack.expected), seen=seen)


async def measure(repeats: int, workers: int | None) -> LoadRecord:
    """Run everything under load."""
    start = time.perf_counter()
    found: list[Unstable] = []
    passes = same_fuel = verdicts = 0
    with busy_cores() as busy:
        async with Pool(workers=workers, limits=LIMITS) as pool:
            honest = await honest_passes(pool, repeats)
            for attack in ATTACKS:
                judged = await repeats_of(pool, attack, repeats)
                verdicts += len(judged)
                passes += sum(verdict.outcome is Outcome.PASS for verdict in judged)
                same_fuel += len({verdict.fuel for verdict in judged}) == 1
                odd = unstable(attack, judged)
                found += [odd] if odd else []
    return LoadRecord(
        attacks=len(ATTACKS),
        honest=honest,
        repeats=repeats,
        busy_processes=busy,
        verdicts=verdicts,
        wrong_passes=passes,
        unstable=found,
        same_fuel=same_fuel,
        seconds=time.perf_counter() - start,
    )


def show(record: LoadRecord) -> None:
    """The figures as a table."""
    table = Table(title="Verdicts under load")
    for name in ("figure", "value"):
        table.add_column(name)
    table.add_row("attacks x repeats", f"{record.attacks} x {record.repeats}")
    table.add_row("busy processes beside it", str(record.busy_processes))
    table.add_row("wrong passes", str(record.wrong_passes))
    table.add_row("attacks with another or changing verdict", str(len(record.unstable)))
    table.add_row("attacks with the same fuel every time", f"{record.same_fuel} of {record.attacks}")
    table.add_row("honest programs that pass", f"{record.honest} of {len(HONEST) * record.repeats}")
    table.add_row("seconds", f"{record.seconds:.0f}")
    console = Console()
    console.print(table)
    for odd in record.unstable:
        console.print(f"{odd.name}: expected {odd.expected}, seen {odd.seen}", markup=False)


def main() -> None:
    """Measure, print, record; fails on a wrong pass or on a verdict that changes."""
    parser = arguments("Repeat every attack while every core is busy.")
    parser.add_argument("--repeats", type=int, default=20)
    parser.add_argument("--workers", type=int, default=None, help="judges at a time (default: one a core)")
    options = parser.parse_args()
    record = asyncio.run(measure(options.repeats, options.workers))
    show(record)
    record.write(options.json)
    if record.wrong_passes or record.unstable or record.honest != len(HONEST) * options.repeats:
        raise SystemExit("a verdict was wrong or changed; see above")


if __name__ == "__main__":
    main()
