"""`glassbox suites`: how good our code suites are: references, empty and known wrong programs, mutants.

glassbox suites phase3 phase3_plus --mutants
glassbox suites --mutants --format markdown --output docs/suites
glassbox suites my_tasks.jsonl --mutants
"""

from __future__ import annotations

import argparse
import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from glassbox.harness.records.export import RECORDS, add_format, exported, json_text
from glassbox.harness.records.files import write_atomically

if TYPE_CHECKING:
    from glassbox.harness.cli.progress import Tick
    from glassbox.tasks.code.quality import Quality
    from glassbox.tasks.code.task import CodeTask

HELP = "measure the code suites: references, wrong programs, mutants killed"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Which suites, with mutants or without, and where the figures go."""
    parser.add_argument(
        "names", nargs="*", metavar="NAME", help="suite, or a .jsonl file of tasks (default: all of ours)"
    )
    parser.add_argument(
        "--mutants", action="store_true", help="also run mutants of the references; minutes, not seconds"
    )
    add_format(parser, "markdown")
    parser.add_argument("--output", type=Path, metavar="FOLDER", help="also write NAME.json for each, and suites.md")


def run(args: argparse.Namespace) -> int:
    """Measure, print, write; 1 where a suite is not sound."""
    from glassbox.harness.cli.progress import progress

    suites = [(_title(name), _tasks(name)) for name in _names(args.names)]
    with progress() as tick:
        measured = asyncio.run(_measure(suites, args.mutants, tick))
    _show(measured, args.format)
    if args.output is not None:
        write(measured, args.output)
    return 0 if all(quality.sound for quality in measured) else 1


def write(measured: Sequence[Quality], folder: Path) -> None:
    """One JSON file for each suite with its provenance, and the table of all of them."""
    from glassbox.harness.records.provenance import provenance
    from glassbox.tasks.code.quality_text import as_markdown, records

    folder.mkdir(parents=True, exist_ok=True)
    facts = provenance("cpu")
    for quality in measured:
        write_atomically(folder / f"{quality.suite}.json", json_text("suites", records([quality]), provenance=facts))
    write_atomically(folder / "suites.md", as_markdown(measured))


async def _measure(suites: Sequence[tuple[str, Sequence[CodeTask]]], mutate: bool, tick: Tick) -> list[Quality]:
    from glassbox.harness.sandbox.pool import Pool
    from glassbox.tasks.code.quality import LIMITS, measure

    async with Pool(limits=LIMITS) as pool:
        return [await measure(name, tasks, pool, mutate=mutate, tick=_named(tick, name)) for name, tasks in suites]


def _names(given: Sequence[str]) -> Sequence[str]:
    from glassbox.tasks.code.suite import SUITES

    return tuple(dict.fromkeys(given)) or SUITES


def _tasks(name: str) -> tuple[CodeTask, ...]:
    from glassbox.harness.data.readers.source import SourceError
    from glassbox.tasks.code.suite import SUITES, load_suite, read_suite

    for suite in SUITES:
        if name == suite:
            return load_suite(suite)
    if Path(name).exists() or name.removesuffix(".gz").endswith((".jsonl", ".json")):
        return read_suite(Path(name)).items
    raise SourceError(f"suite {name!r} is unknown; one of {', '.join(SUITES)}, or a file of tasks")


def _title(name: str) -> str:
    """What a suite is called in tables and file names."""
    return Path(name).name.partition(".")[0]


def _named(tick: Tick, suite: str) -> Tick:
    """A tick of one suite's stages."""
    return lambda stage, done, total: tick(f"{suite}: {stage}", done, total)


def _show(measured: Sequence[Quality], form: str) -> None:
    from glassbox.harness.cli.terminal import show
    from glassbox.harness.tables.render import rich_tables
    from glassbox.tasks.code.quality_text import as_markdown, records, table

    if form in RECORDS:
        print(exported("suites", records(measured), form), end="")
    elif form == "markdown":
        print(as_markdown(measured), end="")
    else:
        show(rich_tables([table(measured)]))
