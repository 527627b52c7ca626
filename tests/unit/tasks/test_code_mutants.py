"""The mutation operators make the faults they say, each once, and none that compiles to the reference."""

from __future__ import annotations

import ast

import pytest

from glassbox.tasks.code.mutants import Equivalent, Mutant, equivalents, mutants
from glassbox.tasks.code.operators import OPERATORS
from glassbox.tasks.code.suite import SUITES, load_suite

PRIME = '''
def is_prime(n: int = 7) -> bool:
    """True for primes."""
    if n < 2:
        return False
    divisor = 2
    while divisor * divisor <= n:
        if n % divisor == 0:
            return False
        divisor += 1
    return True
'''


def changes(source: str, operator: str) -> list[str]:
    """The new lines of the mutants that one operator makes."""
    return [
        "; ".join(line[2:] for line in mutant.change.splitlines() if line.startswith("+"))
        for mutant in mutants("task", source)
        if mutant.operator == operator
    ]


@pytest.mark.parametrize(
    ("operator", "source", "expected"),
    [
        ("comparison", "def f(a, b):\n    return a < b", ["return a <= b", "return a >= b"]),
        ("comparison", "def f(a, b):\n    return a == b", ["return a != b"]),
        ("comparison", "def f(a, b):\n    return a not in b", ["return a in b"]),
        ("comparison", "def f(a, b):\n    return a is None", ["return a is not None"]),
        (
            "comparison",
            "def f(a):\n    return 0 < a > 9",
            ["return 0 <= a > 9", "return 0 >= a > 9", "return 0 < a >= 9", "return 0 < a <= 9"],
        ),
        ("arithmetic", "def f(a, b):\n    return a + b", ["return a - b"]),
        ("arithmetic", "def f(a, b):\n    a //= b\n    return a", ["a /= b"]),
        ("sign", "def f(a):\n    return -a", ["return a"]),
        ("number", "def f(a):\n    return a + 10", ["return a + 11", "return a + 9"]),
        ("truth", "def f():\n    return True", ["return False"]),
        ("text", "def f(a):\n    return a == 'x'", ["return a == ''"]),
        ("text", "def f(a):\n    return a == ''", ["return a == '?'"]),
        ("junction", "def f(a, b):\n    return a and b", ["return a or b", "return b", "return a"]),
        ("negation", "def f(a):\n    return not a", ["return a"]),
        ("negation", "def f(a):\n    if a:\n        return 1\n    return 2", ["if not a:"]),
        ("negation", "def f(a):\n    return [x for x in a if x]", ["return [x for x in a]"]),
        ("nothing_returned", "def f(a):\n    return a", ["return None"]),
        ("deletion", "def f(a):\n    a.sort()\n    return a", ["pass"]),
        ("deletion", "def f(a):\n    a[0] = 1\n    a += a\n    return a", ["pass", "pass"]),
        ("slice_bound", "def f(a):\n    return a[1:9:2]", ["return a[:9:2]", "return a[1::2]", "return a[1:9]"]),
        ("loop_exit", "def f(a):\n    for x in a:\n        break\n    return x", ["continue"]),
        ("counterpart", "def f(a):\n    return min(a)", ["return max(a)"]),
        ("counterpart", "def f(a):\n    return a.rstrip()", ["return a.lstrip()"]),
    ],
)
def test_an_operator_makes_its_faults(operator: str, source: str, expected: list[str]) -> None:
    assert sorted(changes(source, operator)) == sorted(expected)


def test_every_operator_is_covered_by_the_table_above() -> None:
    (mark,) = [mark for mark in test_an_operator_makes_its_faults.pytestmark if mark.name == "parametrize"]  # type: ignore[attr-defined]
    assert {case[0] for case in mark.args[1]} == set(OPERATORS)


def test_every_mutant_parses_differs_from_the_reference_and_from_every_other() -> None:
    found = mutants("is_prime", PRIME)
    assert len(found) == 28
    assert len({mutant.source for mutant in found}) == len({mutant.id for mutant in found}) == len(found)
    assert ast.unparse(ast.parse(PRIME)) not in {mutant.source for mutant in found}


def test_docstrings_annotations_and_texts_of_exceptions_are_left_alone() -> None:
    source = (
        "def f(a: 'int') -> 'int':\n    'What it does.'\n    b: 'str' = a\n"
        "    if b:\n        raise ValueError('no', 3)\n    return b"
    )
    assert changes(source, "text") == []
    assert changes(source, "number") == []


def test_an_assignment_that_alone_binds_a_name_is_not_deleted() -> None:
    once = "def f(a):\n    total = 1\n    total += a\n    return total"
    twice = "def f(a):\n    total = 1\n    if a:\n        total = a\n    return total"
    assert changes(once, "deletion") == ["pass"]
    assert [mutant.change for mutant in mutants("t", once) if mutant.operator == "deletion"] == ["- total += a\n+ pass"]
    assert "- total = a\n+ pass" in [mutant.change for mutant in mutants("t", twice) if mutant.operator == "deletion"]


def test_a_mutant_that_compiles_to_the_reference_is_dropped() -> None:
    unreachable = "def f(a):\n    return a\n    a += 1"
    assert [mutant.change for mutant in mutants("t", unreachable)] == ["- return a\n+ return None"]


def test_the_id_is_of_task_and_source_and_nothing_else() -> None:
    one = Mutant("task", "number", "def f(): return 2\n", "one way to say it")
    assert one.id == Mutant("task", "text", "def f(): return 2\n", "another").id == "355cda5c87e1"
    assert one.id != Mutant("other", "number", "def f(): return 2\n", "").id


def test_equivalent_mutants_are_mutants_of_a_shipped_reference_with_a_reason() -> None:
    shipped = {
        mutant.id: mutant
        for name in SUITES
        for task in load_suite(name)
        if task.reference is not None
        for mutant in mutants(task.name, task.reference)
    }
    for identity, equivalent in equivalents().items():
        assert identity in shipped, f"{identity} ({equivalent.task}) is no mutant any more; take it out of the list"
        assert (equivalent.task, equivalent.change) == (shipped[identity].task, shipped[identity].change)
        assert len(equivalent.reason) >= 20
    assert len(equivalents()) < 0.1 * len(shipped)


def test_an_entry_without_a_reason_is_refused() -> None:
    with pytest.raises(ValueError, match="reason"):
        Equivalent.model_validate({"task": "t", "change": "- a\n+ b"})
