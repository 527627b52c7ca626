"""Our readers of logs against inspect's own frames: the reason why boards and comparisons do not go over `samples_df`.

    python -m tests.bench.frames_speed [--json PATH] [--samples 1000] [--logs 30]

One run of `gold` is logged in both formats; samples are read from one log, headers from copies of it.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

from inspect_ai.analysis import evals_df, samples_df
from inspect_ai.log import read_eval_log, write_eval_log
from pydantic import BaseModel
from rich.console import Console
from rich.table import Table

from glassbox.harness.engine.run import run as run_directly
from glassbox.harness.records.frames import load_logs, samples_frame
from glassbox.harness.records.logged import forget
from glassbox.harness.records.runs import runs_frame
from glassbox.solvers.gold import gold
from glassbox.tasks.ir_arith import ir_arith
from tests.bench.record import Median, Record, arguments, interleaved, paired_ratio

REPEATS = 7


class Reading(BaseModel):
    """One thing that is read; times in ms."""

    what: str
    ours: Median
    inspect: Median
    ratio: Median


class FramesRecord(Record):
    """One run of this benchmark."""

    benchmark: str = "frames_speed"
    samples: int
    logs: int
    readings: list[Reading]


def measure(samples: int, logs: int) -> list[Reading]:
    """Read the same logs both ways."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        plain = run_directly(
            ir_arith(n=samples),
            gold(),
            model="open/arith",
            task_args={"n": samples},
            solver_args={},
            log_dir=folder / "one",
        )
        zipped = folder / "one" / "zipped.eval"
        write_eval_log(read_eval_log(str(plain)), str(zipped))
        many = folder / "many"
        many.mkdir()
        for number in range(logs):
            shutil.copy(zipped, many / f"{number}.eval")
        return [
            reading(f"headers of {logs} logs", lambda: load_logs(many), lambda: evals_df(str(many), quiet=True)),
            reading("the same, runs_frame over it", lambda: load_logs(many), lambda: runs_frame(many)),
            reading(
                "scores, zipped log",
                lambda: samples_frame(zipped, attempts=False),
                lambda: samples_df(str(zipped), quiet=True),
            ),
            reading(
                "whole samples, zipped log",
                lambda: samples_frame(zipped),
                lambda: samples_df(str(zipped), quiet=True, full=True),
            ),
            reading(
                "whole samples, JSON log",
                lambda: samples_frame(plain),
                lambda: samples_df(str(plain), quiet=True, full=True),
            ),
        ]


def reading(what: str, ours: Callable[[], object], theirs: Callable[[], object]) -> Reading:
    """Both, in turn, each from the file: what `logged` keeps of the last log is forgotten first."""

    def fresh(read: Callable[[], object]) -> object:
        forget()
        return read()

    times = interleaved({"ours": lambda _: fresh(ours), "inspect": lambda _: fresh(theirs)}, REPEATS, 1)
    ratio = paired_ratio(times["inspect"], times["ours"])
    return Reading(what=what, ours=Median.of(times["ours"]), inspect=Median.of(times["inspect"]), ratio=ratio)


def main() -> None:
    """Measure, print, and keep the record."""
    parser = arguments("Our readers of logs against inspect's own frames.")
    parser.add_argument("--samples", type=int, default=1000, help="samples of the log")
    parser.add_argument("--logs", type=int, default=30, help="logs whose headers are read")
    options = parser.parse_args()
    readings = measure(options.samples, options.logs)
    table = Table("read", "ours, ms", "inspect, ms", "ratio", title="medians of 7 with 95 % bootstrap intervals")
    for one in readings:
        table.add_row(one.what, str(one.ours), str(one.inspect), str(one.ratio))
    Console().print(table)
    FramesRecord(samples=options.samples, logs=options.logs, readings=readings).write(options.json)


if __name__ == "__main__":
    main()
