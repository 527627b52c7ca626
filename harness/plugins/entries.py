"""Entry points of installed packages; one that cannot be loaded costs a warning that names it, not the command.

for name, found in load("glassbox.families"): ...
"""

from __future__ import annotations

import importlib
import logging
import pkgutil
from collections.abc import Iterator
from fnmatch import fnmatchcase
from functools import cache
from importlib.metadata import EntryPoint, entry_points
from types import ModuleType
from typing import Any

PACKAGE = "glassbox"
"""Our own package: a fault in it is a fault of ours and is raised."""

INSPECTS = "inspect_ai"

GROUPS = ("glassbox.commands", "glassbox.families", "glassbox.models", "inspect_ai")
"""Through which packages bring something to our commands."""

_INSPECTS_LOADER = "inspect_ai._util.entrypoints"

logger = logging.getLogger(__name__)
_warned: set[str] = set()
"""Packages that were warned of: one that is broken is broken in every group, and named once."""


@cache
def entries(group: str) -> tuple[EntryPoint, ...]:
    """The entry points of a group: our own first, then those of other packages by name; each name once."""
    found = sorted(entry_points(group=group), key=lambda one: (not is_ours(one), one.name))
    return tuple({one.name: one for one in reversed(found)}.values())[::-1]


def shown(name: str) -> str:
    """A registered name as users write it: without our own package, and inspect's."""
    for package in (PACKAGE, INSPECTS):
        name = name.removeprefix(f"{package}/")
    return name


def called(name: str, asked: str) -> bool:
    """Whether a user who asks for this (a pattern, too) means what has that name; its package may be left out."""
    return fnmatchcase(name, asked) or fnmatchcase(name.rpartition("/")[2], asked)


def is_ours(entry: EntryPoint) -> bool:
    """Whether Glassbox itself brings it."""
    return entry.module.partition(".")[0] == PACKAGE


@cache
def load(group: str) -> tuple[tuple[str, Any], ...]:
    """What the group's entry points name, with their names; what cannot be loaded is warned of, once, and left out."""
    found = []
    for entry in entries(group):
        try:
            found.append((entry.name, entry.load()))
        except Exception as error:  # a plug-in may fail in any way
            if is_ours(entry):
                raise
            _warn_of(entry, broken(entry, error))
    return tuple(found)


def top_of(module: str) -> str:
    """The top-level package of a module."""
    return module.partition(".")[0]


def blamed(error: BaseException) -> EntryPoint | None:
    """The plug-in of another package through whose code an error came; None where it came through none."""
    plugins = {top_of(one.module): one for group in GROUPS for one in entries(group) if not is_ours(one)}
    found, frame = None, error.__traceback__
    while frame is not None:
        found = plugins.get(top_of(str(frame.tb_frame.f_globals.get("__name__", ""))), found)
        frame = frame.tb_next
    return found


def broken(entry: EntryPoint, error: Exception) -> str:
    """One line that names a plug-in which cannot be used, and the way out."""
    package = _package(entry)
    said = " ".join(f"{type(error).__name__}: {error}".split())
    return f"plug-in {entry.name} ({entry.group}) of {package} is left out, {said}; mend or uninstall {package}"


def _package(entry: EntryPoint) -> str:
    return entry.dist.name if entry.dist else entry.module.partition(".")[0]


def _warn_of(entry: EntryPoint, line: str) -> None:
    # Inspect loads the same plug-in, and says so once more without a name or a way out.
    logging.getLogger(_INSPECTS_LOADER).addFilter(lambda record: f"'{entry.value}'" not in record.getMessage())
    if _package(entry) not in _warned:
        _warned.add(_package(entry))
        logger.warning("%s", line)


def files(package: str) -> Iterator[ModuleType]:
    """The modules that lie directly in a package's folder, imported, in the order of their names."""
    room = importlib.import_module(package)
    for found in sorted(pkgutil.iter_modules(room.__path__), key=lambda one: one.name):
        if not found.ispkg and found.name not in ("registry", "__main__"):
            yield importlib.import_module(f"{package}.{found.name}")
