"""Results made to hurt the host that reads, compares or shows them: giant, cyclic, deep, colliding, not encodable."""

from __future__ import annotations

from functools import partial

from glassbox.harness.outcome import Outcome
from tests.redteam.attack import COUNTS, FIRST, IS_ODD, ORDERED, SHOUT, Attack

result = partial(Attack, "results")

ATTACKS = (
    result(
        "giant_result",
        ORDERED,
        Outcome.WRONG,
        "Ten million items are more than a result may hold.",
        """
        def ordered(numbers):
            return [0] * 10_000_000
        """,
        Outcome.WRONG,
    ),
    result(
        "giant_text_as_result",
        SHOUT,
        Outcome.WRONG,
        "So are ten million characters.",
        """
        def shout(text):
            return 'x' * 10_000_000
        """,
        Outcome.WRONG,
    ),
    result(
        "shared_references",
        ORDERED,
        Outcome.WRONG,
        "A hundred small lists that are ten to the power of a hundred items when written out.",
        """
        def ordered(numbers):
            nest = numbers
            for _ in range(100):
                nest = [nest] * 10
            return nest
        """,
        Outcome.WRONG,
    ),
    result(
        "cyclic_result",
        ORDERED,
        Outcome.WRONG,
        "A list that holds itself is no plain data.",
        """
        def ordered(numbers):
            numbers = list(numbers)
            numbers.append(numbers)
            return numbers
        """,
        Outcome.WRONG,
    ),
    result(
        "cyclic_dictionary",
        COUNTS,
        Outcome.WRONG,
        "The same by way of a dictionary.",
        """
        def counts(text):
            found = {}
            found['n'] = (found,)
            return found
        """,
        Outcome.WRONG,
    ),
    result(
        "deep_result",
        ORDERED,
        Outcome.RUNTIME,
        "A list nested forty thousand deep: writing, reading, comparing and showing it must not recurse.",
        """
        def ordered(numbers):
            nest = []
            for _ in range(40_000):
                nest = [nest]
            return nest
        """,
        Outcome.RUNTIME,
    ),
    result(
        "sleep_when_the_result_dies",
        FIRST,
        Outcome.WRONG,
        "An object that sleeps for ever once nobody holds it: it is no plain data, and no one waits for it.",
        """
        import time
        class Sleeper:
            def __del__(self):
                time.sleep(10 ** 9)
        def first(items):
            return Sleeper()
        """,
        Outcome.WRONG,
    ),
    result(
        "colliding_hashes_for_the_host",
        ORDERED,
        Outcome.RUNTIME,
        "A small result of integers that collide in the host's 64-bit interpreter, though not in the guest's.",
        """
        def ordered(numbers):
            return {index * (2 ** 61 - 1) for index in range(2_000)}
        """,
        Outcome.RUNTIME,
    ),
    result(
        "half_a_character",
        SHOUT,
        Outcome.WRONG,
        "A lone surrogate cannot be encoded: the message, the log and the table must bear it.",
        """
        def shout(text):
            print('\\ud800')
            return '\\ud800'
        """,
        Outcome.WRONG,
    ),
    result(
        "half_a_character_in_an_exception",
        IS_ODD,
        Outcome.RUNTIME,
        "The same in a message, with control characters that would clear a terminal.",
        """
        def is_odd(number):
            raise KeyError('\\ud800\\x00\\x1b[2J' * 100_000)
        """,
        Outcome.RUNTIME,
    ),
)
