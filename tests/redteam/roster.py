"""All attacks of all themes, and the limits they are run under."""

from __future__ import annotations

from glassbox.harness.sandbox.limits import KIB, MIB, Limits
from tests.redteam import (
    asserts,
    changing,
    escapes,
    evil,
    forgeries,
    lies,
    patches,
    replies,
    resources,
    results,
    sources,
    tampering,
)
from tests.redteam.attack import Attack

ATTACKS: tuple[Attack, ...] = tuple(
    attack
    for theme in (
        asserts,
        changing,
        evil,
        escapes,
        lies,
        forgeries,
        patches,
        replies,
        tampering,
        resources,
        results,
        sources,
    )
    for attack in theme.ATTACKS
)
LIMITS = Limits(fuel=1_000_000_000, memory_bytes=128 * MIB, result_bytes=256 * KIB)
"""Small, so that the endless programs end soon; the honest ones use a thousandth."""
