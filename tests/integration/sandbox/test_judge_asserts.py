"""Tests written as asserts: they run apart from the candidate, and their verdict is theirs alone."""

from __future__ import annotations

import pytest

from glassbox.harness.outcome import Outcome
from glassbox.harness.sandbox.judge import Judge
from glassbox.harness.sandbox.limits import Limits

JUDGE = Judge(Limits(fuel=1_000_000_000, memory_bytes=128 << 20))
PAIR = (
    "class Pair:\n    def __init__(self, a, b):\n        self.a = a\n        self.b = b\n"
    "def total(pairs): return sum(pair.a for pair in pairs)\n"
    "def first(pairs): return pairs[0]\n"
    "def pairs(n): return (Pair(i, i) for i in range(n))\n"
    "LIMIT = 7\n"
)


def outcome(code: str, test: str, prelude: str = "", entry_point: str | None = None) -> Outcome:
    return JUDGE.judge_asserts(code, [test], prelude=prelude, entry_point=entry_point).outcome


@pytest.mark.parametrize(
    "test",
    [
        "assert total([Pair(1, 2), Pair(3, 4)]) == 4",
        "p = Pair(1, 2)\nassert first([p, Pair(1, 2)]) is p and first([p]) != Pair(1, 2)",
        "assert Pair(1, 2).b == 2",
        "p = Pair(1, 2)\np.a = 5\nassert total([p]) == 5",
        "assert [pair.a for pair in pairs(3)] == [0, 1, 2]",
        "assert total(pairs=[]) == 0",
        "assert LIMIT == 7",
        "try:\n    total(5)\n    assert False\nexcept TypeError as error:\n    assert 'iterable' in str(error)",
        "import math\nassert math.isclose(total([Pair(0.1, 0), Pair(0.2, 0)]), 0.3)",
    ],
)
def test_values_cross_and_come_back(test: str) -> None:
    verdict = JUDGE.judge_asserts(PAIR, [test])
    assert verdict.passed, verdict.cases[0].detail


def test_one_result_a_test_and_the_first_failure_names_the_verdict() -> None:
    verdict = JUDGE.judge_asserts(
        "def f(x): return [1, 2][x]", ["assert f(0) == 1", "assert f(1) == 3, 'no'", "assert f(2) == 3"]
    )
    assert [case.outcome for case in verdict.cases] == [Outcome.PASS, Outcome.WRONG, Outcome.RUNTIME]
    assert [case.detail for case in verdict.cases[1:]] == [
        "does not hold: assert f(1) == 3, 'no' (no)",
        "IndexError: list index out of range",
    ]
    assert verdict.outcome is Outcome.WRONG


def test_check_is_called_with_the_entry_point_and_helpers_of_the_prelude() -> None:
    test = "def check(candidate):\n    assert candidate(3) == twice(3)\n    assert abs(candidate(4) - 8) < 1e-6"
    prelude = "def twice(x): return 2 * x"
    assert outcome("def f(x): return x + x", test, prelude, "f") is Outcome.PASS
    assert (
        outcome("def f(x): return 0\ndef twice(x): return 0\ndef abs(x): return 0", test, prelude, "f") is Outcome.WRONG
    )


@pytest.mark.parametrize(
    ("code", "wanted"),
    [
        ("def f(x): return g", Outcome.RUNTIME),
        ("def g(x): return x", Outcome.RUNTIME),
        ("def f(x:", Outcome.SYNTAX),
        ("def f(x):\n    while True: pass", Outcome.TIMEOUT),
        ("def f(x): return bytes(10**9)", Outcome.MEMORY),
        ("def f(x): import numpy", Outcome.UNSUPPORTED),
        ("def f(x): raise AssertionError('mine')", Outcome.RUNTIME),
        ("def f(x): raise StopIteration", Outcome.RUNTIME),
        ("import sys\ndef f(x): sys.exit(0)", Outcome.RUNTIME),
        ("import os\ndef f(x): os._exit(0)", Outcome.RUNTIME),
        ("def f(x): return None", Outcome.WRONG),
        (
            "class A:\n    def __eq__(self, other): return True\n    __lt__ = __eq__\ndef f(x): return A()",
            Outcome.WRONG,
        ),
        ("class A(int):\n    def __lt__(self, other): return True\ndef f(x): return A(5)", Outcome.WRONG),
    ],
)
def test_a_candidates_fault_is_never_the_tests(code: str, wanted: Outcome) -> None:
    assert outcome(code, "assert f(1) < 2") is wanted


@pytest.mark.parametrize(
    ("test", "said"),
    [
        ("import no_such_module\nassert f(1) == 1", "No module named 'no_such_module'"),
        ("assert [][1] == f(1)", "IndexError"),
        ("while True: pass\nassert f(1)", "used up its fuel by itself"),
        ("assert f(1) == (", "does not parse"),
    ],
)
def test_a_tests_own_fault_is_nobodys_and_undecided(test: str, said: str) -> None:
    code = "def f(x): return 1"
    for reference in (None, code):
        verdict = JUDGE.judge_asserts(code, [test], reference=reference)
        assert verdict.outcome is Outcome.INFRA
        assert said in verdict.cases[0].detail
    assert JUDGE.judge_asserts(code, [test, "assert f(1) == 2"]).outcome is (
        Outcome.INFRA if "parse" in said else Outcome.WRONG
    )


def test_a_name_that_nobody_defines_is_one_that_the_candidate_was_to_define() -> None:
    assert outcome("def f(x): return 1", "assert f(1) == nothing_anywhere()") is Outcome.RUNTIME


LAST = "def f(n): return list(range(n))"
LOOPED = "for v in f(3): last = v\nassert last == 2"


@pytest.mark.parametrize(
    ("reference", "bad", "test"),
    [
        (LAST, "def f(n): return []", LOOPED),
        (LAST, "def f(n): return []", "match f(3):\n    case [_, *rest]: pass\nassert rest == [1, 2]"),
        ("def f(n): return n", "def f(n): return {}", "match f(3):\n    case int() as x: pass\nassert x == 3"),
        ("def f(n): return '1'", "def f(n): return 'x y'", "assert eval(f(3)) == 1"),
        ("def f(n): return '1'", "def f(n): return 'x'", "assert eval(f(3)) == 1"),
        ("def f(n): return '1'", "def f(n): return '(('", "import ast\nassert ast.literal_eval(f(3)) == 1"),
        ("def f(n): return 'math'", "def f(n): return 'a.b'", "import importlib\nimportlib.import_module(f(3))"),
    ],
)
def test_a_test_that_only_this_candidate_breaks_is_the_candidates_fault(reference: str, bad: str, test: str) -> None:
    assert JUDGE.judge_asserts(reference, [test], entry_point="f", reference=reference).passed
    verdict = JUDGE.judge_asserts(bad, [test], entry_point="f", reference=reference)
    assert (verdict.outcome, verdict.cases[0].outcome) == (Outcome.WRONG, Outcome.WRONG)
    assert JUDGE.judge_asserts(bad, [test], entry_point="f").outcome in (Outcome.INFRA, Outcome.WRONG)


def test_judging_stops_at_the_first_failed_test_where_only_the_verdict_counts() -> None:
    verdict = JUDGE.judge_asserts("def f(x): return 1", ["assert f(1) == 2", "assert f(1) == 1"], every_case=False)
    assert [case.outcome for case in verdict.cases] == [Outcome.WRONG]


LYING_SYS = "class sys:\n    @staticmethod\n    def getsizeof(value): return 7\ndef size(value): return 7\n"


def test_modules_of_the_standard_library_are_the_tests_own() -> None:
    test = "assert size((1, 2)) == sys.getsizeof((1, 2))"
    honest = "import sys\ndef size(value): return sys.getsizeof(value)"
    for name in ("size", None):
        assert outcome(LYING_SYS, test, entry_point=name) is Outcome.WRONG
        assert outcome(LYING_SYS.replace("class sys", "class Sys") + "sys = Sys()", test, entry_point=name) is (
            Outcome.WRONG
        )
        assert outcome(honest, test, entry_point=name) is Outcome.PASS


TREE = (
    "class Node:\n    def __init__(self, data):\n        self.data, self.left, self.right = data, None, None\n"
    "def height(node): return 0 if node is None else 1 + max(height(node.left), height(node.right))\n"
    "def top(node): return node\n"
)


def test_what_a_test_makes_of_the_candidates_classes_is_given_and_never_read() -> None:
    grown = "root = Node(1)\nroot.left = Node(2)\nroot.left.left = Node(3)\nroot.right = Node(9)\n"
    assert outcome(TREE, f"{grown}assert height(root) == 3", entry_point="height") is Outcome.PASS
    assert outcome(TREE, f"{grown}assert top(root).left.data == 2", entry_point="top") is Outcome.PASS
    assert outcome(TREE, f"{grown}assert root.data == 1 == height(Node(1))", entry_point="height") is Outcome.INFRA
    oracle = "def f(x): return 5\ndef right(x): return 5\nLIMIT = 5\n"
    assert outcome(oracle, "assert f(1) == right(1)", entry_point="f") is Outcome.INFRA
    assert outcome(oracle, "assert f(1) == LIMIT", entry_point="f") is Outcome.INFRA
    reference = "def f(x): return x\ndef right(x): return x\nLIMIT = 1\n"
    verdict = JUDGE.judge_asserts(oracle, ["assert f(1) == LIMIT"], entry_point="f", reference=reference)
    assert verdict.cases[0].detail == "it reads 'LIMIT' of the candidate as its own"


def test_a_candidate_cannot_end_a_loop_of_the_test() -> None:
    assert outcome("def f(x): raise StopIteration", "assert all(map(f, range(3)))") is Outcome.RUNTIME


def test_a_test_that_needs_what_webassembly_lacks_is_undecided() -> None:
    assert outcome("def f(x): return 1", "import numpy\nassert f(1) == numpy.int64(1)") is Outcome.UNSUPPORTED
    verdict = JUDGE.judge_asserts("def f(g): return g(1)", ["assert f(lambda x: x) == 1"])
    assert verdict.outcome is Outcome.UNSUPPORTED
    assert verdict.cases[0].detail == "the test gives the candidate a function, which cannot cross to it"


def test_types_that_both_sides_have_cross() -> None:
    assert outcome(
        "def f(values, kind): return [v for v in values if type(v) is not kind]", "assert f([1, 'a'], int) == ['a']"
    ) is (Outcome.PASS)


def test_the_candidate_finds_no_trace_of_the_test() -> None:
    code = (
        "import gc, sys\n"
        "def f(x):\n"
        "    frame, seen = sys._getframe(), []\n"
        "    while frame: seen.append(repr(frame.f_locals)[:10**5]); frame = frame.f_back\n"
        "    seen += [repr(o)[:10**4] for o in gc.get_objects() if isinstance(o, (dict, list, tuple))]\n"
        "    return any(''.join(['hay', 'stack']) in text for text in seen)\n"
    )
    judge = Judge(Limits(fuel=10**11))
    verdict = judge.judge_asserts(code, ["haystack = 5\nassert f(1) == False and haystack == 5"])
    assert verdict.passed, verdict.cases[0].detail


def test_the_candidate_cannot_reach_the_tests_instance() -> None:
    code = (
        "import builtins, sys\n"
        "builtins.AssertionError = Exception\n"
        "for name in list(sys.modules):\n"
        "    if 'exam' in name: sys.modules[name].test = lambda message: ''\n"
        "def f(x): return 0\n"
    )
    assert outcome(code, "assert f(1) == 1") is Outcome.WRONG


def test_no_tests_are_refused() -> None:
    with pytest.raises(ValueError, match="there are no tests to judge by"):
        JUDGE.judge_asserts("def f(): pass", [])
