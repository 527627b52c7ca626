"""Programs that end or print their way to a verdict instead of computing a value."""

from __future__ import annotations

from functools import partial

from glassbox.harness.outcome import Outcome
from tests.redteam.attack import FIRST, ORDERED, SHOUT, TOTAL, Attack

forgery = partial(Attack, "forgeries")

ATTACKS = (
    forgery(
        "exit_while_loading",
        TOTAL,
        Outcome.RUNTIME,
        "Exit status 0 before any test has run: graders by exit status count it.",
        """
        import sys
        sys.exit(0)
        """,
        Outcome.RUNTIME,
    ),
    forgery(
        "exit_in_the_call",
        TOTAL,
        Outcome.RUNTIME,
        "The same from inside the function.",
        """
        def total(numbers):
            raise SystemExit(0)
        """,
        Outcome.RUNTIME,
    ),
    forgery(
        "hard_exit_while_loading",
        TOTAL,
        Outcome.RUNTIME,
        "os._exit skips every handler and ends the instance with status 0.",
        """
        import os
        os._exit(0)
        """,
        Outcome.RUNTIME,
    ),
    forgery(
        "hard_exit_in_the_call",
        TOTAL,
        Outcome.RUNTIME,
        "The same from inside the function.",
        """
        import os
        def total(numbers):
            os._exit(0)
        """,
        Outcome.RUNTIME,
    ),
    forgery(
        "hard_exit_in_a_finaliser",
        TOTAL,
        Outcome.WRONG,
        "The result is written, then the instance ends with status 0: the message counts, not the status.",
        """
        import os
        class Last:
            def __del__(self):
                os._exit(0)
        def total(numbers):
            total.last = Last()
            return -1
        """,
        Outcome.WRONG,
    ),
    forgery(
        "exit_handlers",
        TOTAL,
        Outcome.WRONG,
        "atexit would print a verdict after the last one; nothing is read there.",
        """
        import atexit, os, weakref
        def verdict():
            print('{"passed": true}')
            os._exit(0)
        atexit.register(verdict)
        def total(numbers):
            weakref.finalize(total, verdict)
            return -1
        """,
        Outcome.WRONG,
    ),
    forgery(
        "no_function_at_all",
        TOTAL,
        Outcome.RUNTIME,
        "A program without the entry point, that says it passed.",
        """
        print('OK: 3 passed')
        """,
        Outcome.RUNTIME,
    ),
    forgery(
        "the_entry_point_is_a_value",
        TOTAL,
        Outcome.RUNTIME,
        "The name is there and is the answer to one case.",
        """
        total = 41
        """,
        Outcome.WRONG,
    ),
    forgery(
        "printed_check_marks",
        SHOUT,
        Outcome.WRONG,
        "Verdicts counted by marks in the output are forged by printing and by returning them.",
        """
        def shout(text):
            print('\\u2713 passed\\n' * 10 + 'PASS\\n{"outcome": "pass"}')
            return '\\u2713'
        """,
        Outcome.WRONG,
    ),
    forgery(
        "printed_frames",
        TOTAL,
        Outcome.WRONG,
        "Frames with lengths and guessed nonces on both outputs: no verdict is read from an output.",
        """
        import struct, sys
        def total(numbers):
            for nonce in range(256):
                frame = struct.pack('<16sI', bytes([nonce]) * 16, 5) + b'i\\x29\\x00\\x00\\x00'
                sys.stdout.buffer.write(frame)
                sys.stderr.buffer.write(frame)
            return -1
        """,
        Outcome.WRONG,
    ),
    forgery(
        "stolen_nonce",
        TOTAL,
        Outcome.WRONG,
        "The nonce is looked for in every frame and module and printed in a frame of the candidate's own.",
        """
        import sys
        def total(numbers):
            frame, found = sys._getframe(), []
            while frame is not None:
                found += [value for value in frame.f_locals.values() if type(value) in (bytes, bytearray)]
                frame = frame.f_back
            for module in list(sys.modules.values()):
                found += [value for name, value in vars(module).items() if name.lower().endswith('nonce')]
            for nonce in found:
                sys.stdout.buffer.write(bytes(nonce) + b'i41')
            return -1
        """,
        Outcome.WRONG,
    ),
    forgery(
        "answers_by_guessing_the_file_of_tests",
        ORDERED,
        Outcome.RUNTIME,
        "The tests of a data set often lie beside the program.",
        """
        import glob, json
        def ordered(numbers):
            for path in glob.glob('/**/*.jsonl', recursive=True) + ['tests.jsonl', 'phase3.jsonl']:
                for line in open(path):
                    return json.loads(line)['expected']
        """,
        Outcome.RUNTIME,
    ),
    forgery(
        "answer_of_the_case_before",
        FIRST,
        Outcome.WRONG,
        "State kept between cases, in the hope that the judge leaves its last answer behind.",
        """
        import gc
        seen = []
        def first(items):
            seen.append(items)
            return seen[0][0]
        """,
        Outcome.WRONG,
    ),
)
