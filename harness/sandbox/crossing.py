"""A call into an instance, a message in and a message out, by one of two roads that answer alike.

    GLASSBOX_SANDBOX_ROAD=public inspect eval tasks/code_spec.py@phase3 --solver gold

The direct road calls below wasmtime's binding for Python and is there for the versions it knows; the public road is
the binding itself, which any version has. The binding asks for the function's type at each call, builds it anew, and
copies a string by an array class of its length that is made for it and left to the collector. Same component, same
fuel, same verdicts; `glassbox doctor` says which one is in use, and what a run takes on it.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Literal, get_args

from wasmtime import Store
from wasmtime.component import Func

from glassbox.harness.sandbox.direct import Refused, direct
from glassbox.harness.sandbox.errors import SetupError

ROAD_VARIABLE = "GLASSBOX_SANDBOX_ROAD"
Name = Literal["direct", "public"]
Exchange = Callable[[Func, Store, bytes], bytes]
"""What a function from string to string answers; each byte is a character below 256.

Raises:
  UnicodeEncodeError: The answer holds a character that is none of ours.
  WasmtimeError: The call trapped.
"""


@dataclass(frozen=True, slots=True)
class Road:
    """The road in use, and why it is not the direct one; empty where it is."""

    name: Name
    exchange: Exchange
    why: str = ""


@cache
def road() -> Road:
    """The direct road where it is known to lead somewhere, else the public one; GLASSBOX_SANDBOX_ROAD forces one.

    Raises:
      SetupError: The variable names no road, or one that does not exist with this wasmtime.
    """
    forced = os.environ.get(ROAD_VARIABLE, "")
    if forced not in ("", *get_args(Name)):
        raise SetupError(f"{ROAD_VARIABLE} is {forced!r}; it may be {' or '.join(get_args(Name))}, or not be set")
    if forced == "public":
        return Road("public", public, f"{ROAD_VARIABLE} says so")
    try:
        return Road("direct", direct())
    except Refused as refused:
        if forced:
            raise SetupError(f"{ROAD_VARIABLE} is {forced!r}, but {refused}; unset it") from refused
        return Road("public", public, str(refused))


def public(function: Func, store: Store, message: bytes) -> bytes:
    """An exchange by the binding itself."""
    answer: str = function(store, message.decode("latin-1"))
    return answer.encode("latin-1")
