"""Tasks, solvers and scorers by name, of this package and of all others that are installed.

    make = find("solver", "ir_head")
    card_of("example/longest_word").control

Ours go by their bare names, those of other packages by `package/name`; `glassbox/ir_head` is `ir_head` everywhere.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from typing import Any, Literal

# Inspect has no public way to list what is registered, nor to give it a second name. Without these, names are unknown:
# tests/unit/test_private_parts.py names each and says what to do.
from inspect_ai._util import registry  # inspect-evals-lint: ignore[IECQ001] -- see above
from inspect_ai._util.registry import (  # inspect-evals-lint: ignore[IECQ001] -- see above
    RegistryInfo,
    registry_find,
    registry_key,
)
from inspect_ai.util import registry_info

from glassbox.harness.cli.spelling import meant
from glassbox.harness.plugins.card import ANY, UNSAID, SolverCard, card_on
from glassbox.harness.plugins.entries import INSPECTS, PACKAGE, load, shown

Kind = Literal["task", "solver", "scorer"]
GROUP = "inspect_ai"


class Unknown(ValueError):
    """Nothing of that name is registered; the message names what is close, or all there is."""


@dataclass(frozen=True, slots=True)
class Registered:
    """Something that inspect knows by name.

    Attributes:
      name: As users write it: bare for ours, `package/name` for another's.
      package: Top-level package that brings it.
      make: Its factory.
    """

    name: str
    package: str
    make: Callable[..., Any]

    @property
    def card(self) -> SolverCard:
        """What a solver says of itself."""
        return card_on(self.make)

    @property
    def about(self) -> str:
        """First line of its docstring."""
        return (inspect.getdoc(self.make) or "").partition("\n")[0]


def registered(kind: Kind) -> dict[str, Registered]:
    """Everything of a kind by name, ours first; what inspect itself brings is left out."""
    load(GROUP)
    found = {one.name: one for one in _all(kind)}
    return dict(sorted(found.items(), key=lambda item: (item[1].package != PACKAGE, item[0])))


def find(kind: Kind, name: str) -> Registered:
    """What users mean by a name.

    Raises:
      Unknown: Nothing is called so.
    """
    there = registered(kind)
    bare = shown(name)
    if bare in there:
        return there[bare]
    ends = [one for one in there.values() if one.name.rpartition("/")[2] == bare]
    if len(ends) == 1:
        return ends[0]
    way_out = meant(bare, there).rstrip() or f"there are {', '.join(there)}"
    raise Unknown(f"there is no {kind} {name!r}; {way_out}")


def names_of(answers: str, models: Collection[str]) -> list[str]:
    """Solvers that say they answer this kind of task and need no more of a model than these."""
    return [
        one.name
        for one in registered("solver").values()
        if one.card is not UNSAID and {answers, ANY} & set(one.card.answers) and one.card.model in models
    ]


def card_of(name: str) -> SolverCard | None:
    """The card of a solver by the name that a log has; None where no such solver is installed."""
    try:
        return find("solver", name).card
    except Unknown:
        return None


def defaults_of(kind: Kind, name: str) -> dict[str, object]:
    """What the arguments are that nobody gives, by their names; empty where nothing of that name is installed."""
    try:
        parameters = inspect.signature(find(kind, name).make).parameters.values()
    except Unknown:
        return {}
    return {one.name: one.default for one in parameters if one.default is not one.empty}


def also_by_package(package: str) -> None:
    """Give what `package` registers the name `package/name` beside its bare one.

    Inspect puts the package before names of a wheel, and not before those of most editable installs.
    """

    def bare(info: RegistryInfo) -> bool:
        return "/" not in info.name

    for found in registry_find(bare):
        if _package(found) == package:
            info = registry_info(found)
            registry._registry.setdefault(registry_key(info.type, f"{package}/{info.name}"), found)


def _all(kind: Kind) -> Iterator[Registered]:
    for found in registry_find(lambda info: info.type == kind):
        package = _package(found)
        if package == INSPECTS or not callable(found):
            continue
        bare = registry_info(found).name.removeprefix(f"{package}/")
        yield Registered(bare if package == PACKAGE else f"{package}/{bare}", package, found)


def _package(found: object) -> str:
    unwrapped = inspect.unwrap(found) if callable(found) else found
    return str(getattr(unwrapped, "__module__", "")).partition(".")[0]
