"""Answers that are no plain data: of the standard library, or of the candidate's own classes, by a stated rule."""

from __future__ import annotations

import pytest

from glassbox.harness.outcome import Outcome
from glassbox.harness.sandbox.case import Case
from glassbox.harness.sandbox.judge import Judge
from glassbox.harness.sandbox.limits import Limits

JUDGE = Judge(Limits(fuel=1_000_000_000, memory_bytes=128 << 20))

VALUES = """
from array import array
from collections import *
from dataclasses import dataclass
from datetime import *
from decimal import Decimal
from fractions import Fraction
from types import MappingProxyType, SimpleNamespace
import itertools

class Bad(Exception): pass

class Coded(ValueError):
    def __init__(self, code, text):
        super().__init__(text)
        self.code = code
    def __str__(self): return f"code {self.code}"

@dataclass
class Point:
    x: int
    y: int
    def __add__(self, other): return Point(self.x + other.x, self.y + other.y)
    def __sub__(self, other): return 0
    def __float__(self): return float(self.x)
    def __getitem__(self, at): return (self.x, self.y)[at]
    def __enter__(self): return self
    def __exit__(self, *raised): return False

class Account:
    def __init__(self): self.balance = 0
    def deposit(self, amount): self.balance += amount

class Liar:
    asked = 0
    def __len__(self): return 3
    def __iter__(self):
        Liar.asked += 1
        return iter([1, 2, 3] if Liar.asked == 1 else [])
    def __bool__(self):
        Liar.asked += 1
        return Liar.asked == 1
    def __eq__(self, other): return True
    def __sub__(self, other): return 0
    __lt__ = __le__ = __gt__ = __ge__ = __contains__ = __eq__
    __rsub__ = __truediv__ = __xor__ = __mod__ = __sub__
    def __hash__(self): return 1

Pair = namedtuple("Pair", "a b")
Wide = namedtuple("Wide", "a b")

def text(kind): return [Decimal("1.5"), {Fraction(1, 2)}]

def f(kind):
    if kind == "bad": raise Bad("no  such \\n thing" * 100)
    if kind == "coded": raise Coded(3, "x")
    if kind == "key": raise KeyError("some key")
    return eval(kind)
"""

RIGHT = """
from decimal import Decimal
assert f('Decimal("1.50")') == Decimal('1.5') == f('Decimal("1.50")') == 1.5

from decimal import Decimal
assert isinstance(f('Decimal(1)'), Decimal) and f('Decimal(1)') + 1 == 2

from fractions import Fraction
assert f('Fraction(1, 2)') == 0.5 == Fraction(1, 2) and f('Fraction(1, 2)') < 1

import datetime
assert f('date(2020, 1, 2)') == datetime.date(2020, 1, 2) and f('date(2020, 1, 2)').year == 2020

import datetime
assert f('datetime(2020, 1, 2, 3, tzinfo=timezone.utc)').isoformat() == '2020-01-02T03:00:00+00:00'

import datetime
assert f('time(1, 2)') < datetime.time(1, 3) and f('timedelta(days=2)').total_seconds() == 172800

assert f('{1: 2}.keys()') == {1}
assert list(f('{1: 2}.values()')) == [2]
assert f('{1: 2}.items()') == {(1, 2)}

assert f('MappingProxyType({1: 2})') == {1: 2} == f('UserDict({1: 2})') == f('ChainMap({1: 2})')

assert f('UserList([1, 2])') == [1, 2]
assert f('UserString("ab")') == 'ab'
assert f('UserString("ab")').upper() == 'AB'

assert f('bytearray(b"ab")') == b'ab' == f('memoryview(b"ab")')
assert list(f('array("i", [1, 2])')) == [1, 2]

assert f('range(3)') == range(3) and f('range(3)')[1] == 1 and f('SimpleNamespace(a=1)').a == 1

from collections import deque
assert not f('deque()') and f('deque([1])') == deque([1]) and f('deque([1])')[0] == 1

from collections import OrderedDict as O
assert f('OrderedDict(a=1, b=2)') == O(a=1, b=2) != O(b=2, a=1)

from collections import Counter
assert f('Counter("aab")')['z'] == 0 and f('Counter("aab")').most_common(1) == [('a', 2)]

assert f('Pair(1, 2)').b == 2
assert f('Pair(1, 2)') == (1, 2)
assert f('Pair(1, 2)')._asdict() == {'a': 1, 'b': 2}

from fractions import Fraction
assert text(0) == [1.5, {Fraction(1, 2)}]

point = f('Point(1, 2)')
assert point.x == 1 and point[1] == 2 and float(point) == 1.0 and (point + point).y == 4

with f('Point(1, 2)') as point:
    assert point.y == 2

assert isinstance(f('Point(1, 2)'), Point)
assert not isinstance(3, Point)
assert type(f('Point(1, 2)')).__name__ == 'Point'

assert f('Point(1, 2)') == Point(1, 2) != f('Point(2, 1)')

account = f('Account()')
account.deposit(5)
assert account.balance == 5
account.deposit(2)
assert account.balance == 7

assert f('lambda x: x + 1')(2) == 3 and callable(f('Point')) and not callable(f('Account()'))

squares = f('(n * n for n in range(5))')
assert next(squares) == 0 and next(squares) == 1 and list(squares) == [4, 9, 16]

import itertools
assert list(itertools.islice(f('itertools.count()'), 3)) == [0, 1, 2]

import types
assert isinstance(f('(n for n in [1])'), types.GeneratorType) and isinstance(f('map(str, [])'), map)

from collections.abc import Iterator
assert isinstance(f('iter([])'), Iterator) and not isinstance(f('Account()'), Iterator)

try:
    f('bad')
    assert False
except Bad as error:
    assert str(error) == 'no  such \\n thing' * 100

try:
    f('coded')
    assert False
except ValueError as error:
    assert str(error) == 'code 3'

try:
    f('key')
    assert False
except KeyError as error:
    assert str(error) == "'some key'" and error.args == ('some key',)

from decimal import Decimal
assert text(Decimal('2.5'))[0] == Decimal('1.5')

import sys
assert f('__import__("sys").maxsize') == sys.maxsize == 2**63 - 1
""".strip().split("\n\n")
"""Tests that hold in Python, one a paragraph."""


@pytest.mark.parametrize("test", RIGHT)
def test_what_python_holds_true_of_a_right_answer_holds(test: str) -> None:
    verdict = JUDGE.judge_asserts(VALUES, [test])
    assert verdict.passed, verdict.cases[0].detail


@pytest.mark.parametrize(
    "test",
    [
        "liar = f('Liar()')\nassert liar == 5",
        "liar = f('Liar()')\nassert liar < 5 or liar > 5 or liar <= 5",
        "assert abs(f('Liar()') - 1.5) < 1e-6",
        "assert 1.5 - f('Liar()') == 0",
        "assert f('Liar()') / 2 == 0",
        "assert f('Liar()') ^ 7 == 0",
        "assert 9 in f('Liar()')",
        "assert f('Liar()') == [1, 2, 3]",
        "liar = f('Liar()')\nassert list(liar) == [1, 2, 3] and list(liar) == []",
        "liar = f('Liar()')\nassert liar and not liar",
        "assert f('Point(1, 2)') - 3 == 0",
        "assert f('deque()')",
        "from collections import OrderedDict as O\nassert f('OrderedDict(b=2, a=1)') == O(a=1, b=2)",
        "assert f('{1: 2}.values()') == [2]",
        "from collections import deque\nassert f('deque([1])') == [1]",
        "from decimal import Decimal\nassert f('Decimal(\"0.1\")') == 0.1",
    ],
)
def test_what_a_class_says_of_itself_is_no_proof(test: str) -> None:
    assert JUDGE.judge_asserts(VALUES, [test]).outcome is Outcome.WRONG


def test_a_generator_that_never_ends_holds_nobody() -> None:
    judge = Judge(Limits(fuel=100_000_000, memory_bytes=128 << 20))
    verdict = judge.judge_asserts(VALUES, ["assert set(f('itertools.repeat(1)')) == {1}"])
    assert verdict.outcome is Outcome.TIMEOUT


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("Decimal('1.50')", 1.5),
        ("Fraction(1, 2)", 0.5),
        ("Fraction(4, 2)", 2),
        ("[Decimal(2), (Fraction(1, 2),)]", [2, (0.5,)]),
        ("{1: 2}.keys()", {1}),
        ("MappingProxyType({1: 2})", {1: 2}),
        ("ChainMap({1: 2}, {3: 4})", {1: 2, 3: 4}),
        ("UserDict({1: 2})", {1: 2}),
        ("UserList([Counter('a')])", [{"a": 1}]),
        ("UserString('ab')", "ab"),
        ("bytearray(b'ab')", b"ab"),
        ("memoryview(b'ab')", b"ab"),
        ("Pair(1, 2)", (1, 2)),
        ("OrderedDict(b=2, a=1)", {"a": 1, "b": 2}),
    ],
)
def test_a_value_that_equals_the_expected_one_passes_where_types_are_free(value: str, expected: object) -> None:
    free = JUDGE.judge(VALUES, "f", [Case((value,), expected, exact_types=False)])
    assert free.passed, free.cases[0].detail
    assert JUDGE.judge(VALUES, "f", [Case((value,), expected)]).outcome is Outcome.WRONG
    assert JUDGE.judge(VALUES, "f", [Case((value,), [expected], exact_types=False)]).outcome is Outcome.WRONG


@pytest.mark.parametrize(
    "value",
    [
        "deque([10**5000])",
        "Decimal('sNaN')",
        "{Decimal('1E+99999'): 1}",
        "UserList([1] * 100)",
        "Fraction(3**9000, 7**9000)",
        "ChainMap()",
        "datetime.max",
        "memoryview(array('i', [1])).cast('B').cast('i')",
        "range(10**12)",
        "deque([1], 10**6)",
    ],
)
def test_a_value_of_the_library_that_is_odd_is_wrong_and_can_be_shown(value: str) -> None:
    verdict = JUDGE.judge(VALUES, "f", [Case((value,), 7, exact_types=False, tolerance=0.5)])
    assert verdict.outcome is Outcome.WRONG, verdict.cases[0].detail
    assert verdict.cases[0].value_text
