"""The classic ways out of a Python interpreter, each looking for a host, a judge or an answer to bring back."""

from __future__ import annotations

from functools import partial

from glassbox.harness.outcome import Outcome
from tests.redteam.attack import HALF, IS_ODD, NEVER_PASSES, ORDERED, SHOUT, TOTAL, Attack

escape = partial(Attack, "escapes")

ATTACKS = (
    escape(
        "walk_the_subclasses",
        SHOUT,
        Outcome.RUNTIME,
        "From the empty tuple to a class whose globals hold `popen`: there it is, and there is no process to open.",
        """
        def shout(text):
            for found in ().__class__.__base__.__subclasses__():
                scope = getattr(found.__init__, '__globals__', {})
                if 'popen' in scope:
                    return scope['popen']('id').read()
            raise LookupError('no popen')
        """,
        Outcome.RUNTIME,
    ),
    escape(
        "walk_the_frames",
        TOTAL,
        Outcome.WRONG,
        "Every frame of the caller, searched for the values of a case: the expected one is in none.",
        """
        import sys
        def total(numbers):
            frame = sys._getframe()
            while frame is not None:
                for name, value in (*frame.f_locals.items(), *frame.f_globals.items()):
                    if 'expect' in name.lower() or hasattr(value, 'expected'):
                        return getattr(value, 'expected', value)
                frame = frame.f_back
            return -1
        """,
        Outcome.WRONG,
    ),
    escape(
        "walk_a_traceback",
        TOTAL,
        Outcome.WRONG,
        "The frames once more, reached by an exception instead of by `sys`.",
        """
        def total(numbers):
            try:
                raise RuntimeError
            except RuntimeError as error:
                frame = error.__traceback__.tb_frame
            seen = []
            while frame is not None:
                seen.extend(value for value in frame.f_locals.values() if type(value) is int)
                frame = frame.f_back
            return max(seen, default=-1) if max(seen, default=-1) > 41 else -1
        """,
        Outcome.WRONG,
    ),
    escape(
        "ask_the_collector",
        TOTAL,
        Outcome.WRONG,
        "Every container that is alive, searched for one that holds the arguments beside something else.",
        """
        import gc
        def total(numbers):
            for found in gc.get_objects():
                if type(found) is dict and 'expected' in found and 'args' in found:
                    return found['expected']
                if type(found) is tuple and len(found) == 2 and found[0] == (numbers,):
                    return found[1]
            return -1
        """,
        Outcome.WRONG,
    ),
    escape(
        "ask_who_refers_to_the_arguments",
        SHOUT,
        Outcome.WRONG,
        "From the argument upwards: its tuple, the caller's frame, and there it ends.",
        """
        import gc
        def shout(text):
            around, seen = [text], set()
            for _ in range(4):
                around = [up for down in around for up in gc.get_referrers(down) if id(up) not in seen][:50]
                seen.update(map(id, around))
                for found in around:
                    if isinstance(found, dict) and isinstance(found.get('expected'), str):
                        return found['expected']
            return 'nothing'
        """,
        Outcome.WRONG,
    ),
    escape(
        "decode_a_hidden_program",
        SHOUT,
        Outcome.RUNTIME,
        "Deny lists of words are blind to rot13; here no word is denied and nothing is there to be found.",
        """
        import codecs
        def shout(text):
            return eval(codecs.decode("__vzcbeg__('bf').cbcra('vq').ernq()", 'rot13'))
        """,
        Outcome.RUNTIME,
    ),
    escape(
        "reach_for_ctypes",
        TOTAL,
        Outcome.UNSUPPORTED,
        "Raw memory by ctypes: the module belongs to CPython and is not in the guest.",
        """
        import ctypes
        def total(numbers):
            return ctypes.c_long.from_address(id(0) + 24).value
        """,
        Outcome.UNSUPPORTED,
    ),
    escape(
        "import_the_judge",
        TOTAL,
        Outcome.RUNTIME,
        "The judge's package is on no path of the guest.",
        """
        def total(numbers):
            import glassbox.harness.sandbox.judge as judge
            judge.same = lambda *_, **__: True
            return -1
        """,
        Outcome.RUNTIME,
    ),
    escape(
        "patch_every_module",
        TOTAL,
        Outcome.WRONG,
        "Whatever is called `same`, `compare` or `check` in any module now says yes: the one that counts is not here.",
        """
        import sys
        def total(numbers):
            for module in list(sys.modules.values()):
                for name in ('same', 'compare', 'check', 'equal', 'passed', 'verdict', 'judge'):
                    if hasattr(module, name):
                        try:
                            setattr(module, name, lambda *_, **__: True)
                        except Exception:
                            pass
            return -1
        """,
        Outcome.WRONG,
    ),
    escape(
        "load_a_module_of_the_host",
        SHOUT,
        Outcome.RUNTIME,
        "A loader with a path of its own finds no file.",
        """
        import importlib.machinery
        def shout(text):
            return importlib.machinery.SourceFileLoader('stolen', '/etc/hostname').get_data('/etc/hostname').decode()
        """,
        Outcome.RUNTIME,
    ),
    escape(
        "plant_a_finder",
        TOTAL,
        Outcome.WRONG,
        "Imports made after the candidate would get its own modules: the guest makes none that matter.",
        """
        import sys, types
        class Planter:
            def find_spec(self, name, path=None, target=None):
                sys.modules[name] = types.ModuleType(name)
                return None
        sys.meta_path.insert(0, Planter())
        sys.modules.clear()
        def total(numbers):
            return -1
        """,
        Outcome.WRONG,
    ),
    escape(
        "forge_a_code_object",
        IS_ODD,
        NEVER_PASSES,
        "Bytecode that reads outside its constants: the instance may end, the host goes on.",
        """
        def is_odd(number):
            forged = is_odd.__code__.replace(co_code=bytes([100, 255, 83, 0] * 8), co_consts=(), co_stacksize=1)
            return type(is_odd)(forged, {})(number)
        """,
        NEVER_PASSES,
    ),
    escape(
        "feed_marshal_garbage",
        IS_ODD,
        NEVER_PASSES,
        "marshal trusts its input; garbage is refused or ends the instance.",
        """
        import marshal
        def is_odd(number):
            exec(marshal.loads(b'\\xe3' + bytes(range(255, 0, -1)) * 9))
            return 1
        """,
        NEVER_PASSES,
    ),
    escape(
        "unpickle_a_command",
        SHOUT,
        Outcome.UNSUPPORTED,
        "A pickle that calls os.system, run in the guest by the candidate itself.",
        """
        import pickle
        class Command:
            def __reduce__(self):
                import os
                return (os.system, ('id',))
        def shout(text):
            return pickle.loads(pickle.dumps(Command()))
        """,
        Outcome.UNSUPPORTED,
    ),
    escape(
        "result_that_reduces_to_a_command",
        SHOUT,
        Outcome.WRONG,
        "The same object returned: nothing on the way unpickles it.",
        """
        class Command:
            def __reduce__(self):
                return (print, ('owned',))
            __reduce_ex__ = lambda self, protocol: self.__reduce__()
        def shout(text):
            return Command()
        """,
        Outcome.WRONG,
    ),
    escape(
        "empty_the_builtins",
        HALF,
        Outcome.RUNTIME,
        "Without a single builtin the guest itself cannot answer: no answer is no pass.",
        """
        import builtins
        def half(number):
            vars(builtins).clear()
            return -1.0
        """,
        Outcome.RUNTIME,
    ),
    escape(
        "crash_the_interpreter",
        ORDERED,
        Outcome.RUNTIME,
        "A known fault by reference: a function whose code reads a local that was never there.",
        """
        import faulthandler
        def ordered(numbers):
            faulthandler._sigsegv()
            return []
        """,
        Outcome.RUNTIME,
    ),
    escape(
        "open_a_socket",
        SHOUT,
        Outcome.UNSUPPORTED,
        "There is no network. A program that needs one cannot be judged here.",
        """
        def shout(text):
            import socket
            socket.create_connection(('127.0.0.1', 22), timeout=1)
            return text
        """,
        Outcome.UNSUPPORTED,
    ),
)
