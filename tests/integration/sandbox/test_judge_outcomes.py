"""What becomes of a candidate: one outcome for each way to end, and the same one every time."""

from __future__ import annotations

import multiprocessing
import threading
import time

import pytest

from glassbox.harness.outcome import Outcome
from glassbox.harness.sandbox.case import Case
from glassbox.harness.sandbox.errors import SandboxError
from glassbox.harness.sandbox.judge import PATIENCE, Judge
from glassbox.harness.sandbox.limits import Limits
from glassbox.tasks.code.task import OFFICIAL_LIMITS

JUDGE = Judge(Limits(fuel=2_500_000_000, memory_bytes=128 << 20))

OUTCOMES = [
    ("def f(x): return x + 1", Outcome.PASS),
    ("def f(x): return x", Outcome.WRONG),
    ("def f(x): return float(x + 1)", Outcome.WRONG),
    ("def f(x: return x", Outcome.SYNTAX),
    ("def f(x):\nreturn x", Outcome.SYNTAX),
    (f"def f(x): return {'(' * 5_000}x{')' * 5_000}", Outcome.SYNTAX),
    ("def f(x): return '\ud800'\0", Outcome.SYNTAX),
    ("def g(x): return x + 1", Outcome.RUNTIME),
    ("f = 2", Outcome.RUNTIME),
    ("raise ValueError('at import')", Outcome.RUNTIME),
    ("def f(x): return 1 / 0", Outcome.RUNTIME),
    ("import sys\ndef f(x): sys.exit(0)", Outcome.RUNTIME),
    ("import os\nos._exit(0)", Outcome.RUNTIME),
    ("import os\ndef f(x): os._exit(0)", Outcome.RUNTIME),
    ("def f(x): return input()", Outcome.RUNTIME),
    ("import sys\ndef f(x): return int(sys.stdin.read())", Outcome.RUNTIME),
    ("def f(x): return open('/etc/hostname').read()", Outcome.RUNTIME),
    ("def f(x): return f(x)", Outcome.RUNTIME),
    ("import json\ndef f(x): return json.loads('[' * 10**6)", Outcome.RUNTIME),
    ("def f(x):\n    y = []\n    for _ in range(10**5): y = [y]\n    return repr(y)", Outcome.RUNTIME),
    ("def f(x):\n    y = []\n    y.append(y)\n    return y", Outcome.WRONG),
    ("def f(x): return 'x' * 10**7", Outcome.WRONG),
    ("def f(x):\n    y = [1]\n    for _ in range(60): y = [y, y]\n    return y", Outcome.WRONG),
    ("import wit_world\ndef f(x): return wit_world.cross('')", Outcome.RUNTIME),
    ("def f(x):\n    while True: pass", Outcome.TIMEOUT),
    ("while True: pass", Outcome.TIMEOUT),
    ("def f(x): return 9**9**9", Outcome.TIMEOUT),
    ("import re\ndef f(x): return re.match('(a+)+$', 'a' * 60 + 'b')", Outcome.TIMEOUT),
    ("def f(x):\n    try:\n        while True: pass\n    except BaseException: return 2", Outcome.TIMEOUT),
    ("def f(x): return bytes(10**9)", Outcome.MEMORY),
    ("def f(x):\n    y = []\n    while True: y.append(bytes(10**6))", Outcome.MEMORY),
    ("def f(x): return [0] * 10**8", Outcome.MEMORY),
    ("import numpy\ndef f(x): return 2", Outcome.UNSUPPORTED),
    ("def f(x):\n    import tkinter\n    return 2", Outcome.UNSUPPORTED),
    ("import threading\ndef f(x): threading.Thread(target=print).start()", Outcome.UNSUPPORTED),
    ("import subprocess\ndef f(x): subprocess.run(['ls'])", Outcome.UNSUPPORTED),
    ("import asyncio\ndef f(x): return asyncio.run(asyncio.to_thread(print))", Outcome.UNSUPPORTED),
    (
        "from concurrent.futures import ThreadPoolExecutor as T\ndef f(x): return T(2).submit(abs, 2)",
        Outcome.UNSUPPORTED,
    ),
    ("from math import sqroot", Outcome.RUNTIME),
    ("import socket\ndef f(x): socket.create_connection(('127.0.0.1', 80))", Outcome.UNSUPPORTED),
    ("import no_such_module_anywhere", Outcome.RUNTIME),
    ("def f(x): raise ModuleNotFoundError(name='numpy')", Outcome.RUNTIME),
]


@pytest.mark.parametrize(("code", "outcome"), OUTCOMES)
def test_each_way_to_end_has_its_outcome(code: str, outcome: Outcome) -> None:
    verdict = JUDGE.judge(code, "f", [Case((1,), 2)])
    assert verdict.outcome is outcome, verdict.cases[0].detail
    assert verdict.passed is (outcome is Outcome.PASS)


@pytest.mark.parametrize(
    "code",
    [
        "import time\ndef f(x):\n    time.sleep(1e9)\n    return 2",
        "import time\ndef f(x):\n    end = time.time() + 0.01\n    while time.time() < end: pass\n    return 2",
        "import asyncio\nasync def g():\n    await asyncio.sleep(1e6)\n    return 2\ndef f(x): return asyncio.run(g())",
        "import select\ndef f(x):\n    select.select([], [], [], 1e6)\n    return 2",
    ],
)
def test_waiting_takes_no_time(code: str) -> None:
    assert JUDGE.judge(code, "f", [Case((1,), 2)]).passed


def test_every_case_runs_and_the_first_failure_names_the_verdict() -> None:
    code = "def f(x):\n    if x == 1: return 1 / 0\n    if x == 2: return 0\n    return x"
    verdict = JUDGE.judge(code, "f", [Case((x,), x) for x in range(4)])
    assert [case.outcome for case in verdict.cases] == [Outcome.PASS, Outcome.RUNTIME, Outcome.WRONG, Outcome.PASS]
    assert verdict.outcome is Outcome.RUNTIME
    assert verdict.cases_passed == 2
    assert verdict.traceback == (
        'Traceback (most recent call last):\n  File "<candidate>", line 2, in f\n'
        "    if x == 1: return 1 / 0\nZeroDivisionError: division by zero"
    )


def test_a_dead_instance_is_replaced_for_the_next_case() -> None:
    code = "import os\ncalls = []\ndef f(x):\n    calls.append(x)\n    if x == 1: os._exit(0)\n    return len(calls)"
    verdict = JUDGE.judge(code, "f", [Case((0,), 1), Case((1,), 0), Case((2,), 1)])
    assert [case.outcome for case in verdict.cases] == [Outcome.PASS, Outcome.RUNTIME, Outcome.PASS]


def test_after_a_few_costly_cases_the_rest_are_given_up() -> None:
    verdict = JUDGE.judge(
        "def f(x):\n    while x: pass\n    return x", "f", [Case((x,), x) for x in (1, 0, 1, 1, 1, 0)]
    )
    assert [case.outcome for case in verdict.cases] == [Outcome.TIMEOUT, Outcome.PASS] + [Outcome.TIMEOUT] * 4
    assert verdict.cases[-1].detail == f"not run: {PATIENCE} cases before it ended in timeout"


def test_a_changed_argument_is_noticed_unless_it_may_change() -> None:
    code = "def f(x):\n    x.append(1)\n    return len(x)"
    assert JUDGE.judge(code, "f", [Case(([0],), 2)]).outcome is Outcome.MUTATED
    assert JUDGE.judge(code, "f", [Case(([0],), 2, may_mutate=True)]).passed
    assert JUDGE.judge(code, "f", [Case(([0],), 3)]).outcome is Outcome.WRONG
    kept = "def f(x):\n    x.append(1)\n    x.pop()\n    return len(x)"
    assert JUDGE.judge(kept, "f", [Case(([0, {2, 3}],), 2)]).passed


def test_each_call_has_fresh_arguments() -> None:
    shared: list[object] = [1]
    code = "def f(x):\n    x.append(1)\n    return len(x)"
    verdict = JUDGE.judge(code, "f", [Case((shared,), 2, may_mutate=True)] * 3)
    assert verdict.passed
    assert shared == [1]


def test_an_expected_exception_is_matched_by_name_or_base() -> None:
    code = "class Mine(KeyError): pass\ndef f(x): raise Mine('no') if x else ValueError('no')"
    assert JUDGE.judge(code, "f", [Case((1,), raises="Mine"), Case((1,), raises="LookupError")]).passed
    verdict = JUDGE.judge(code, "f", [Case((0,), raises="KeyError")])
    assert verdict.outcome is Outcome.RUNTIME
    assert verdict.cases[0].detail == "KeyError was to be raised, not ValueError: no"
    assert JUDGE.judge("def f(x): return x", "f", [Case((0,), raises="KeyError")]).outcome is Outcome.WRONG


def test_a_class_that_has_the_name_of_a_builtin_exception_is_not_it() -> None:
    code = "class ValueError(Exception): pass\ndef f(): raise ValueError('no')"
    verdict = JUDGE.judge(code, "f", [Case((), raises="ValueError")])
    assert verdict.cases[0].detail == "ValueError was to be raised, not candidate.ValueError: no"
    assert JUDGE.judge(code, "f", [Case((), raises="Exception")]).passed


def test_subclasses_are_other_types_unless_types_are_free() -> None:
    code = (
        "from collections import Counter, namedtuple\nP = namedtuple('P', 'x y')\ndef f(s): return Counter(s), P(1, 2)"
    )
    expected = ({"a": 2}, (1, 2))
    strict = JUDGE.judge(code, "f", [Case(("aa",), expected)])
    assert strict.cases[0].detail == "({'a': 2}, (1, 2)) was expected, not (Counter({'a': 2}), P((1, 2)))"
    assert JUDGE.judge(code, "f", [Case(("aa",), expected, exact_types=False)]).passed


def test_what_is_printed_is_kept_up_to_the_limit_and_decides_nothing() -> None:
    code = (
        "import sys\ndef f(x):\n    print('é' * x)\n    sys.stderr.write('err')\n    sys.stdout.close()\n    return x"
    )
    verdict = JUDGE.judge(code, "f", [Case((3,), 3)])
    assert (verdict.passed, verdict.stdout, verdict.stderr) == (True, "ééé\n", "err")
    flood = Judge(Limits(output_bytes=1_000)).judge(code, "f", [Case((10**5,), 10**5)] * 3)
    assert flood.passed
    assert len(flood.stdout.encode()) == 1_000


def test_the_candidate_is_a_module_like_any_other() -> None:
    code = (
        "from dataclasses import dataclass\nimport typing\n@dataclass\nclass P:\n    x: 'int'\n"
        "if __name__ == '__main__': raise SystemExit\n"
        "def f(x): return [P(x) == P(x), P(x).x, __name__, str(typing.get_type_hints(P))]"
    )
    assert JUDGE.judge(code, "f", [Case((1,), [True, 1, "candidate", "{'x': <class 'int'>}"])]).passed


def test_there_is_nothing_to_be_found_inside() -> None:
    code = (
        "import gc, os, sys, time\n"
        "def f():\n"
        "    word = ''.join(['nee', 'dle'])\n"
        "    held = [o for o in gc.get_objects() if isinstance(o, (list, tuple, dict)) and word in repr(o)[:10**5]]\n"
        "    return [len(held), dict(os.environ), sys.argv, os.path.exists('/'), int(time.time()) // 86400]"
    )
    verdict = Judge(Limits(fuel=10**11)).judge(code, "f", [Case((), "needle")])
    assert verdict.outcome is Outcome.WRONG
    assert verdict.cases[0].value_text == "[0, {}, [], False, 20454]"


def test_random_numbers_and_fuel_repeat() -> None:
    code = "import random, os, uuid\ndef f(): return [random.random(), os.urandom(4), uuid.uuid4().hex, hash('a')]"
    verdicts = [JUDGE.judge(code, "f", [Case((), None)]) for _ in range(3)]
    assert len({verdict.cases[0].value_text for verdict in verdicts}) == 1
    assert len({(verdict.fuel, verdict.cases[0].fuel) for verdict in verdicts}) == 1


LOOP = "def f():\n    for _ in range(20_000): pass\n    return 1"


def test_a_hundredth_too_little_fuel_is_a_timeout() -> None:
    used = JUDGE.judge(LOOP, "f", [Case((), 1)]).cases[0].fuel
    assert Judge(Limits(fuel=used)).judge(LOOP, "f", [Case((), 1)]).passed
    assert Judge(Limits(fuel=used * 99 // 100)).judge(LOOP, "f", [Case((), 1)]).outcome is Outcome.TIMEOUT


def _burn(seconds: float) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        pass


def test_verdicts_do_not_depend_on_load() -> None:
    used = JUDGE.judge(LOOP, "f", [Case((), 1)]).fuel
    spawn = multiprocessing.get_context("spawn")
    burners = [spawn.Process(target=_burn, args=(8,)) for _ in range(3)]
    for burner in burners:
        burner.start()
    try:
        for _ in range(20):
            assert JUDGE.judge(LOOP, "f", [Case((), 1)]).fuel == used
            assert Judge(Limits(fuel=used // 2)).judge(LOOP, "f", [Case((), 1)]).outcome is Outcome.TIMEOUT
    finally:
        for burner in burners:
            burner.terminate()
            burner.join()


def test_the_processor_time_of_a_call_is_a_timeout_and_is_counted_for_its_own_thread_alone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(Limits, "cpu_seconds", 0.5)
    judge, case = Judge(Limits(fuel=10**12, memory_bytes=128 << 20)), [Case((1,), 1)]
    idle = threading.Event()
    beside = threading.Thread(target=lambda: judge.judge("def f(x): return x", "f", case) and idle.wait(60))
    beside.start()
    verdict = judge.judge("def f(x):\n    while True: pass", "f", case)
    idle.set()
    beside.join()
    assert (verdict.outcome, verdict.cases[0].detail) == (Outcome.TIMEOUT, "used up its processor time")
    assert judge.judge("def f(x): return x", "f", case).passed, "the next call has its own time"


def test_all_calls_together_have_a_limit_and_the_rest_is_not_run() -> None:
    judge = Judge(Limits(fuel=200_000_000, memory_bytes=128 << 20, calls=2))
    verdict = judge.judge("def f(x):\n    for _ in range(2 * 10**5): pass\n    return x", "f", [Case((1,), 1)] * 30)
    ran = verdict.cases_passed
    assert 1 < ran < 30
    assert {case.outcome for case in verdict.cases[ran:]} == {Outcome.TIMEOUT}
    assert verdict.cases[ran].detail == "not run: the calls before it used up what 2 may use together"


def test_judging_stops_at_the_first_failed_case_where_only_the_verdict_counts() -> None:
    code, cases = "def f(x): return x if x < 2 else 0", [Case((x,), x) for x in range(6)]
    verdict = JUDGE.judge(code, "f", cases, every_case=False)
    assert [case.outcome for case in verdict.cases] == [Outcome.PASS, Outcome.PASS, Outcome.WRONG]
    assert verdict.outcome is JUDGE.judge(code, "f", cases).outcome


def test_an_answer_of_absurd_size_is_wrong_and_stays_where_it_is() -> None:
    before = time.thread_time()
    verdict = Judge(OFFICIAL_LIMITS).judge("def f(x): return [float('nan')] * 1_800_000", "f", [Case((1,), [1.5])] * 4)
    assert {case.outcome for case in verdict.cases} == {Outcome.WRONG}
    assert verdict.cases[0].detail == "returned value is larger than 65536 bytes"
    assert time.thread_time() - before < 4
    named = "class Named(int): pass\ndef f(x): return [Named(at) for at in range(x)]"
    assert JUDGE.judge(named, "f", [Case((5_000,), list(range(5_000)), exact_types=False)]).passed


def test_an_instance_that_does_not_fit_its_memory_is_the_machinerys_failure() -> None:
    with pytest.raises(SandboxError, match="no instance with 1048576 bytes"):
        Judge(Limits(memory_bytes=1 << 20)).judge("def f(): pass", "f", [Case(())])


def test_no_cases_and_arguments_that_are_no_data_are_refused() -> None:
    with pytest.raises(ValueError, match="there are no cases to judge 'f' by"):
        JUDGE.judge("def f(): pass", "f", [])
    with pytest.raises(TypeError, match="range is not plain data"):
        JUDGE.judge("def f(x): pass", "f", [Case((range(3),))])


ELIFS = "".join(f"    elif x == {at}: return {at}\n" for at in range(2, 1_500))
RIGHT_ELSEWHERE = [
    "def f(x): return len(range(0, 10**10, 3))",
    "from itertools import islice\ndef f(x): return sum(islice([2], 10**12))",
    "from array import array\ndef f(x): return array('l', [2**40])[0]",
    "import hashlib\ndef f(x): return hashlib.pbkdf2_hmac('sha256', b'a', b'b', 1)",
    "import hashlib\ndef f(x): return hashlib.scrypt(b'a', salt=b'b', n=2, r=1, p=1)",
    "from zoneinfo import ZoneInfo\ndef f(x): return str(ZoneInfo('Europe/Paris'))",
    "import tempfile\ndef f(x): return tempfile.mkdtemp()",
    "import bz2\ndef f(x): return bz2.compress(b'')",
    "import lzma\ndef f(x): return lzma.compress(b'')",
    "import sys\ndef f(x): return sys.getsizeof([])",
    f"def f(x):\n    if x == 0: return 0\n{ELIFS}    return 2",
    f"def f(x): return {'(' * 150}2{')' * 150}",
    "import sys\nfrom functools import lru_cache\nsys.setrecursionlimit(10**6)\n"
    "@lru_cache(None)\ndef g(n): return n and g(n - 1)\ndef f(x): return g(10**5)",
]


@pytest.mark.parametrize("code", RIGHT_ELSEWHERE)
def test_what_python_can_elsewhere_and_the_guest_cannot_is_unsupported_by_name(code: str) -> None:
    verdict = JUDGE.judge(code, "f", [Case((1,), 2)])
    assert verdict.outcome is Outcome.UNSUPPORTED, verdict.cases[0].detail
    assert "WebAssembly" in verdict.cases[0].detail or "stack" in verdict.cases[0].detail


def test_infinity_by_maxsize_and_recursion_that_is_asked_for_are_as_elsewhere() -> None:
    deep = (
        "import sys\nfrom functools import lru_cache\nsys.setrecursionlimit(10_000)\n"
        "@lru_cache(None)\ndef g(n): return n and 1 + g(n - 1)\ndef h(n): return n and 1 + h(n - 1)\n"
        "def f(x): return [g(1_600), h(9_000), min(10**12, sys.maxsize)]"
    )
    assert JUDGE.judge(deep, "f", [Case((1,), [1_600, 9_000, 10**12])]).passed
