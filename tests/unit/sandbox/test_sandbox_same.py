"""Sameness, as a table: by exact type and bit, by Python's ==, and within a tolerance."""

from __future__ import annotations

import gzip
import json
import math
import random
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from glassbox.harness.sandbox.values import Derived, Opaque, same
from glassbox.tasks.code.task import lenient

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


def test_a_tolerance_is_for_values_of_one_type_and_reaches_across_types_inside_them() -> None:
    assert same([1], [1.0 + 1e-12], tolerance=1e-9, exact_types=False)
    assert not same(1, 1.0 + 1e-12, tolerance=1e-9, exact_types=False)
    assert not same(1.0, 1 + 1e-12j, tolerance=1e-9, exact_types=False)
    assert not same([1.0], [1 + 1e-12j], tolerance=1e-9, exact_types=False)
    assert same([1 + 0j], [1 + 1e-12j], tolerance=1e-9, exact_types=False)
    assert not same([10**400], [1.0], tolerance=1e-9, exact_types=False)


def test_keys_that_are_one_as_plain_values_are_not_the_expected_ones() -> None:
    merged = {Derived("Odd", 1): "wrong", 1: "right"}
    assert not same({1: "right"}, merged, exact_types=False)
    assert not same({1}, {Derived("Odd", 1), 1}, exact_types=False)
    assert same({1: "right"}, {Derived("Named", 1): "right"}, exact_types=False)


def pairs(count: int) -> Iterator[tuple[Any, Any]]:
    """A value and another that differs from it by about as much as EvalPlus allows."""
    draw = random.Random(0)
    for _ in range(count):
        size = draw.choice([0, 1, 1, 2, 5])
        expected = [
            draw.choice([0.0, 1.0, -1.0, 7, math.inf, math.nan]) * 10 ** draw.uniform(-9, 9) for _ in range(size)
        ]
        changed = [
            item + draw.choice([0, -1, 1]) * 10 ** draw.uniform(-7.5, -4.5) * draw.choice([1.0, abs(item), 0.0])
            for item in expected
        ]
        kind = draw.choice([list, tuple])
        if size == 1 and draw.random() < 0.8:
            yield expected[0], changed[0]
        else:
            yield kind(expected), draw.choice([kind, kind, kind, list])(changed[: draw.choice([size, size, size, 1])])


def test_floats_are_compared_as_evalplus_does() -> None:
    """Its rule: equal, or of one type and length and close by `numpy.allclose` with its two tolerances."""
    agreed = {True: 0, False: 0}
    for expected, actual in pairs(1_000):
        case = lenient((), expected)
        rule = expected == actual or (
            case.tolerance > 0
            and type(expected) is type(actual)
            and np.shape(expected) == np.shape(actual)
            and bool(np.allclose(actual, expected, rtol=1e-07, atol=1e-6))
        )
        found = same(expected, actual, case.tolerance, case.relative, exact_types=False)
        assert found is rule, (expected, actual)
        agreed[rule] += 1
    assert min(agreed.values()) > 200


def test_a_wrong_value_of_any_size_costs_no_more_than_the_expected_one() -> None:
    start = time.process_time()
    assert not same({float(at) for at in range(3_000)}, {at + 0.5 for at in range(3_000)}, tolerance=1e-9)
    assert not same([1], list(range(1_000_000)))
    assert time.process_time() - start < 6


def test_a_triangle_that_is_off_by_nine_in_ten_million_fails_where_evalplus_fails_it(
    shared_data: Callable[[str], Path],
) -> None:
    with gzip.open(shared_data("humaneval/HumanEvalPlus.jsonl.gz"), "rt", encoding="utf-8") as lines:
        row = next(json.loads(line) for line in lines if '"HumanEval/45"' in line)
    inputs = [*row["base_input"], *row["plus_input"]]
    cases = [lenient((a, h), a * h / 2) for a, h in inputs]
    close = [
        same(case.expected, a * h / 2 * (1 + 9e-7), case.tolerance, case.relative, exact_types=False)
        for (a, h), case in zip(inputs, cases, strict=True)
    ]
    assert (len(close), sum(close)) == (1_003, 209)
