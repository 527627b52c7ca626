"""A core module taken apart, as far as linking needs it."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum

from glassbox.harness.sandbox.linking.binary import Cursor, LinkingError

HEAD = b"\0asm\x01\0\0\0"


class Sort(IntEnum):
    """What can be imported and exported, numbered as both formats number it."""

    FUNCTION = 0
    TABLE = 1
    MEMORY = 2
    GLOBAL = 3


class Section(IntEnum):
    """Numbers of the sections, in no order."""

    CUSTOM = 0
    TYPE = 1
    IMPORT = 2
    FUNCTION = 3
    TABLE = 4
    MEMORY = 5
    GLOBAL = 6
    EXPORT = 7
    START = 8
    ELEMENT = 9
    CODE = 10
    DATA = 11
    DATA_COUNT = 12


@dataclass(frozen=True, slots=True)
class Import:
    """What a module takes; `kind` is its type as it is written, for a function the type's index."""

    module: str
    name: str
    sort: Sort
    kind: bytes


@dataclass(frozen=True, slots=True)
class Global:
    """A global; `start` is the expression of its value, without the end."""

    kind: bytes
    start: bytes


@dataclass(frozen=True, slots=True)
class Element:
    """A segment of functions; without a table it is not put into one by itself."""

    flag: int
    table: int | None
    offset: bytes
    functions: tuple[int, ...]


@dataclass(slots=True)
class Module:
    """The parts; indices are the module's own, imports come first in every index space."""

    types: list[bytes] = field(default_factory=list)
    imports: list[Import] = field(default_factory=list)
    functions: list[int] = field(default_factory=list)
    tables: list[bytes] = field(default_factory=list)
    memories: list[bytes] = field(default_factory=list)
    globals: list[Global] = field(default_factory=list)
    exports: dict[str, tuple[Sort, int]] = field(default_factory=dict)
    elements: list[Element] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)
    datas: list[bytes] = field(default_factory=list)
    names: dict[int, bytes] = field(default_factory=dict)

    def imported(self, sort: Sort) -> list[Import]:
        """The imports of one sort, in the order of their indices."""
        return [each for each in self.imports if each.sort is sort]


def parse(data: bytes) -> Module:
    """Take a module apart.

    Raises:
      LinkingError: It holds what is not known.
    """
    module = Module()
    cursor = Cursor(data)
    if cursor.take(8) != HEAD:
        raise LinkingError("not a core module")
    for number, content in cursor.sections():
        _read(module, number, Cursor(content))
    return module


def _read(module: Module, number: int, cursor: Cursor) -> None:
    if number == Section.CUSTOM:
        if cursor.name() == "name":
            _read_names(module, cursor)
        return
    if number == Section.DATA_COUNT:
        return
    if number == Section.START:
        raise LinkingError("a module has a start function")
    count = cursor.number()
    for _ in range(count):
        match number:
            case Section.TYPE:
                module.types.append(_type(cursor))
            case Section.IMPORT:
                module.imports.append(_import(cursor))
            case Section.FUNCTION:
                module.functions.append(cursor.number())
            case Section.TABLE:
                module.tables.append(_table_kind(cursor))
            case Section.MEMORY:
                module.memories.append(_limits(cursor))
            case Section.GLOBAL:
                module.globals.append(Global(cursor.take(2), constant(cursor)))
            case Section.EXPORT:
                name = cursor.name()
                module.exports[name] = Sort(cursor.byte()), cursor.number()
            case Section.ELEMENT:
                module.elements.append(_element(cursor))
            case Section.CODE:
                module.bodies.append(cursor.sized())
            case Section.DATA:
                module.datas.append(_data(cursor))
            case _:
                raise LinkingError(f"section {number} is not known")


def _read_names(module: Module, cursor: Cursor) -> None:
    for number, content in cursor.sections():
        if number == 1:
            names = Cursor(content)
            for _ in range(names.number()):
                index = names.number()
                module.names[index] = names.sized()


def _type(cursor: Cursor) -> bytes:
    start = cursor.at
    if cursor.byte() != 0x60:
        raise LinkingError("a type is no function type")
    cursor.sized()
    cursor.sized()
    return cursor.data[start : cursor.at]


def _limits(cursor: Cursor) -> bytes:
    start = cursor.at
    flag = cursor.byte()
    if flag > 1:
        raise LinkingError("a memory or table is shared or 64 bits wide")
    for _ in range(1 + flag):
        cursor.skip_number()
    return cursor.data[start : cursor.at]


def _table_kind(cursor: Cursor) -> bytes:
    return cursor.take(1) + _limits(cursor)


def _import(cursor: Cursor) -> Import:
    module, name, sort = cursor.name(), cursor.name(), Sort(cursor.byte())
    match sort:
        case Sort.FUNCTION:
            kind = cursor.skip_number()
        case Sort.TABLE:
            kind = _table_kind(cursor)
        case Sort.MEMORY:
            kind = _limits(cursor)
        case Sort.GLOBAL:
            kind = cursor.take(2)
    return Import(module, name, sort, kind)


def constant(cursor: Cursor) -> bytes:
    """The expression that comes next, without its end."""
    start = cursor.at
    while cursor.data[cursor.at] != 0x0B:
        _constant_instruction(cursor)
    cursor.at += 1
    return cursor.data[start : cursor.at - 1]


def is_literal(expression: bytes) -> bool:
    """Whether an expression is a number or null, and nothing to be worked out."""
    cursor = Cursor(expression)
    return _constant_instruction(cursor) in (0x41, 0x42, 0x43, 0x44, 0xD0) and cursor.done


def _constant_instruction(cursor: Cursor) -> int:
    """The opcode that comes next, its immediates passed over."""
    opcode = cursor.byte()
    match opcode:
        case 0x23 | 0x41 | 0x42 | 0xD0 | 0xD2:
            cursor.skip_number()
        case 0x43:
            cursor.take(4)
        case 0x44:
            cursor.take(8)
        case 0x6A | 0x6B | 0x6C | 0x7C | 0x7D | 0x7E:
            pass
        case _:
            raise LinkingError(f"instruction {opcode:#x} in a constant is not known")
    return opcode


def _element(cursor: Cursor) -> Element:
    flag = cursor.number()
    if flag > 3:
        raise LinkingError("a segment holds expressions")
    active = flag in (0, 2)
    table = (cursor.number() if flag == 2 else 0) if active else None
    offset = constant(cursor) if active else b""
    if flag and cursor.byte():
        raise LinkingError("a segment holds no functions")
    return Element(flag, table, offset, tuple([cursor.number() for _ in range(cursor.number())]))


def _data(cursor: Cursor) -> bytes:
    start = cursor.at
    if cursor.number():
        raise LinkingError("a data segment is not put into the memory by itself")
    if cursor.data[cursor.at] != 0x41:
        raise LinkingError("a data segment lies where a global says")
    constant(cursor)
    cursor.sized()
    return cursor.data[start : cursor.at]
