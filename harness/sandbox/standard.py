"""Values of the standard library as plain data: what they are made of, and how they are made again elsewhere.

    taken(Decimal("1.50"))                 # ("Decimal", "1.50")
    made("Decimal", "1.50")                # Decimal('1.50')

Host and guest both have these classes, so a value is taken once and is a value like any other where it is judged. Only
instances of the very class are taken: a subclass may answer as it likes. Both sides use this file.
"""

from __future__ import annotations

import types
from array import array
from collections import ChainMap, Counter, OrderedDict, UserDict, UserList, UserString, defaultdict, deque
from collections.abc import Callable
from datetime import date, datetime, time, timedelta, timezone
from decimal import Decimal
from fractions import Fraction
from typing import Any

_LONGEST_BITS = 100_000
"""Of the parts of a fraction: their common divisor is looked for."""


def taken(value: Any) -> tuple[str, object] | None:
    """The name of a value's class, and what it is made of, which may hold more such values; None for other classes."""
    known = _BY_TYPE.get(type(value))
    return None if known is None else (known[0], known[1](value))


def made(name: str, parts: Any) -> object:
    """The value of a class that `taken` named.

    Raises:
      ValueError: There is no such value.
    """
    if name not in _BY_NAME:
        raise ValueError(f"{name!r} is no class whose values are taken")
    try:
        return _BY_NAME[name](parts)
    except Exception as error:
        raise ValueError(f"{name} cannot be made of this: {type(error).__name__}") from error


def _fraction(parts: Any) -> Fraction:
    numerator, denominator = parts
    if max(numerator.bit_length(), denominator.bit_length()) > _LONGEST_BITS:
        raise ValueError("too long")
    return Fraction(numerator, denominator)


def _zone(of: Any) -> tuple[object, ...] | None:
    """A fixed offset; a zone of any other kind is not plain data."""
    if of.tzinfo is None:
        return None
    if type(of.tzinfo) is not timezone:
        raise TypeError("a zone that is no fixed offset")
    offset = of.tzinfo.utcoffset(None)
    return offset.days, offset.seconds, offset.microseconds


def _zoned(zone: Any) -> timezone | None:
    return None if zone is None else timezone(timedelta(*zone))


def _of_time(of: Any) -> tuple[object, ...]:
    return of.hour, of.minute, of.second, of.microsecond, _zone(of), of.fold


def _time(parts: Any) -> time:
    hour, minute, second, microsecond, zone, fold = parts
    return time(hour, minute, second, microsecond, _zoned(zone), fold=fold)


def _datetime(parts: Any) -> datetime:
    day, clock = parts
    return datetime.combine(date(*day), _time(clock))


def _view(value: Any) -> bytes:
    if value.format != "B" or value.ndim != 1:
        raise TypeError("a view of other than bytes")
    return bytes(value)


_KNOWN: tuple[tuple[type, str, Callable[[Any], object], Callable[[Any], object]], ...] = (
    (Decimal, "Decimal", str, Decimal),
    (Fraction, "Fraction", lambda value: (value.numerator, value.denominator), _fraction),
    (timedelta, "timedelta", lambda value: (value.days, value.seconds, value.microseconds), lambda at: timedelta(*at)),
    (date, "date", lambda value: (value.year, value.month, value.day), lambda at: date(*at)),
    (time, "time", _of_time, _time),
    (datetime, "datetime", lambda value: ((value.year, value.month, value.day), _of_time(value)), _datetime),
    (bytearray, "bytearray", bytes, bytearray),
    (memoryview, "memoryview", _view, lambda content: memoryview(bytes(content))),
    (array, "array", lambda value: (value.typecode, value.tolist()), lambda parts: array(*parts)),
    (range, "range", lambda value: (value.start, value.stop, value.step), lambda parts: range(*parts)),
    (deque, "deque", lambda value: (list(value), value.maxlen), lambda parts: deque(*parts)),
    (type({}.keys()), "dict_keys", list, lambda keys: dict.fromkeys(keys).keys()),
    (type({}.values()), "dict_values", list, lambda values: dict(enumerate(values)).values()),
    (type({}.items()), "dict_items", lambda value: dict(list(value)), lambda items: items.items()),
    (types.MappingProxyType, "mappingproxy", lambda value: dict(value.items()), types.MappingProxyType),
    (types.SimpleNamespace, "SimpleNamespace", lambda value: dict(vars(value)), lambda of: types.SimpleNamespace(**of)),
    (ChainMap, "ChainMap", lambda value: list(value.maps), lambda maps: ChainMap(*maps)),
    (UserDict, "UserDict", lambda value: dict(value.data), UserDict),
    (UserList, "UserList", lambda value: list(value.data), UserList),
    (UserString, "UserString", lambda value: str(value.data), UserString),
)
"""Class, name, what takes an instance apart, what makes one."""

_BY_TYPE = {kind: (name, take) for kind, name, take, _ in _KNOWN}
_BY_NAME = {name: make for _, name, _, make in _KNOWN}

CONTAINERS: dict[str, Callable[[Any], object]] = {
    "OrderedDict": OrderedDict,
    "Counter": Counter,
    "defaultdict": lambda table: defaultdict(None, table),
}
"""Subclasses of dict by name, of the plain dict inside: they cross as what they hold, and compare in their own way."""
