"""Answers of every kind to every public test: how many verdicts, which of them pass, and whether any ends a run.

    python -m tests.redteam.fuzz [--data shared/data] [--verdicts 20000] [--seed 0]

Lying, constant, exploding and hostile answers are given in the place of each of HumanEval's and MBPP's functions. A
constant that happens to be right passes as it does in Python; `passes` are listed by test and answer, to be looked at.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from glassbox.harness.sandbox.limits import Limits
from glassbox.harness.sandbox.pool import Pool
from glassbox.tasks.code.humaneval import read_humaneval
from glassbox.tasks.code.mbpp import read_mbpp
from glassbox.tasks.code.task import CodeTask

ROOT = Path(__file__).resolve().parents[2]
DATA = Path(os.environ.get("GLASSBOX_SHARED", ROOT.parent / "shared")) / "data"
LIMITS = Limits(fuel=300_000_000, memory_bytes=128 << 20)
_BATCH = 200

LIARS = (
    "def __eq__(self, other): return True",
    "def __eq__(self, other): return True\n    __lt__ = __gt__ = __le__ = __ge__ = __ne__ = __eq__",
    "def __len__(self): return 3\n    def __iter__(self): return iter([])",
    "def __bool__(self): return True\n    def __sub__(self, other): return 0\n    __rsub__ = __sub__",
    "def __getattr__(self, name): return lambda *args: True",
    "def __iter__(self): return self\n    def __next__(self): return 1",
    "def __float__(self): return 0.0\n    def __index__(self): return 0\n    def __abs__(self): return 0",
    "def __contains__(self, item): return True\n    def __getitem__(self, key): return self",
    "def __class_getitem__(cls, key): return cls\n    def __call__(self, *args): return self",
    "__class__ = property(lambda self: list)",
)
"""Bodies of classes whose instances say yes to what they are asked."""

ANSWERS = (
    *("None", "True", "False", "0", "1", "-1", "2", "3", "''", "'a'", "[]", "()", "{}", "set()", "0.0", "[1]", "(1,)"),
    *(
        "[[]]",
        "float('nan')",
        "float('inf')",
        "1j",
        "b''",
        "lambda *args: 1",
        "type",
        "object()",
        "...",
        "NotImplemented",
    ),
    *(
        "range(3)",
        "iter(())",
        "(n for n in range(3))",
        "map(str, [1])",
        "10**5000",
        "'x' * 10**6",
        "[0] * 10**6",
        "10**10",
    ),
    *(
        "__import__('decimal').Decimal('sNaN')",
        "__import__('collections').deque([1], 2)",
        "{}.keys()",
        "bytearray(b'a')",
    ),
    *("[[[[[[[]]]]]]]", "__import__('collections').OrderedDict(a=1)", "'\\ud800'", "args", "named", "args and args[0]"),
)
"""Expressions that are returned whatever was asked."""

EXPLODING = (
    *("1 / 0", "[][0]", "{}['x']", "f()", "undefined", "exit()", "quit()", "assert_()", "int('x')", "next(iter(()))"),
    *(
        "__import__('os')._exit(0)",
        "__import__('numpy')",
        "eval('(' * 300)",
        "(yield)",
        "open('x')",
        "input()",
        "10**10**8",
    ),
    *("__import__('sys').exit(1)", "__import__('os').abort()", "bytes(10**9)", "[0] * 10**10", "globals().clear()"),
)
"""Expressions that do not come to an end, or not to a good one."""

RAISED = (
    *("AssertionError", "NameError('x')", "SyntaxError('x')", "ImportError('x')", "StopIteration", "SystemExit(0)"),
    *(
        "KeyboardInterrupt",
        "GeneratorExit",
        "MemoryError",
        "RecursionError",
        "UnicodeDecodeError('a', b'b', 1, 2, 'c')",
    ),
    *("KeyError(float('nan'))", "OSError(2**70, 'x')", "ExceptionGroup('x', [ValueError()])", "Exception(*range(99))"),
)

STATEMENTS = ("while True: pass", "import time; time.sleep(1e9)", "return f(*args, **named)", "del globals()['f']")


@dataclass(frozen=True, slots=True)
class Answer:
    """A program in the place of a solution, and a word for it."""

    name: str
    code: str


def answers(entry_point: str) -> Iterator[Answer]:
    """Every kind of answer, as a program that defines `entry_point`."""

    def defined(body: str, before: str = "") -> str:
        return f"{before}def {entry_point}(*args, **named):\n    {body}\n"

    for body in LIARS:
        yield Answer(body, defined("return Liar()", f"class Liar:\n    {body}\n"))
    for expression in (*ANSWERS, *EXPLODING):
        yield Answer(expression, defined(f"return {expression}"))
    for raised in RAISED:
        yield Answer(f"raise {raised}", defined(f"raise {raised}"))
    for statement in STATEMENTS:
        yield Answer(statement, defined(statement))
    yield Answer(
        "a class",
        f"class {entry_point}:\n    def __init__(self, *args): pass\n    def __eq__(self, other): return True\n",
    )
    yield Answer("nothing", "")
    yield Answer("no Python", f"def {entry_point}(:")
    yield Answer("a constant", f"{entry_point} = 3\n")


def tasks(data: Path) -> list[CodeTask]:
    """The public tests."""
    humaneval = read_humaneval(data / "humaneval" / "HumanEval.jsonl.gz").items
    return [*humaneval, *read_mbpp(data / "mbpp" / "mbpp.jsonl", split="all").items]


@dataclass
class Fuzzed:
    """What came of it."""

    verdicts: int = 0
    outcomes: Counter[str] | None = None
    passes: list[tuple[str, str]] | None = None
    ended: list[str] | None = None


async def fuzzed(asked: list[tuple[CodeTask, Answer]]) -> Fuzzed:
    """Judge them all; an exception is what would end an evaluation."""
    outcomes, passes, ended = Counter[str](), [], []
    async with Pool(limits=LIMITS) as pool:

        async def one(task: CodeTask, answer: Answer) -> None:
            try:
                verdict = await pool.judge_asserts(
                    answer.code,
                    task.tests,
                    prelude=task.prelude,
                    entry_point=task.entry_point,
                    reference=task.reference,
                    every_case=False,
                )
            except Exception as error:
                ended.append(f"{task.name}: {answer.name}: {error!r}")
                return
            outcomes[verdict.outcome.value] += 1
            if verdict.passed:
                passes.append((task.name, answer.name))
            if verdict.outcome.value == "infra":
                ended.append(f"{task.name}: {answer.name}: {verdict.cases[0].detail}")

        for start in range(0, len(asked), _BATCH):
            await asyncio.gather(*[one(*each) for each in asked[start : start + _BATCH]])
    return Fuzzed(sum(outcomes.values()), outcomes, passes, ended)


def main() -> None:
    """Judge and print."""
    parser = argparse.ArgumentParser(prog="python -m tests.redteam.fuzz", description=__doc__)
    parser.add_argument("--data", type=Path, default=DATA)
    parser.add_argument("--verdicts", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    asked = [(task, answer) for task in tasks(given.data) for answer in answers(task.entry_point)]
    random.Random(given.seed).shuffle(asked)
    found = asyncio.run(fuzzed(asked[: given.verdicts]))
    print(json.dumps({"verdicts": found.verdicts, "outcomes": found.outcomes, "ended": found.ended}, indent=1))
    print(f"{len(found.passes or [])} passes:")
    for task, answer in sorted(found.passes or []):
        print(f"  {task}: {answer!r}")


if __name__ == "__main__":
    main()
