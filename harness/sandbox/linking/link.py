"""Core modules that import from each other, as one module that imports only from outside.

Calls between them become calls within; addresses that a dynamic linker would look up become constants, so that tables
and memory are known before anything runs.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from glassbox.harness.sandbox.linking.binary import (
    Cursor,
    LinkingError,
    named,
    section,
    signed,
    sized,
    unsigned,
    vector,
)
from glassbox.harness.sandbox.linking.code import Indices, relinked
from glassbox.harness.sandbox.linking.memory import with_immortals
from glassbox.harness.sandbox.linking.module import HEAD, Element, Import, Module, Section, Sort, is_literal


@dataclass(frozen=True, slots=True)
class Inside:
    """An export of one of the modules."""

    instance: int
    name: str


@dataclass(frozen=True, slots=True)
class Outside:
    """A function that none of them has, by a number that says which."""

    function: int


Source = Inside | Outside
_Local = tuple[int, int]
"""A module, and an index in it that is no import's."""


class Linked:
    """The modules as one.

    Args:
      modules: By the number of their instance, in the order in which they are instantiated.
      source: Where an import of a module comes from.

    Attributes:
      outside: The functions that the linked module imports, in the order of its imports, all from a module named "".

    Raises:
      LinkingError: They hold what is not known.
    """

    def __init__(self, modules: Mapping[int, Module], source: Callable[[int, Import], Source]) -> None:
        if sum(len(module.memories) for module in modules.values()) > 1:
            raise LinkingError("there is more than one memory")
        self._modules = modules
        self._source = source
        self._types: dict[bytes, int] = {}
        self.outside: dict[int, int] = {}
        self._first = {sort: _first(modules, sort) for sort in Sort}
        self._found = {(number, sort): self._targets(number, sort) for number in modules for sort in Sort}
        self._first[Sort.FUNCTION] = _first(modules, Sort.FUNCTION, len(self.outside))

    def _index(self, instance: int, name: str) -> tuple[Sort, int]:
        """Where an export of a module is in the linked one."""
        sort, own = self._modules[instance].exports[name]
        return sort, self._map(instance, sort)[own]

    def encode(self, exports: Sequence[tuple[int, str]]) -> bytes:
        """The linked module; it exports the named exports, called by their place in the list."""
        indices = {number: self._indices(number) for number in self._modules}
        parts: dict[Section, list[bytes]] = {kind: [] for kind in Section}
        for number, module in self._modules.items():
            own = indices[number]
            parts[Section.FUNCTION] += [unsigned(own.types[kind]) for kind in module.functions]
            parts[Section.TABLE] += module.tables
            parts[Section.MEMORY] += module.memories
            parts[Section.GLOBAL] += [each.kind + self._constant(number, each.start) for each in module.globals]
            parts[Section.ELEMENT] += [self._element(number, each, own) for each in module.elements]
            parts[Section.CODE] += [sized(relinked(body, own)) for body in module.bodies]
            parts[Section.DATA] += module.datas
        parts[Section.DATA] = with_immortals(parts[Section.DATA])
        parts[Section.IMPORT] = self._imports()
        parts[Section.TYPE] = list(self._types)
        for place, (instance, name) in enumerate(exports):
            sort, found = self._index(instance, name)
            parts[Section.EXPORT].append(named(str(place)) + bytes([sort]) + unsigned(found))
        return HEAD + b"".join(_ordered(parts)) + self._names()

    def _targets(self, number: int, sort: Sort) -> list[_Local | Outside]:
        """Of every import of one sort, what it is."""
        return [self._resolved(number, each) for each in self._modules[number].imported(sort)]

    def _resolved(self, number: int, wanted: Import) -> _Local | Outside:
        found = self._source(number, wanted)
        if isinstance(found, Outside):
            if wanted.sort is not Sort.FUNCTION:
                raise LinkingError(f"{wanted.module} {wanted.name} is no function, and comes from outside")
            self.outside.setdefault(found.function, len(self.outside))
            return found
        provider = self._modules[found.instance]
        sort, index = provider.exports[found.name]
        if sort is not wanted.sort:
            raise LinkingError(f"{wanted.module} {wanted.name} is of another sort than its source")
        imports = provider.imported(sort)
        if index < len(imports):
            return self._resolved(found.instance, imports[index])
        return found.instance, index - len(imports)

    def _map(self, number: int, sort: Sort) -> list[int]:
        """The module's indices of one sort, in the linked module."""
        found = [
            self.outside[each.function] if isinstance(each, Outside) else self._first[sort][each[0]] + each[1]
            for each in self._found[number, sort]
        ]
        first = self._first[sort][number]
        return found + list(range(first, first + _size(self._modules[number], sort)))

    def _indices(self, number: int) -> Indices:
        module = self._modules[number]
        return Indices(
            types=[self._types.setdefault(kind, len(self._types)) for kind in module.types],
            functions=self._map(number, Sort.FUNCTION),
            tables=self._map(number, Sort.TABLE),
            memories=self._map(number, Sort.MEMORY),
            globals=self._map(number, Sort.GLOBAL),
            elements=self._segments(number),
        )

    def _segments(self, number: int) -> list[int]:
        first = sum(len(module.elements) for before, module in self._modules.items() if before < number)
        return list(range(first, first + len(self._modules[number].elements)))

    def _imports(self) -> list[bytes]:
        kinds: dict[int, bytes] = {}
        for number, module in self._modules.items():
            for each, found in zip(module.imported(Sort.FUNCTION), self._found[number, Sort.FUNCTION], strict=True):
                if isinstance(found, Outside):
                    kinds[found.function] = module.types[Cursor(each.kind).number()]
        return [
            named("") + named(str(place)) + bytes([Sort.FUNCTION]) + unsigned(self._types[kinds[function]])
            for function, place in self.outside.items()
        ]

    def _element(self, number: int, element: Element, own: Indices) -> bytes:
        functions = vector([unsigned(own.functions[each]) for each in element.functions])
        if element.table is None:
            return bytes([element.flag, 0]) + functions
        table = own.tables[element.table]
        return b"\x02" + unsigned(table) + self._constant(number, element.offset) + b"\0" + functions

    def _constant(self, number: int, expression: bytes) -> bytes:
        """The expression, or the integer that it comes to."""
        if is_literal(expression):
            return expression + b"\x0b"
        return b"\x41" + signed(self._value(number, expression)) + b"\x0b"

    def _value(self, number: int, expression: bytes) -> int:
        """What an expression of 32-bit integers comes to."""
        cursor, stack = Cursor(expression), list[int]()
        while not cursor.done:
            match cursor.byte():
                case 0x23:
                    stack.append(self._global(number, cursor.number()))
                case 0x41:
                    stack.append(cursor.signed())
                case 0x6A:
                    stack.append(stack.pop() + stack.pop())
                case opcode:
                    raise LinkingError(f"instruction {opcode:#x} in a constant cannot be worked out")
        (value,) = stack
        return (value + (1 << 31)) % (1 << 32) - (1 << 31)

    def _global(self, number: int, index: int) -> int:
        imports = self._found[number, Sort.GLOBAL]
        owner = imports[index] if index < len(imports) else (number, index - len(imports))
        if isinstance(owner, Outside):
            raise LinkingError("a constant needs a global from outside")
        found = self._modules[owner[0]].globals[owner[1]]
        if found.kind != b"\x7f\x00":
            raise LinkingError("a constant needs a global that changes, or is no 32-bit integer")
        return self._value(owner[0], found.start)

    def _names(self) -> bytes:
        found = {}
        for number, module in self._modules.items():
            functions = self._map(number, Sort.FUNCTION)
            found.update({functions[index]: sized(name) for index, name in module.names.items()})
        entries = vector([unsigned(index) + name for index, name in sorted(found.items())])
        return section(Section.CUSTOM, named("name") + section(1, entries))


def _first(modules: Mapping[int, Module], sort: Sort, start: int = 0) -> dict[int, int]:
    """Where each module's own items of one sort begin."""
    found = {}
    for number, module in modules.items():
        found[number] = start
        start += _size(module, sort)
    return found


def _size(module: Module, sort: Sort) -> int:
    own: dict[Sort, Sequence[object]] = {
        Sort.FUNCTION: module.functions,
        Sort.TABLE: module.tables,
        Sort.MEMORY: module.memories,
        Sort.GLOBAL: module.globals,
    }
    return len(own[sort])


def _ordered(parts: Mapping[Section, list[bytes]]) -> list[bytes]:
    """The sections as a module has them; the count of the data comes before the code."""
    count = [section(Section.DATA_COUNT, unsigned(len(parts[Section.DATA])))]
    before = [section(kind, vector(parts[kind])) for kind in list(Section)[1:8] if parts[kind]]
    return [
        *before,
        section(Section.ELEMENT, vector(parts[Section.ELEMENT])),
        *count,
        section(Section.CODE, vector(parts[Section.CODE])),
        section(Section.DATA, vector(parts[Section.DATA])),
    ]
