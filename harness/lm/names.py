"""Which view of which model is meant: a base, for a hub name the revision of it, and an adapter or none.

open/smol                                    the base
open/smol+runs/adapters/words                the base with an adapter of peft's format
open/TinyLlama/TinyLlama-1.1B-Chat-v1.0@fe8a4ea1+../adapters/words
open/smol~random                             the same shape, never trained: a control
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from glassbox.harness.lm.errors import OpenModelError

RANDOM = "~random"


@dataclass(frozen=True)
class ViewName:
    """A view by its parts; as text it is what logs and boards call it.

    Attributes:
      base: Short name, hub name, folder or GGUF file.
      revision: Branch, tag or commit of a hub name; None is the default branch.
      adapter: Folder of an adapter; None is the base alone.
      random: Whether its weights are as they are drawn before training.
    """

    base: str
    revision: str | None = None
    adapter: str | None = None
    random: bool = False

    @classmethod
    def of(cls, text: str, *, revision: str | None = None, adapter: str | None = None) -> ViewName:
        """The parts of a name, with those that are given beside it.

        A `+` or `@` that belongs to a path that exists separates nothing.

        Raises:
          OpenModelError: The name says one thing and the argument another.
        """
        shape = text.removesuffix(RANDOM)
        base, in_name = _parted(shape, "+")
        base, at = _parted(base, "@")
        found = cls(base, _one("revision", at, revision), _one("adapter", in_name, adapter), shape != text)
        if found.random and found.adapter:
            raise OpenModelError(f"{found} has an adapter on weights that were never trained; leave one of them out")
        return found

    def __str__(self) -> str:
        at = f"@{self.revision}" if self.revision else ""
        return f"{self.base}{at}" + (f"+{self.adapter}" if self.adapter else "") + RANDOM * self.random


def _parted(text: str, sign: str) -> tuple[str, str | None]:
    if sign not in text or Path(text).expanduser().exists():
        return text, None
    before, _, after = text.partition(sign)
    if not before or not after:
        raise OpenModelError(f"model {text!r} lacks what stands before or after {sign}; use BASE[@REVISION][+ADAPTER]")
    return before, after


def _one(what: str, in_name: str | None, given: str | None) -> str | None:
    if in_name and given and in_name != given:
        raise OpenModelError(f"the model's name says {what} {in_name} and the argument {given}; give one of them")
    return in_name or given
