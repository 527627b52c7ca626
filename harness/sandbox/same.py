"""When two values are the same: by exact type and bit, or as Python's == has it, with a tolerance for floats.

Expected values are trusted, actual ones are not; the cost is bounded by the size of the expected value.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Callable, Collection, Iterable, Sequence, Sized
from typing import TypeVar

from glassbox.harness.sandbox.codec import Derived
from glassbox.harness.sandbox.standard import made, taken

_Item = TypeVar("_Item")


def same(
    expected: object,
    actual: object,
    tolerance: float = 0.0,
    relative: float | None = None,
    *,
    exact_types: bool = True,
) -> bool:
    """Whether `actual` is the value that was expected.

    Args:
      expected: Plain data.
      actual: Plain data, or what `decode` gives for the rest, which is never the same as plain data by exact type.
      tolerance: Difference allowed to floats anywhere inside; dict keys take none, and none is given where the two
        values are of different types.
      relative: Of the expected float's size, what is added to the tolerance: `numpy.allclose`'s rule. As much as the
        tolerance, if not given.
      exact_types: True is not 1, 1 is not 1.0, (1,) is not [1], 0.0 is not -0.0, and nan is nan. Without it, Python's
        == on plain data decides (so nan is not nan), and an instance of a subclass counts as the value it holds.
    """
    if type(expected) is not type(actual):
        tolerance = 0.0
    if not exact_types:
        try:
            expected, actual = plain(expected), plain(actual)
        except _MergedError:
            return False
    return _Comparison(tolerance, tolerance if relative is None else relative, exact_types).same(expected, actual)


class _MergedError(ValueError):
    """Keys of a set or dict that were different are one as plain values."""


def plain(value: object) -> object:
    """`value` with every instance of a subclass replaced by the plain value it holds.

    Raises:
      ValueError: Members of a set, or keys of a dict, are no longer different.
    """
    if isinstance(value, Derived):
        return plain(value.value)
    if isinstance(value, list):
        return [plain(item) for item in value]
    if isinstance(value, tuple):
        return tuple([plain(item) for item in value])
    if isinstance(value, dict):
        return _as_many(value, {plain(key): plain(item) for key, item in value.items()})
    if isinstance(value, set):
        return _as_many(value, {plain(item) for item in value})
    if isinstance(value, frozenset):
        return _as_many(value, frozenset([plain(item) for item in value]))
    if (known := taken(value)) is not None:
        return made(known[0], plain(known[1]))
    return value


def _as_many(before: Sized, after: Sized) -> Sized:
    if len(before) != len(after):
        raise _MergedError(f"{len(before) - len(after)} keys of a set or dict are there twice as plain values")
    return after


class _Comparison:
    def __init__(self, tolerance: float, relative: float, exact: bool) -> None:
        self.tolerance = tolerance
        self.relative = relative
        self.exact = exact

    def same(self, expected: object, actual: object) -> bool:
        if self.exact and type(expected) is not type(actual):
            return False
        if isinstance(expected, list | tuple) and isinstance(actual, list | tuple):
            return isinstance(expected, list) == isinstance(actual, list) and self.sequences(expected, actual)
        if isinstance(expected, dict) and isinstance(actual, dict):
            return self.dicts(expected, actual)
        if isinstance(expected, set | frozenset) and isinstance(actual, set | frozenset):
            return self.sets(expected, actual)
        if isinstance(expected, Derived) and isinstance(actual, Derived):
            return expected.type_name == actual.type_name and self.same(expected.value, actual.value)
        return self.leaves(expected, actual)

    def sequences(self, expected: Sequence[object], actual: Sequence[object]) -> bool:
        if len(expected) != len(actual):
            return False
        for left, right in zip(expected, actual, strict=True):  # noqa: SIM110 - all() costs a frame a level
            if not self.same(left, right):
                return False
        return True

    def dicts(self, expected: dict[object, object], actual: dict[object, object]) -> bool:
        if len(expected) != len(actual):
            return False
        keys = _Comparison(0.0, 0.0, self.exact)
        by_key = {key: (key, item) for key, item in actual.items()}
        rest = []
        for key, item in expected.items():
            if key not in by_key:
                rest.append((key, item))
                continue
            found_key, found = by_key.pop(key)
            if not (keys.same(key, found_key) and self.same(item, found)):
                return False

        def match(one: tuple[object, object], two: tuple[object, object]) -> bool:
            return keys.same(one[0], two[0]) and self.same(one[1], two[1])

        return _paired(rest, by_key.values(), match)

    def sets(self, expected: Collection[object], actual: Collection[object]) -> bool:
        if len(expected) != len(actual):
            return False
        by_value = {item: item for item in actual}
        rest = []
        for item in expected:
            if item not in by_value:
                rest.append(item)
            elif not self.same(item, by_value.pop(item)):
                return False
        return _paired(rest, by_value.values(), self.same)

    def leaves(self, expected: object, actual: object) -> bool:
        if self.tolerance and (_is_inexact(expected) or _is_inexact(actual)):
            return self.close(expected, actual)
        if not self.exact:
            return _equal(expected, actual)
        if isinstance(expected, float) and isinstance(actual, float):
            return _bits(expected) == _bits(actual)
        if isinstance(expected, complex) and isinstance(actual, complex):
            return _bits(expected.real, expected.imag) == _bits(actual.real, actual.imag)
        return _equal(expected, actual)

    def close(self, expected: object, actual: object) -> bool:
        if not (isinstance(expected, int | float | complex) and isinstance(actual, int | float | complex)):
            return _equal(expected, actual)
        if self.exact and expected != expected and actual != actual:
            return True
        if expected == actual:
            return True
        if isinstance(expected, complex) is not isinstance(actual, complex):
            return False
        try:
            allowed = self.tolerance + self.relative * abs(expected)
            return math.isfinite(abs(expected)) and abs(expected - actual) <= allowed
        except OverflowError:
            return False


def _equal(expected: object, actual: object) -> bool:
    try:
        return bool(expected == actual)
    except ArithmeticError:  # a signalling nan of decimal's
        return False


def _is_inexact(value: object) -> bool:
    return isinstance(value, float | complex)


def _bits(*numbers: float) -> tuple[bytes, ...]:
    return tuple([struct.pack("<d", math.nan if number != number else number) for number in numbers])


def _paired(expected: Sequence[_Item], actual: Iterable[_Item], match: Callable[[_Item, _Item], bool]) -> bool:
    """Whether each expected item has an actual one of its own, and none is left; for nan and near floats."""
    left = list(actual)
    for item in expected:
        found = next((at for at, other in enumerate(left) if match(item, other)), None)
        if found is None:
            return False
        del left[found]
    return not left
