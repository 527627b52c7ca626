"""The shipped code suites: what they hold, that v1 is verbatim, that plus contains it, and that nothing is borrowed."""

from __future__ import annotations

import ast
import gzip
import json
import math
import re
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from glassbox.harness.code.question import FLAGS
from glassbox.harness.sandbox.values import literal, show
from glassbox.tasks.code.suite import CATEGORIES, COMPLEXITIES, SuiteName, load_suite
from glassbox.tasks.code.task import CodeTask

Row = dict[str, Any]
Shared = Callable[[str], Path]

SUITES = Path(__file__).resolve().parents[3] / "tasks" / "code" / "suites"
OWN = tuple(f"code_suite_{category}" for category in CATEGORIES)
FILES = ("phase3", "phase3_plus", *OWN)
QUOTED = {"get_type_name", "validate_password", "is_valid_email", "safe_int_conversion", "min_max_tuple"}
"""v1 tasks whose prompts the origin's document quotes; the others are worded by us."""
STANDARD = {"fractions", "itertools", "math", "re", "csv", "json", "statistics", "string"}
IN_ALL = Counter(easy=14, medium=21, medium_hard=21, hard=14)


def rows(file: str) -> list[Row]:
    return [json.loads(line) for line in (SUITES / f"{file}.jsonl").read_text("utf-8").splitlines()]


def programs(row: Row) -> list[str]:
    return [row["reference"], *row["wrong"], *row.get("survivors", [])]


def parameters(row: Row) -> list[str]:
    """Of the entry point, as the reference names them."""
    tree = ast.parse(row["reference"])
    (entry,) = [node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name == row["entry_point"]]
    return [argument.arg for argument in entry.args.args]


def imported(program: str) -> Iterator[str]:
    for node in ast.walk(ast.parse(program)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield str(node.module)


def without(case: Row, *fields: str) -> Row:
    return {name: value for name, value in case.items() if name not in fields}


def test_v1_has_18_tasks_and_88_cases_and_so_many_in_each_phase() -> None:
    tasks = load_suite("phase3")
    assert (len(tasks), sum(len(task.cases) for task in tasks)) == (18, 88)
    assert Counter(task.phase for task in tasks) == {"phase1": 5, "phase2": 5, "phase3": 8}
    assert [task.name for task in load_suite("phase2")] == [task.name for task in tasks[:10]]


def test_v1_holds_the_published_inputs_values_tags_and_reports_and_the_five_quoted_prompts(shared_data: Shared) -> None:
    facts = [json.loads(line) for line in shared_data("code_spec/phase3.jsonl").read_text("utf-8").splitlines()]
    added = ("prompt", "exact_types", "may_mutate", "reference", "wrong", "survivors")
    assert [without(row, *added) for row in rows("phase3")] == [without(fact, "prompt") for fact in facts]
    ours = {row["name"]: row["prompt"] for row in rows("phase3")}
    assert {fact["name"] for fact in facts if fact["prompt"] == ours[fact["name"]]} == QUOTED


def test_v1_judges_as_the_origin_did_by_equality_and_without_a_look_at_the_arguments() -> None:
    cases = [case for task in load_suite("phase3") for case in task.cases]
    assert not any(case.exact_types or case.tolerance or case.raises for case in cases)
    assert all(case.may_mutate for case in cases)


@pytest.mark.parametrize("file", ["phase3_plus", *OWN])
def test_our_suites_are_strict_about_types_and_arguments(file: str) -> None:
    cases = [case for task in tasks_of(file) for case in task.cases]
    assert all(case.exact_types and not case.may_mutate for case in cases)


def tasks_of(file: str) -> list[CodeTask]:
    suite = load_suite("phase3_plus" if file == "phase3_plus" else "code_suite")
    names = {row["name"] for row in rows(file)}
    return [task for task in suite if task.name in names]


def test_plus_is_v1_with_at_least_five_hidden_cases_a_task_and_v1s_own_in_front() -> None:
    for before, after in zip(rows("phase3"), rows("phase3_plus"), strict=True):
        same = ("name", "phase", "category", "complexity", "entry_point")
        assert [before[field] for field in same] == [after[field] for field in same]
        shown, added = after["cases"][: len(before["cases"])], after["cases"][len(before["cases"]) :]
        assert [{key: case[key] for key in case if key != "tolerance"} for case in shown] == before["cases"]
        assert len(added) >= 5, after["name"]
        assert all(case["hidden"] for case in added)
        assert len(after["cases"]) >= 8


@pytest.mark.parametrize("suite", ["phase3_plus", "code_suite"])
def test_computed_floats_have_a_tolerance_that_no_wrong_value_fits_in(suite: SuiteName) -> None:
    floats = [
        case
        for task in load_suite(suite)
        for case in task.cases
        if isinstance(case.expected, float) and math.isfinite(case.expected) and case.expected
    ]
    assert len(floats) >= 5
    assert all(0 < case.tolerance <= 1e-9 for case in floats)


def test_every_program_that_v1_lets_through_is_a_known_wrong_one_in_plus() -> None:
    let_through = {row["name"]: row["survivors"] for row in rows("phase3")}
    caught = {row["name"]: row["wrong"] for row in rows("phase3_plus")}
    assert all(let_through.values())
    for name, survivors in let_through.items():
        assert set(survivors) <= set(caught[name]), name


def test_plus_keeps_the_flags_of_the_origins_wording_and_says_that_its_own_is_complete() -> None:
    flagged = {row["name"]: row["tags"] for row in rows("phase3") if row["tags"]}
    assert sorted(flag for tags in flagged.values() for flag in tags) == sorted([*FLAGS, "under-specified"])
    for row in rows("phase3_plus"):
        assert row["tags"] == ([*flagged[row["name"]], "specified-in-full"] if row["name"] in flagged else [])


def test_code_suite_has_ten_tasks_in_each_category_over_all_complexities() -> None:
    tasks = load_suite("code_suite")
    assert Counter(task.category for task in tasks) == dict.fromkeys(CATEGORIES, 10)
    assert Counter(task.complexity for task in tasks) == IN_ALL
    assert set(IN_ALL) == set(COMPLEXITIES)
    for category, file in zip(CATEGORIES, OWN, strict=True):
        assert {row["category"] for row in rows(file)} == {category}


def test_names_are_unique_over_all_suites_but_for_plus_which_is_about_v1s_tasks() -> None:
    names = [row["name"] for file in FILES if file != "phase3_plus" for row in rows(file)]
    entries = [row["entry_point"] for file in FILES if file != "phase3_plus" for row in rows(file)]
    assert len(set(names)) == len(names) == 88
    assert len(set(entries)) == len(entries)


@pytest.mark.parametrize("file", FILES)
def test_a_task_has_enough_different_cases_that_read_back_as_they_are_written(file: str) -> None:
    for row in rows(file):
        arguments = [case["args"] for case in row["cases"]]
        assert len(set(arguments)) == len(arguments) >= (4 if file == "phase3" else 8), row["name"]
        for text in [*arguments, *(case["expected"] for case in row["cases"])]:
            assert literal(show(literal(text))) is not ..., text
        for text in arguments:
            assert len(literal(text)) == len(parameters(row)), (row["name"], text)  # type: ignore[arg-type]


@pytest.mark.parametrize("file", OWN)
def test_three_cases_of_each_task_of_code_suite_are_shown_and_the_others_hidden(file: str) -> None:
    for row in rows(file):
        assert [case.get("hidden", False) for case in row["cases"]] == [False] * 3 + [True] * (len(row["cases"]) - 3)


@pytest.mark.parametrize("file", ["phase3_plus", *OWN])
def test_a_prompt_of_ours_gives_the_call_in_full_and_names_every_exception_that_is_to_be_raised(file: str) -> None:
    for row in rows(file):
        call = f"`{row['entry_point']}({', '.join(parameters(row))})`"
        assert call in row["prompt"], (row["name"], call)
        for raised in {case["raises"] for case in row["cases"] if "raises" in case}:
            assert raised in row["prompt"], (row["name"], raised)


@pytest.mark.parametrize("file", FILES)
def test_programs_are_different_and_need_nothing_beyond_the_standard_library(file: str) -> None:
    for row in rows(file):
        distinct = {ast.unparse(ast.parse(program)) for program in programs(row)}
        assert len(distinct) == len(programs(row)) >= 4, row["name"]
        assert len(row["wrong"]) >= 3, row["name"]
        for program in programs(row):
            assert set(imported(program)) <= STANDARD, row["name"]
            assert f"def {row['entry_point']}(" in program, row["name"]


@pytest.mark.parametrize("file", FILES)
def test_a_file_is_short_and_ends_in_a_line_break(file: str) -> None:
    text = (SUITES / f"{file}.jsonl").read_text("utf-8")
    assert text.endswith("}\n")
    assert text.count("\n") < 300


def test_no_wording_and_no_name_of_code_suite_is_from_humaneval_or_mbpp(shared_data: Shared) -> None:
    with gzip.open(shared_data("humaneval/HumanEval.jsonl.gz"), "rt", encoding="utf-8") as file:
        human = [json.loads(line) for line in file]
    basic = [json.loads(line) for line in shared_data("mbpp/mbpp.jsonl").read_text("utf-8").splitlines()]
    assert (len(human), len(basic)) == (164, 974)
    known = {gram for text in [*(h["prompt"] for h in human), *(b["text"] for b in basic)] for gram in grams(text)}
    functions = {h["entry_point"] for h in human} | {f for b in basic for f in re.findall(r"def (\w+)", b["code"])}
    for task in load_suite("code_suite"):
        assert not grams(task.prompt) & known, task.name
        assert task.entry_point not in functions


def grams(text: str, size: int = 7) -> set[tuple[str, ...]]:
    """Runs of words; seven are more than a common turn of phrase."""
    words = re.findall(r"[a-z0-9]+", text.lower())
    return {tuple(words[start : start + size]) for start in range(len(words) - size + 1)}
