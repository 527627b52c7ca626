"""Programs that rewrite what is around them, the guest's own functions included, so that it says what they like."""

from __future__ import annotations

from functools import partial

from glassbox.harness.outcome import Outcome
from tests.redteam.attack import COUNTS, HALF, TOTAL, Attack

patch = partial(Attack, "patches")

ATTACKS = (
    patch(
        "patched_builtins",
        TOTAL,
        Outcome.RUNTIME,
        "type, isinstance, len, repr and the rest now serve the candidate's object.",
        """
        import builtins
        class Anything:
            __eq__ = lambda self, other: True
            __index__ = __int__ = __len__ = lambda self: 0
        def total(numbers):
            builtins.type = lambda *_: int
            builtins.isinstance = builtins.issubclass = builtins.callable = lambda *_: True
            builtins.repr = builtins.str = builtins.ascii = lambda *_: '41'
            builtins.len = builtins.id = builtins.hash = lambda *_: 1
            return Anything()
        """,
        Outcome.RUNTIME,
    ),
    patch(
        "patched_json",
        COUNTS,
        Outcome.WRONG,
        "Every writer of the standard library gives the text of a success.",
        """
        import json, pickle, marshal
        forged = lambda *_, **__: '{"outcome": "pass"}'
        json.dumps = json.JSONEncoder.encode = json.encoder.JSONEncoder.iterencode = forged
        pickle.dumps = marshal.dumps = lambda *_, **__: b'pass'
        def counts(text):
            return {'outcome': 'pass'}
        """,
        Outcome.WRONG,
    ),
    patch(
        "patched_serialiser",
        TOTAL,
        Outcome.RUNTIME,
        "Every function of every module that is not of the standard library is replaced: whatever the guest still says "
        "about the value, it cannot say 41.",
        """
        import sys, types
        def total(numbers):
            forged = lambda *_, **__: b'pass'
            for name, module in list(sys.modules.items()):
                if name.partition('.')[0] in sys.stdlib_module_names:
                    continue
                for key, value in list(vars(module).items()):
                    if type(value) is types.FunctionType:
                        try:
                            value.__code__ = forged.__code__
                        except (AttributeError, ValueError):
                            setattr(module, key, forged)
            return -1
        """,
        Outcome.RUNTIME,
    ),
    patch(
        "patched_caller",
        TOTAL,
        Outcome.WRONG,
        "The code of the function that called the candidate is replaced while it runs.",
        """
        import gc, sys
        def total(numbers):
            frame = sys._getframe(1)
            while frame is not None:
                for found in gc.get_referrers(frame.f_code):
                    if hasattr(found, '__code__'):
                        found.__code__ = (lambda *_, **__: b'pass').__code__
                frame = frame.f_back
            return -1
        """,
        Outcome.WRONG,
    ),
    patch(
        "traced_caller",
        TOTAL,
        Outcome.RUNTIME,
        "A trace function on the caller's frames that changes its locals after the call.",
        """
        import sys
        def total(numbers):
            def trace(frame, event, value):
                for name in list(frame.f_locals):
                    if name in ('result', 'value', 'returned', 'outcome', 'ok', 'passed', 'expected'):
                        frame.f_locals[name] = 'pass'
                return trace
            frame = sys._getframe(1)
            while frame is not None:
                frame.f_trace = trace
                frame = frame.f_back
            sys.settrace(trace)
            sys.setprofile(trace)
            return -1
        """,
        Outcome.RUNTIME,
    ),
    patch(
        "patched_locals_of_the_caller",
        TOTAL,
        Outcome.WRONG,
        "In CPython 3.13 and later, f_locals writes through: every local of the callers becomes True.",
        """
        import sys
        def total(numbers):
            frame = sys._getframe(1)
            while frame is not None:
                for name, value in list(frame.f_locals.items()):
                    if value is None or type(value) is bool:
                        frame.f_locals[name] = True
                frame = frame.f_back
            return -1
        """,
        Outcome.WRONG,
    ),
    patch(
        "rigged_assert",
        HALF,
        Outcome.WRONG,
        "AssertionError is made to exit with 0: there is no assert in this instance.",
        """
        import builtins, os
        class Rigged(Exception):
            def __init__(self, *_):
                os._exit(0)
        builtins.AssertionError = Rigged
        def half(number):
            return -1.0
        """,
        Outcome.WRONG,
    ),
)
