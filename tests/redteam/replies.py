"""Programs that write the guest's replies themselves: well formed, with the right nonce, and made to hurt who reads."""

from __future__ import annotations

from functools import partial

from glassbox.harness.outcome import Outcome
from tests.redteam.attack import ORDERED, SHOUT, TOTAL, Attack

_TAKE_OVER = """
import glassbox.harness.sandbox.guest.candidate as guest
genuine = guest.packed
def reply(*fields):
    guest.packed = lambda message: genuine((message[0], *fields))
"""


def _replying(fields: str) -> str:
    """A program whose every reply has these fields after the nonce."""
    return f"{_TAKE_OVER}reply({fields})\ndef total(numbers):\n    return -1\n"


reply = partial(Attack, "replies")

ATTACKS = (
    reply(
        "endless_line_number",
        TOTAL,
        Outcome.RUNTIME,
        "An integer of 5,001 digits where a line number belongs: Python refuses to write it as text.",
        _replying("'syntax', 'SyntaxError', 'no', 10 ** 5_000, b'', b''"),
        Outcome.RUNTIME,
    ),
    reply(
        "endless_line_number_in_a_traceback",
        TOTAL,
        Outcome.RUNTIME,
        "The same in a frame.",
        _replying("'raised', ['ValueError'], 'no', [(10 ** 5_000, 'total')], None, None, b'', b''"),
        Outcome.RUNTIME,
    ),
    reply(
        "numbers_for_names",
        TOTAL,
        Outcome.RUNTIME,
        "The same where the name of a class belongs.",
        _replying("'raised', ['ValueError', [[10 ** 5_000]]], 'no', [], None, None, b'', b''"),
        Outcome.RUNTIME,
    ),
    reply(
        "ten_thousand_frames",
        TOTAL,
        Outcome.RUNTIME,
        "A traceback that would fill the log.",
        _replying("'raised', ['ValueError'], 'no', [(1, 'total')] * 10_000, None, None, b'', b''"),
        Outcome.RUNTIME,
    ),
    reply(
        "verdict_of_a_test",
        TOTAL,
        Outcome.RUNTIME,
        "The reply by which the instance of a test says that it passed.",
        _replying("'passed', b'', b''"),
        Outcome.RUNTIME,
    ),
    reply(
        "value_before_it_was_asked_for",
        TOTAL,
        Outcome.RUNTIME,
        "A returned value in reply to loading.",
        _replying("'returned', b'N', b'', b'', b''"),
        Outcome.RUNTIME,
    ),
    reply(
        "no_reply_at_all",
        SHOUT,
        Outcome.RUNTIME,
        "Text in which there is no message.",
        f"{_TAKE_OVER}guest.packed = lambda message: ''\ndef shout(text):\n    return text\n",
        Outcome.RUNTIME,
    ),
    reply(
        "reply_beyond_latin",
        SHOUT,
        Outcome.RUNTIME,
        "Characters that are no bytes.",
        f"{_TAKE_OVER}guest.packed = lambda message: chr(0x4E2D) * 100\ndef shout(text):\n    return text\n",
        Outcome.RUNTIME,
    ),
    reply(
        "four_billion_items",
        ORDERED,
        Outcome.RUNTIME,
        "A list whose length says four billion, in a value of five bytes.",
        """
        import glassbox.harness.sandbox.guest.candidate as guest
        genuine = guest.packed
        def forged(message):
            if message[1] == 'returned':
                message = (*message[:2], b'l' + bytes([255] * 4), *message[3:])
            return genuine(message)
        guest.packed = forged
        def ordered(numbers):
            return []
        """,
        Outcome.RUNTIME,
    ),
    reply(
        "list_in_a_set",
        ORDERED,
        Outcome.RUNTIME,
        "A set that holds a list: no encoder of ours writes it, and building it raises.",
        """
        import glassbox.harness.sandbox.guest.candidate as guest
        genuine = guest.packed
        def forged(message):
            if message[1] == 'returned':
                message = (*message[:2], b'S' + bytes([1, 0, 0, 0]) + b'l' + bytes(4), *message[3:])
            return genuine(message)
        guest.packed = forged
        def ordered(numbers):
            return []
        """,
        Outcome.RUNTIME,
    ),
    reply(
        "name_of_half_a_character",
        SHOUT,
        Outcome.RUNTIME,
        "A class and a function whose names cannot be encoded, in the traceback.",
        """
        class Fault(Exception):
            pass
        Fault.__name__ = chr(0xD800) + chr(27)
        def shout(text):
            raise Fault(chr(0xDFFF))
        shout.__code__ = shout.__code__.replace(co_name=chr(0xD800))
        """,
        Outcome.RUNTIME,
    ),
)
