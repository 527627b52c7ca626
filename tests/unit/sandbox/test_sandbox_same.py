"""Sameness, as a table: by exact type and bit, by Python's ==, and within a tolerance."""

from __future__ import annotations

import math
import time

import pytest

from glassbox.harness.sandbox.values import Derived, Opaque, same

INF, NAN = math.inf, math.nan

EXACT = [
    (1, 1, True),
    (1, True, False),
    (0, False, False),
    (1, 1.0, False),
    (1.0, 1, False),
    (0.0, -0.0, False),
    (NAN, -NAN, True),
    (INF, INF, True),
    (INF, -INF, False),
    (complex(0.0, 0.0), complex(0.0, -0.0), False),
    (complex(NAN, 1), complex(NAN, 1), True),
    ("a", b"a", False),
    ("", None, False),
    ([1], (1,), False),
    ([1, 2], [2, 1], False),
    ([1], [1, 1], False),
    ((), [], False),
    ({1}, frozenset({1}), False),
    ({1}, {True}, False),
    ({1}, {1.0}, False),
    ({NAN}, {-NAN}, True),
    ({(NAN, 1)}, {(NAN, 1)}, True),
    ({1: 2}, {True: 2}, False),
    ({1: 2}, {1: 2.0}, False),
    ({1: 2, 3: 4}, {3: 4, 1: 2}, True),
    ({NAN: 1}, {NAN: 1}, True),
    ({NAN: 1}, {NAN: 2}, False),
    ({1: 2}, {1: 2, 3: 4}, False),
    ({"a": [1, (2.5, {"b"})]}, {"a": [1, (2.5, {"b"})]}, True),
    (5, Derived("AlwaysEqual", 5), False),
    ({}, Derived("Counter", {}), False),
    (None, Opaque("AlwaysEqual", 0), False),
    (Opaque("A", 0), Opaque("A", 0), True),
]
LOOSE = [
    (1, True, True),
    (1, 1.0, True),
    (0.0, -0.0, True),
    ([1], (1,), False),
    ({1}, frozenset({True}), True),
    (NAN, NAN, False),
    ("a", b"a", False),
    ({"a": 1}, Derived("Counter", {"a": 1}), True),
    ([(1, 2)], [Derived("Point", (1, 2))], True),
    (5, Derived("AlwaysEqual", 6), False),
    (5, Opaque("AlwaysEqual", 0), False),
]
TOLERANT = [
    (0.3, 0.1 + 0.2, True),
    (1e12, 1e12 + 1, True),
    (1.0, 1.1, False),
    (1.0, 1, False),
    ([(0.3,)], [(0.1 + 0.2,)], True),
    ({0.3}, {0.1 + 0.2}, True),
    ({"a": 0.3}, {"a": 0.1 + 0.2}, True),
    ({0.3: 1}, {0.1 + 0.2: 1}, False),
    (INF, 1e308, False),
    (1e308, INF, False),
    (INF, INF, True),
    (NAN, NAN, True),
    (NAN, 1.0, False),
    (0.0, -0.0, True),
    (0.3 + 1j, 0.1 + 0.2 + 1j, True),
    (3, 4, False),
]


@pytest.mark.parametrize(("expected", "actual", "wanted"), EXACT)
def test_by_exact_type(expected: object, actual: object, wanted: bool) -> None:
    assert same(expected, actual) is wanted
    assert same(actual, expected) is wanted


@pytest.mark.parametrize(("expected", "actual", "wanted"), LOOSE)
def test_as_python_compares(expected: object, actual: object, wanted: bool) -> None:
    assert same(expected, actual, exact_types=False) is wanted


@pytest.mark.parametrize(("expected", "actual", "wanted"), TOLERANT)
def test_within_a_tolerance(expected: object, actual: object, wanted: bool) -> None:
    assert same(expected, actual, tolerance=1e-9) is wanted


def test_a_tolerance_reaches_across_types_where_types_are_free() -> None:
    assert same(1, 1.0 + 1e-12, tolerance=1e-9, exact_types=False)
    assert not same(10**400, 1.0, tolerance=1e-9, exact_types=False)


def test_a_wrong_value_of_any_size_costs_no_more_than_the_expected_one() -> None:
    start = time.process_time()
    assert not same({float(at) for at in range(3_000)}, {at + 0.5 for at in range(3_000)}, tolerance=1e-9)
    assert not same([1], list(range(1_000_000)))
    assert time.process_time() - start < 6
