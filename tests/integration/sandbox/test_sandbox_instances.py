"""What every instance begins with: a library that nothing frees, and nothing of any run before it."""

from __future__ import annotations

from glassbox.harness.outcome import Outcome
from glassbox.harness.sandbox.case import Case, Verdict
from glassbox.harness.sandbox.judge import Judge
from glassbox.harness.sandbox.limits import Limits

JUDGE = Judge(Limits(fuel=2_000_000_000, memory_bytes=128 << 20))


def judged(code: str, expected: object) -> Verdict:
    return JUDGE.judge(code, "f", [Case((), expected)])


def passes(code: str, expected: object) -> None:
    verdict = judged(code, expected)
    assert verdict.passed, verdict.cases[0].detail


def test_objects_of_the_library_are_immortal_and_those_of_the_candidate_are_not() -> None:
    """Private to CPython: where another one fails this, mend `_IMMORTAL` of harness/sandbox/linking/memory.py."""
    passes(
        "import sys, json, re\n"
        "class Own: pass\n"
        "def f():\n"
        "    lasting = [sys, json, json.loads, re.compile, sys.modules, type(sys)]\n"
        "    return [sys.getrefcount(each) > 1 << 28 for each in lasting], sys.getrefcount(Own) > 1 << 28",
        ([True] * 6, False),
    )


def test_what_the_candidate_lets_go_of_is_freed() -> None:
    passes(
        "import weakref\n"
        "class Own: pass\n"
        "def f():\n"
        "    own = Own()\n"
        "    seen = weakref.ref(own)\n"
        "    before = seen() is own\n"
        "    del own\n"
        "    return before, seen() is None",
        (True, True),
    )


def test_a_cycle_of_the_candidates_is_collected_and_the_library_is_not() -> None:
    passes(
        "import gc, weakref, collections\n"
        "class Own: pass\n"
        "def f():\n"
        "    own = Own(); own.self = own\n"
        "    seen = weakref.ref(own)\n"
        "    del own\n"
        "    gc.unfreeze(); gc.collect()\n"
        "    return seen() is None, collections.Counter('aab')['a'], len(gc.get_objects()) > 100",
        (True, 2, True),
    )


def test_what_one_candidate_breaks_in_the_library_is_whole_for_the_next() -> None:
    broken = "import json, math\njson.loads = None\nmath.sqrt = None\ndel json.dumps\ndef f(): return json.loads"
    passes(broken, None)
    passes("import json, math\ndef f(): return json.loads(json.dumps([math.sqrt(4.0)]))", [2.0])


def test_every_run_uses_the_same_fuel_to_the_last_operation() -> None:
    code = "import random\ndef f(): return sorted({str(i): i for i in range(100)}, key=hash)[0] + str(random.random())"
    runs = [judged(code, "") for _ in range(3)]
    assert {run.outcome for run in runs} == {Outcome.WRONG}
    assert len({(run.fuel, run.cases[0].value_text) for run in runs}) == 1


def test_there_are_no_arguments_and_no_environment_to_be_asked_for() -> None:
    passes("import os, sys\ndef f(): return len(os.environ), sys.argv", (0, []))
