"""A component whose core modules are linked into one; what it takes and gives stays as it is.

    linked(component)        # the same component, with nothing left to link when it is instantiated

componentize-py leaves a dozen shared libraries and a loader: to make an instance of them is to resolve two thousand
imports. All become one module, but for those that need its memory before they can be made.
"""

from __future__ import annotations

from glassbox.harness.sandbox.linking.binary import LinkingError, named, section, unsigned, vector
from glassbox.harness.sandbox.linking.link import Inside, Linked, Outside, Source
from glassbox.harness.sandbox.linking.module import Import, Module, Sort, parse
from glassbox.harness.sandbox.linking.parts import (
    HEAD,
    INSTANCE,
    Alias,
    Bundle,
    Canon,
    CoreModule,
    Instantiation,
    Raw,
    Reference,
    SectionNumber,
    items,
)

_ALWAYS_EMPTY = ("get-environment", "get-arguments")
"""What every instance asks for as it begins: lists, of which nothing is in the sandbox."""
_EMPTY_INSTANCE = -1
_EMPTY = Module(
    types=[b"\x60\x01\x7f\x00"],
    functions=[0],
    exports={"empty": (Sort.FUNCTION, 0)},
    bodies=[b"\x00\x20\x00\x42\x00\x37\x02\x00\x0b"],
)
"""Answers it without leaving the instance: where the list is to be put, it writes that it lies at 0 and is 0 long."""


def linked(component: bytes) -> bytes:
    """The same component with its core modules linked.

    Raises:
      LinkingError: It holds what the linker does not know.
    """
    return _Writer(_Reading(component)).written()


class _Reading:
    """The component's items with their index spaces, and which instances become one."""

    def __init__(self, component: bytes) -> None:
        self.items = list(items(component))
        self.modules = [item for item in self.items if isinstance(item, CoreModule)]
        self.instances = [item for item in self.items if isinstance(item, Instantiation | Bundle)]
        self.spaces: dict[Sort, list[Alias | Canon]] = {sort: [] for sort in Sort}
        for item in self.items:
            if isinstance(item, Alias):
                self.spaces[item.sort].append(item)
            elif isinstance(item, Canon) and not item.lifted:
                self.spaces[Sort.FUNCTION].append(item)
        self.joined: set[int] = set()
        for number, instance in enumerate(self.instances):
            if isinstance(instance, Instantiation) and not self._needs_the_joined(instance):
                self.joined.add(number)

    def linked(self) -> Linked:
        """The instances that become one, as one module."""
        modules = {_EMPTY_INSTANCE: _EMPTY}
        for number in sorted(self.joined):
            instance = self.instances[number]
            if isinstance(instance, Instantiation):
                modules[number] = parse(self.modules[instance.module].content)
        return Linked(modules, self._source)

    def of(self, reference: Reference) -> Alias | Canon:
        """What a reference leads to."""
        sort, index = reference
        return self.spaces[sort][index]

    def _source(self, number: int, wanted: Import) -> Source:
        if wanted.module.startswith("wasi:cli/environment@") and wanted.name in _ALWAYS_EMPTY:
            return Inside(_EMPTY_INSTANCE, "empty")
        taker = self.instances[number]
        assert isinstance(taker, Instantiation)
        given = taker.given[wanted.module]
        giver = self.instances[given]
        if isinstance(giver, Instantiation):
            return Inside(given, wanted.name)
        reference = giver.exports[wanted.name]
        item = self.of(reference)
        if isinstance(item, Alias) and item.instance in self.joined:
            return Inside(item.instance, item.name)
        return Outside(reference[1])

    def _needs_the_joined(self, instance: Instantiation) -> bool:
        """Whether it is given a function that can be made only when the joined instances are there."""
        for number in instance.given.values():
            giver = self.instances[number]
            if isinstance(giver, Instantiation):
                if number not in self.joined:
                    return True
                continue
            for item in map(self.of, giver.exports.values()):
                if isinstance(item, Canon) and any(isinstance(part, tuple) for part in item.parts):
                    return True
                if isinstance(item, Alias) and item.instance not in self.joined:
                    return True
        return False


class _Writer:
    """Writes items in their order, and what they refer to right before them; what no one refers to is left out."""

    def __init__(self, reading: _Reading) -> None:
        self._reading = reading
        self._linked = reading.linked()
        self._sections: list[bytes] = []
        self._place: int | None = None
        """Where in the sections the linked module is to be put."""
        self._exports: dict[tuple[int, str], int] = {}
        self._indices: dict[Reference, int] = {}
        self._instances: dict[int, int] = {}
        self._next_instance = 0
        self._next_module = 0
        self._next = dict.fromkeys(Sort, 0)
        self._one = 0

    def written(self) -> bytes:
        """The component."""
        number = -1
        for item in self._reading.items:
            number += isinstance(item, Instantiation | Bundle)
            if isinstance(item, Raw):
                self._sections.append(section(item.section, item.content))
            elif isinstance(item, Canon) and item.lifted:
                self._canon(item)
            elif isinstance(item, Instantiation) and number not in self._reading.joined:
                self._instance(number)
        if self._place is None:
            raise LinkingError("nothing refers to the core modules")
        self._sections[self._place] = section(SectionNumber.CORE_MODULE, self._linked.encode(list(self._exports)))
        return HEAD + b"".join(self._sections)

    def _index(self, reference: Reference) -> int:
        """The new index of what is referred to; written if it is not there yet."""
        if reference not in self._indices:
            item = self._reading.of(reference)
            if isinstance(item, Canon):
                self._canon(item)
            else:
                self._alias(item)
            self._indices[reference] = self._next[reference[0]]
            self._next[reference[0]] += 1
        return self._indices[reference]

    def _canon(self, item: Canon) -> None:
        parts = [part if isinstance(part, bytes) else unsigned(self._index(part)) for part in item.parts]
        self._sections.append(section(SectionNumber.CANON, vector([b"".join(parts)])))

    def _alias(self, item: Alias) -> None:
        if item.instance in self._reading.joined:
            instance = self._joined()
            name = str(self._exports.setdefault((item.instance, item.name), len(self._exports)))
        else:
            instance, name = self._instance(item.instance), item.name
        content = bytes([0, item.sort, 1]) + unsigned(instance) + named(name)
        self._sections.append(section(SectionNumber.ALIAS, vector([content])))

    def _instance(self, number: int) -> int:
        """The new index of an instance that stays; written if it is not there yet."""
        if number not in self._instances:
            instance = self._reading.instances[number]
            if isinstance(instance, Bundle):
                self._instances[number] = self._bundle(instance.exports)
            else:
                given = {name: self._instance(index) for name, index in instance.given.items()}
                module = self._module(self._reading.modules[instance.module].content)
                self._instances[number] = self._instantiation(module, given)
        return self._instances[number]

    def _joined(self) -> int:
        """The index of the linked module's instance; written if it is not there yet."""
        if self._place is None:
            outside = [(Sort.FUNCTION, function) for function in self._linked.outside]
            given = self._bundle({str(place): reference for place, reference in enumerate(outside)})
            self._place = len(self._sections)
            self._one = self._instantiation(self._module(b""), {"": given})
        return self._one

    def _bundle(self, exports: dict[str, Reference]) -> int:
        parts = [
            named(name) + bytes([reference[0]]) + unsigned(self._index(reference))
            for name, reference in exports.items()
        ]
        return self._core_instance(b"\1" + vector(parts))

    def _instantiation(self, module: int, given: dict[str, int]) -> int:
        parts = [named(name) + bytes([INSTANCE]) + unsigned(instance) for name, instance in given.items()]
        return self._core_instance(b"\0" + unsigned(module) + vector(parts))

    def _core_instance(self, content: bytes) -> int:
        self._sections.append(section(SectionNumber.CORE_INSTANCE, vector([content])))
        self._next_instance += 1
        return self._next_instance - 1

    def _module(self, content: bytes) -> int:
        self._sections.append(section(SectionNumber.CORE_MODULE, content))
        self._next_module += 1
        return self._next_module - 1
