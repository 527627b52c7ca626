"""Which names a test takes from the candidate, and which it never does."""

from __future__ import annotations

import pytest

from glassbox.harness.sandbox.errors import SandboxError
from glassbox.harness.sandbox.names import prepared


def taken(test: str, prelude: str = "", entry_point: str | None = None) -> set[str]:
    return set(prepared(test, prelude, entry_point).names)


def test_a_function_under_test_is_taken() -> None:
    assert taken("assert add(1, 2) == 3") == {"add"}


def test_builtins_are_the_tests_own_whatever_the_candidate_defines() -> None:
    assert taken("assert abs(sorted(add(1, 2))[0] - 3) < 1e-6") == {"add"}


def test_a_function_under_test_with_the_name_of_a_builtin_is_taken() -> None:
    assert taken("assert sum(10, 15) == 6") == {"sum"}
    assert taken("assert set(sum(10, 15)) == {6}", entry_point="sum") == {"sum"}


def test_what_the_test_or_the_prelude_defines_is_not_taken() -> None:
    assert taken("import math\nfor x in range(3):\n    assert math.isclose(f(x), g(x))", "def g(x): return x") == {"f"}


def test_the_prelude_may_take_names_too() -> None:
    assert taken("assert height(root) == 1", "root = Node(1)") == {"height", "Node"}


def test_the_entry_point_is_the_candidates_even_where_the_prelude_shows_it() -> None:
    assert taken("assert f(1) == 1", "def f(x): ...", entry_point="f") == {"f"}


def test_check_is_called_with_the_entry_point_unless_the_test_does() -> None:
    check = "def check(candidate):\n    assert candidate(1) == 2\n"
    assert prepared(check, "", "f").source.endswith("check(f)\n")
    assert prepared(f"{check}check(f)\n", "", "f").source == f"{check}check(f)\n"
    with pytest.raises(SandboxError, match="no entry point is given"):
        prepared(check, "", None)


def test_a_test_that_does_not_parse_is_the_data_sets_fault() -> None:
    with pytest.raises(SandboxError, match="the data set's test does not parse"):
        prepared("assert (", "", None)
    with pytest.raises(SandboxError, match="the data set's prelude does not parse"):
        prepared("assert f()", "def", None)
