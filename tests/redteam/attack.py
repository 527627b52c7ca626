"""What an attack is: a program that does not solve its task and tries to be counted, or to hurt whoever runs it.

Every attack names the honest task it pretends to solve. The honest program must pass with the very same cases, so that
no attack can be refused for a reason that would refuse everybody.
"""

from __future__ import annotations

from dataclasses import dataclass
from textwrap import dedent

from glassbox.harness.outcome import Outcome
from glassbox.harness.sandbox.case import Case

Ends = Outcome | frozenset[Outcome]
"""The one outcome that an attack must have, or those it may have."""

NEVER_PASSES: frozenset[Outcome] = frozenset(Outcome) - {Outcome.PASS, Outcome.INFRA}
"""For an attack that reads memory it does not own: what lies there differs from one build of the component to another.
It never passes, and the host is unharmed."""


@dataclass(frozen=True, slots=True)
class Task:
    """An honest task: what the attacks on it are asked for.

    Attributes:
      entry_point: The function that a program must define.
      honest: A program that is right.
      cases: How it is judged by values.
      tests: How it is judged by a data set's own test code; the cases as assert statements where there is none.
      prelude: Code of the data set that those tests need.
    """

    entry_point: str
    honest: str
    cases: tuple[Case, ...]
    tests: tuple[str, ...] = ()
    prelude: str = ""

    def asserts(self) -> tuple[str, ...]:
        """The test code for the judge that runs it."""
        return self.tests or tuple(
            f"assert {self.entry_point}({', '.join(map(repr, case.args))}) == {case.expected!r}"
            for case in self.cases
            if case.raises is None
        )


@dataclass(frozen=True, slots=True)
class Attack:
    """One adversarial program and how it must end.

    Attributes:
      theme: The module that lists it.
      name: Unique over all themes.
      task: What it pretends to solve.
      expected: Its outcome, exactly; NEVER_PASSES where no one outcome can be asked for.
      why: What it tries, and why the outcome is this one.
      text: The program, indented as it stands in its module.
      asserted: Its outcome when the task is judged by assert statements; None where `==` cannot tell (bool and int,
        mutated arguments) or where the attack is on the exact comparison itself.
    """

    theme: str
    name: str
    task: Task
    expected: Ends
    why: str
    text: str
    asserted: Ends | None = None

    def ends_as_it_must(self, outcome: Outcome, asserts: bool = False) -> bool:
        """Whether an outcome is one that it must have, judged by its cases or by asserts."""
        wanted = self.asserted if asserts else self.expected
        return outcome in wanted if isinstance(wanted, frozenset) else outcome is wanted

    @property
    def code(self) -> str:
        """The program as the judge gets it."""
        return dedent(self.text).lstrip("\n")

    @property
    def entry_point(self) -> str:
        """The function that the judge calls."""
        return self.task.entry_point

    @property
    def cases(self) -> tuple[Case, ...]:
        """The inputs and the values that must never be seen by the program."""
        return self.task.cases


TOTAL = Task(
    "total",
    "def total(numbers):\n    return sum(numbers)\n",
    (Case(([17, 4, 20],), 41), Case(([],), 0), Case(([5, -7],), -2)),
)
SHOUT = Task(
    "shout",
    "def shout(text):\n    return text.upper() + '!'\n",
    (Case(("glass box",), "GLASS BOX!"), Case(("",), "!")),
)
HALF = Task("half", "def half(number):\n    return number / 2\n", (Case((7,), 3.5), Case((0,), 0.0)))
IS_ODD = Task("is_odd", "def is_odd(number):\n    return number % 2 == 1\n", (Case((7,), True), Case((8,), False)))
RANGE = Task(
    "span",
    "def span(numbers):\n    return (min(numbers), max(numbers))\n",
    (Case(([17, 4, 20],), (4, 20)), Case(([3],), (3, 3))),
)
COUNTS = Task(
    "counts",
    "def counts(text):\n    return {letter: text.count(letter) for letter in text}\n",
    (Case(("noon",), {"n": 2, "o": 2}), Case(("",), {})),
)
ORDERED = Task(
    "ordered",
    "def ordered(numbers):\n    return sorted(numbers)\n",
    (Case(([17, 4, 20],), [4, 17, 20]), Case(([9, 8, 7],), [7, 8, 9])),
)
FIRST = Task(
    "first",
    "def first(items):\n    return items[0] if items else None\n",
    (Case(([7, 8],), 7), Case(([],), None)),
)
REFUSE = Task(
    "refuse",
    "def refuse(number):\n    raise ValueError('no')\n",
    (Case((1,), raises="ValueError"), Case((2,), raises="ValueError")),
    ("try:\n    refuse(1)\nexcept ValueError:\n    pass\nelse:\n    raise AssertionError('nothing was raised')",),
)
UNIQUE = Task(
    "unique",
    "def unique(items):\n    return list(dict.fromkeys(items))\n",
    (Case(([3, 1, 3],), [3, 1]), Case(([],), [])),
    (
        "assert set(unique([3, 1, 3])) == {1, 3}",
        "assert sorted(unique([2, 2, 1])) == [1, 2]",
        "assert len(unique([])) == 0 and all(item in (5, 6) for item in unique([5, 6]))",
        "assert isinstance(unique([1]), list)",
    ),
)
ROOT = Task(
    "root",
    "def root(number):\n    if number < 0:\n        raise ValueError(number)\n    return number**0.5\n",
    (Case((2.25,), 1.5), Case((-1.0,), raises="ValueError")),
    (
        "def check(candidate):\n"
        "    assert abs(candidate(2.25) - 1.5) < 1e-6\n"
        "    assert math.isclose(candidate(9.0), THREE)\n"
        "check(root)",
        "try:\n    root(-1.0)\n    assert False\nexcept ValueError:\n    pass",
        "assert close(root(16.0), 4)",
    ),
    "import math\nTHREE = 3.0\ndef close(one, other):\n    return round(one, 9) == other\n",
)
EVEN = Task(
    "even",
    "def even(number):\n    return number % 2 == 0\n",
    (Case((2,), True), Case((3,), False)),
    ("assert all(map(even, [2, 4]))", "assert not any(map(even, [1, 3]))"),
)
OBJECT = Task(
    "best",
    "def best(numbers):\n    return max(numbers)\n",
    (Case(([17, 4, 20],), 20), Case(([5],), 5)),
    (
        "found = best([17, 4, 20])\nassert found == 20",
        "assert abs(best([17, 4, 20]) - 20) < 1e-6 and not best([5]) > 5 and best([5]) >= 5",
        "assert best([5]) ^ 5 == 0 and best([5]) % 5 == 0 and 5 in [best([5])]",
    ),
)
PAIRS = Task(
    "swap",
    "def swap(pair):\n    return [pair[1], pair[0]]\n",
    (Case(((1, 2),), [2, 1]), Case((("a", "b"),), ["b", "a"])),
    (
        "found = swap((1, 2))\nassert len(found) == 2 and list(found) == [2, 1] and found[0] == 2",
        "found = swap((1, 2))\nassert sorted(found) == [1, 2]\nassert list(found) == [2, 1]",
    ),
)
SIZE = Task(
    "digits",
    "import sys\n\ndef digits(limit):\n    return sys.maxsize if limit is None else limit\n",
    (Case((7,), 7), Case((None,), 2**63 - 1)),
    ("assert digits(None) == sys.maxsize", "assert digits(7) == 7"),
)
HONEST = (
    *(EVEN, UNIQUE, ROOT, TOTAL, SHOUT, HALF, IS_ODD, RANGE, COUNTS, ORDERED, FIRST, REFUSE),
    *(OBJECT, PAIRS, SIZE),
)
