"""Which score heads a run, by the families of tasks that are installed; their boards are no affair of the engine's.

    headline_of(["exact_question", "exact_both"])      # exact_both

A family comes by the entry point `glassbox.families`: a `Family` of leaderboards, or a package of which each file holds
one as FAMILY.
"""

from __future__ import annotations

from collections.abc import Collection
from functools import cache
from types import ModuleType
from typing import Protocol

from glassbox.harness.plugins.entries import files, load

GROUP = "glassbox.families"


class HasHeadline(Protocol):
    """What the engine asks of a family."""

    @property
    def headline(self) -> str:
        """The score that a run is judged by."""


@cache
def installed() -> tuple[HasHeadline, ...]:
    """Every family, by name."""
    found = (family for _, loaded in load(GROUP) for family in _families(loaded))
    return tuple(sorted(found, key=lambda family: str(getattr(family, "name", ""))))


def headline_of(scores: Collection[str]) -> str:
    """The score that heads a run with these: its family's, else the first; empty where there is none."""
    return next((family.headline for family in installed() if family.headline in scores), next(iter(scores), ""))


def _families(found: object) -> list[HasHeadline]:
    if not isinstance(found, ModuleType):
        return [found]  # type: ignore[list-item]  # the board checks its type
    return [module.FAMILY for module in files(found.__name__) if hasattr(module, "FAMILY")]
