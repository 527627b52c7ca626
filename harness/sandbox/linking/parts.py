"""A component taken apart, as far as its core modules are concerned; the rest stays as bytes.

Format: component-model/design/mvp/Binary.md.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum

from glassbox.harness.sandbox.linking.binary import Cursor, LinkingError, unsigned
from glassbox.harness.sandbox.linking.module import Sort

HEAD = b"\0asm\x0d\0\1\0"
INSTANCE = 0x12
"""How a core instance is called where a sort is to be given."""

Reference = tuple[Sort, int]
"""A core function, table, memory or global, by its index in the component."""


class SectionNumber(IntEnum):
    """The sections that have to do with core modules."""

    CORE_MODULE = 1
    CORE_INSTANCE = 2
    CORE_TYPE = 3
    ALIAS = 6
    CANON = 8


@dataclass(frozen=True, slots=True)
class Raw:
    """A section, or one item of it, that has nothing to do with core modules."""

    section: int
    content: bytes


@dataclass(frozen=True, slots=True)
class CoreModule:
    """A core module."""

    content: bytes


@dataclass(frozen=True, slots=True)
class Instantiation:
    """An instance of a module with what it is given: an instance for each name."""

    module: int
    given: dict[str, int]


@dataclass(frozen=True, slots=True)
class Bundle:
    """An instance made of what is there."""

    exports: dict[str, Reference]


@dataclass(frozen=True, slots=True)
class Alias:
    """An export of an instance; it has an index of its own."""

    sort: Sort
    instance: int
    name: str


@dataclass(frozen=True, slots=True)
class Canon:
    """A function between core and component, as it is written, with references in between."""

    parts: tuple[bytes | Reference, ...]
    lifted: bool
    """Whether it is a function of the component's, and not of the core."""


Item = Raw | CoreModule | Instantiation | Bundle | Alias | Canon


def items(component: bytes) -> Iterator[Item]:
    """The items of a component, in order.

    Raises:
      LinkingError: It holds what is not known.
    """
    cursor = Cursor(component)
    if cursor.take(8) != HEAD:
        raise LinkingError("not a component")
    for number, content in cursor.sections():
        inner = Cursor(content)
        match number:
            case SectionNumber.CORE_MODULE:
                yield CoreModule(content)
            case SectionNumber.CORE_INSTANCE:
                yield from [_instance(inner) for _ in range(inner.number())]
            case SectionNumber.CORE_TYPE:
                raise LinkingError("the component has core types")
            case SectionNumber.ALIAS:
                yield from [_alias(inner) for _ in range(inner.number())]
            case SectionNumber.CANON:
                yield from [_canon(inner) for _ in range(inner.number())]
            case _:
                yield Raw(number, content)


def _instance(cursor: Cursor) -> Instantiation | Bundle:
    if cursor.byte():
        names = [(cursor.name(), (Sort(cursor.byte()), cursor.number())) for _ in range(cursor.number())]
        return Bundle(dict(names))
    module, given = cursor.number(), {}
    for _ in range(cursor.number()):
        name = cursor.name()
        if cursor.byte() != INSTANCE:
            raise LinkingError("a module is given what is no instance")
        given[name] = cursor.number()
    return Instantiation(module, given)


def _alias(cursor: Cursor) -> Alias | Raw:
    start = cursor.at
    sort = cursor.byte()
    core = cursor.byte() if sort == 0 else None
    kind = cursor.byte()
    number = cursor.number()
    if kind == 2:
        cursor.skip_number()
    else:
        name = cursor.name()
    if core is None:
        return Raw(SectionNumber.ALIAS, unsigned(1) + cursor.data[start : cursor.at])
    if kind != 1:
        raise LinkingError("an alias leads to another component's core")
    return Alias(Sort(core), number, name)


def _canon(cursor: Cursor) -> Canon:
    start = cursor.at
    kind = cursor.byte()
    if kind in (2, 3, 4):
        cursor.skip_number()
        return Canon((cursor.data[start : cursor.at],), lifted=False)
    if kind > 1:
        raise LinkingError(f"canonical function {kind:#x} is not known")
    cursor.byte()
    if kind == 1:
        cursor.skip_number()
        return Canon((cursor.data[start : cursor.at], *_options(cursor)), lifted=False)
    function = (Sort.FUNCTION, cursor.number())
    return Canon((b"\0\0", function, *_options(cursor), cursor.skip_number()), lifted=True)


def _options(cursor: Cursor) -> list[bytes | Reference]:
    count = cursor.number()
    parts: list[bytes | Reference] = [unsigned(count)]
    for _ in range(count):
        option = cursor.byte()
        parts.append(bytes([option]))
        if option == 3:
            parts.append((Sort.MEMORY, cursor.number()))
        elif option in (4, 5):
            parts.append((Sort.FUNCTION, cursor.number()))
        elif option > 2:
            raise LinkingError(f"canonical option {option:#x} is not known")
    return parts
