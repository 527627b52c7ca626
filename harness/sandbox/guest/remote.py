"""What stands in a test for a value of the candidate's that is not plain data, and by which rule it is judged.

It has the operators that the value's class has, and each is done where the value is. An answer is taken once: until the
test calls or changes anything over there, the same question has the same answer, and a length is that of the items
that were taken. It is equal to itself, and to another value of the candidate's if that says so. To a value of the
test's it is never equal, never more or less than one, and it is not subtracted from one or divided by it: a class that
is told what was expected could say that nothing is left. Joining (`+ * @ & |`) tells it nothing that it can use.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from glassbox.harness.sandbox.guest.operations import ITERATORS, ONE, TWO

HANDLE = "_glassbox_handle"
_CHANGES = frozenset({"call", "assign", "put", "drop", "take", "enter", "exit"})
_JOINING = frozenset({"__add__", "__mul__", "__matmul__", "__and__", "__or__"})
_READ = frozenset({"__name__", "__qualname__", "__doc__", "__dict__", "__annotations__"})
_taken: dict[tuple[int, str, str, str], object] = {}
"""Answers since the last change."""


class Remote:
    """The value that a handle names; `standing_for` gives it the operators of its class."""

    def __init__(self, ask: Callable[..., Any], handle: int) -> None:
        self.__dict__[HANDLE] = handle
        self.__dict__["_ask"] = ask
        self.__dict__["_buffer"] = ([], False)

    def ask(self, operation: str, name: str | None = None, args: tuple[Any, ...] = (), named: Any = None) -> Any:
        """What the value answers, or what it answered before to the same."""
        ask = self.__dict__["_ask"]
        if operation in _CHANGES:
            _taken.clear()
        if operation in _CHANGES or any(handle_of(arg) is not None for arg in args):
            return ask(operation, self, name, args, named)
        question = (self.__dict__[HANDLE], operation, name or "", repr(args))
        if question not in _taken:
            _taken[question] = ask(operation, self, name, args, named)
        return _taken[question]

    def __setattr__(self, name: str, value: object) -> None:
        self.ask("assign", name, (value,))

    def __getattr__(self, name: str) -> object:
        if name.startswith("__") and name not in _READ:
            raise AttributeError(name)
        return self.ask("attribute", name)

    def __str__(self) -> str:
        return str(self.ask("text"))

    def __repr__(self) -> str:
        return str(self.ask("repr"))

    def __hash__(self) -> int:
        return hash(self.__dict__[HANDLE])


def handle_of(value: object) -> int | None:
    """The handle of what stands for a value of the candidate's; None for all else."""
    if isinstance(value, type):
        handle = vars(value).get(HANDLE)
    else:
        handle = value.__dict__[HANDLE] if issubclass(type(value), Remote) else None
    return handle if type(handle) is int else None


def standing_for(bare: Remote, type_name: str, kind: str, abilities: list[str]) -> Remote:
    """The same with the operators of its class, and with the class's name."""
    members: dict[str, Any] = {name: _METHODS[name] for name in abilities if name in _METHODS}
    if "__eq__" in members:
        members["__hash__"] = Remote.__hash__
    if "__next__" in members:
        members["__iter__"] = _itself
    if kind == "class":
        members["__instancecheck__"] = _is_instance
    if kind in ITERATORS:
        members["__class__"] = property(lambda self: ITERATORS[kind])
    kind_of = type(type_name, (Remote,), members)
    found: Remote = object.__new__(kind_of)
    found.__dict__.update(bare.__dict__)
    return found


def _is_instance(self: Remote, other: object) -> bool:
    return issubclass(type(other), Remote) and bool(other.ask("instance", None, (self,)))  # type: ignore[attr-defined]


def _one(name: str) -> Callable[..., Any]:
    return lambda self, *args: self.ask("one", name, args)


def _two(name: str) -> Callable[..., Any]:
    def method(self: Remote, other: object) -> Any:
        if name in _JOINING or issubclass(type(other), Remote):
            return self.ask("two", name, (other,))
        return NotImplemented

    return method


def _turned(name: str) -> Callable[..., Any]:
    return lambda self, other: self.ask("turned", name, (other,))


def _call(self: Remote, *args: object, **named: object) -> object:
    return self.ask("call", None, args, named)


def _items(self: Remote) -> Iterator[object]:
    return iter(self.ask("items"))


def _itself(self: Remote) -> Remote:
    return self


def _next(self: Remote) -> object:
    """The next item; many are fetched at once."""
    items, ended = self.__dict__["_buffer"]
    if not items and not ended:
        found, ended = self.ask("take")
        items = found[::-1]
        self.__dict__["_buffer"] = (items, ended)
    if not items:
        raise StopIteration
    return items.pop()


def _length(self: Remote) -> int:
    return len(self.ask("items")) if hasattr(type(self), "__iter__") else int(self.ask("length"))


def _truth(self: Remote) -> bool:
    return bool(self.ask("truth"))


def _enter(self: Remote) -> object:
    return self.ask("enter")


def _exit(self: Remote, *exception: object) -> bool:
    return bool(self.ask("exit"))


def _contains(self: Remote, item: object) -> bool:
    """By the items that were taken: what a class says of itself is no proof."""
    return item in self.ask("items")


_METHODS: dict[str, Callable[..., Any]] = {
    **{name: _one(name) for name in ONE},
    **{name: _two(name) for name in TWO},
    **{f"__r{name[2:]}": _turned(name) for name in _JOINING},
    "__call__": _call,
    "__iter__": _items,
    "__next__": _next,
    "__len__": _length,
    "__bool__": _truth,
    "__getitem__": lambda self, key: self.ask("item", None, (key,)),
    "__setitem__": lambda self, key, value: self.ask("put", None, (key, value)),
    "__delitem__": lambda self, key: self.ask("drop", None, (key,)),
    "__contains__": _contains,
    "__enter__": _enter,
    "__exit__": _exit,
}
