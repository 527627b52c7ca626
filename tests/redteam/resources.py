"""Programs that use more than they may: memory, recursion, long numbers, slow patterns, descriptors, threads."""

from __future__ import annotations

from functools import partial

from glassbox.harness.outcome import Outcome
from tests.redteam.attack import SHOUT, TOTAL, Attack

resource = partial(Attack, "resources")

TOO_DEEP = frozenset({Outcome.UNSUPPORTED, Outcome.TIMEOUT})
"""Whether the stack or the fuel ends first depends on how much of the stack a level needs on this processor."""

ATTACKS = (
    resource(
        "one_large_allocation",
        TOTAL,
        Outcome.MEMORY,
        "Refused by the allocator: MemoryError, not caught.",
        """
        def total(numbers):
            return len(bytearray(2_000_000_000))
        """,
        Outcome.MEMORY,
    ),
    resource(
        "memory_bit_by_bit",
        TOTAL,
        Outcome.MEMORY,
        "A list that grows by a megabyte a step.",
        """
        def total(numbers):
            kept = []
            while True:
                kept.append(bytearray(1_000_000))
        """,
        Outcome.MEMORY,
    ),
    resource(
        "string_multiplication",
        SHOUT,
        Outcome.MEMORY,
        "A string of two billion characters.",
        """
        def shout(text):
            return 'x' * 2_000_000_000
        """,
        Outcome.MEMORY,
    ),
    resource(
        "memory_caught_and_tried_again",
        TOTAL,
        Outcome.TIMEOUT,
        "MemoryError may be caught; what cannot be caught is the end of the fuel.",
        """
        def total(numbers):
            while True:
                try:
                    bytearray(2_000_000_000)
                except MemoryError:
                    pass
        """,
        Outcome.TIMEOUT,
    ),
    resource(
        "expansion_bomb",
        SHOUT,
        Outcome.MEMORY,
        "Each round makes the text ten times longer, as an archive of archives does.",
        """
        def shout(text):
            packed = 'x'
            for _ in range(16):
                packed = packed.replace('x', 'x' * 10)
            return packed
        """,
        Outcome.MEMORY,
    ),
    resource(
        "recursion_in_python",
        TOTAL,
        Outcome.RUNTIME,
        "RecursionError before the stack of the instance ends.",
        """
        def total(numbers):
            return total(numbers)
        """,
        Outcome.RUNTIME,
    ),
    resource(
        "recursion_with_the_limit_raised",
        TOTAL,
        Outcome.TIMEOUT,
        "The candidate lifts the interpreter's limit: frames of Python are none of C, and go on until the fuel ends.",
        """
        import sys
        def total(numbers):
            sys.setrecursionlimit(2 ** 31 - 1)
            return total(numbers)
        """,
        Outcome.TIMEOUT,
    ),
    resource(
        "recursion_in_c",
        TOTAL,
        TOO_DEEP,
        "repr of a list nested 40,000 deep recurses in C, where frames are larger.",
        """
        import sys
        def total(numbers):
            sys.setrecursionlimit(2 ** 31 - 1)
            nest = []
            for _ in range(40_000):
                nest = [nest]
            return len(repr(nest))
        """,
        TOO_DEEP,
    ),
    resource(
        "power_tower",
        TOTAL,
        Outcome.TIMEOUT,
        "One operator, hours of arithmetic in C.",
        """
        def total(numbers):
            return 10 ** 10 ** 8
        """,
        Outcome.TIMEOUT,
    ),
    resource(
        "power_tower_of_constants_while_loading",
        TOTAL,
        Outcome.TIMEOUT,
        "The same at module level.",
        """
        BIG = 9
        for _ in range(40):
            BIG = BIG * BIG
        def total(numbers):
            return 0
        """,
        Outcome.TIMEOUT,
    ),
    resource(
        "long_integer_as_text",
        SHOUT,
        Outcome.RUNTIME,
        "The interpreter refuses to write more than 4,300 digits.",
        """
        def shout(text):
            return str(10 ** 5_000)
        """,
        Outcome.RUNTIME,
    ),
    resource(
        "long_integer_as_result",
        TOTAL,
        Outcome.WRONG,
        "The host must neither refuse nor take long to show an integer of 5,001 digits.",
        """
        def total(numbers):
            return 10 ** 5_000
        """,
        Outcome.WRONG,
    ),
    resource(
        "catastrophic_pattern",
        SHOUT,
        Outcome.TIMEOUT,
        "A regular expression that backtracks for ever, in C.",
        """
        import re
        def shout(text):
            return re.match(r'(a|a)*b', 'a' * 64) and text
        """,
        Outcome.TIMEOUT,
    ),
    resource(
        "descriptor_flood",
        TOTAL,
        Outcome.RUNTIME,
        "There is nothing to open, and stdout cannot be doubled without end.",
        """
        import os
        def total(numbers):
            while True:
                os.dup(1)
        """,
        Outcome.RUNTIME,
    ),
    resource(
        "giant_output",
        TOTAL,
        Outcome.WRONG,
        "Cut at the limit: neither the answer nor the memory of the host is touched.",
        """
        def total(numbers):
            for _ in range(100):
                print('41' * 10_000)
            return -1
        """,
        Outcome.WRONG,
    ),
    resource(
        "threads",
        TOTAL,
        Outcome.UNSUPPORTED,
        "The guest has no threads; a program that needs them is not wrong.",
        """
        import threading
        def total(numbers):
            for _ in range(100_000):
                threading.Thread(target=lambda: None).start()
            return 0
        """,
        Outcome.UNSUPPORTED,
    ),
    resource(
        "colliding_hashes",
        TOTAL,
        Outcome.TIMEOUT,
        "Integers that all fall into one bucket make a set quadratic.",
        """
        import sys
        def total(numbers):
            return len({index * sys.hash_info.modulus for index in range(200_000)})
        """,
        Outcome.TIMEOUT,
    ),
)
