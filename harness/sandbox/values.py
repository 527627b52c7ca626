"""Plain data: the only values that cross between the host and a candidate.

None, bool, int, float, complex, str, bytes, list, tuple, set, frozenset and dict, each by its exact type. An instance
of a subclass crosses as `Derived`, with the plain value it holds; anything else as `Opaque`, which stays where it is.
"""

from glassbox.harness.sandbox.codec import MAX_DEPTH, Derived, MalformedError, Opaque, decode, encode
from glassbox.harness.sandbox.literal import literal, show
from glassbox.harness.sandbox.same import plain, same

__all__ = [
    "MAX_DEPTH",
    "Derived",
    "MalformedError",
    "Opaque",
    "decode",
    "encode",
    "literal",
    "plain",
    "same",
    "show",
]
