"""Readers of code suites: what a good line becomes, and the one line that names what is wrong with a bad one."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from glassbox.harness.code.question import CodeQuestion
from glassbox.harness.sandbox.case import Case
from glassbox.tasks.code.dataset import Selection, located, samples, shown
from glassbox.tasks.code.humaneval import read_humaneval, read_humaneval_plus
from glassbox.tasks.code.mbpp import read_mbpp
from glassbox.tasks.code.suite import OFFICIAL_LIMITS, CodeTask, SuiteError, SuiteName, load_suite, read_suite

SharedPath = Callable[[str], Path]
Record = dict[str, Any]

TASK: Record = {
    "name": "twice",
    "category": "mathematical",
    "complexity": "easy",
    "entry_point": "twice",
    "prompt": "Double a number.",
    "cases": [
        {"args": "(2,)", "expected": "4"},
        {"args": "(0.1,)", "expected": "0.2", "tolerance": 1e-9, "hidden": True},
        {"args": "('a',)", "raises": "TypeError", "hidden": True},
    ],
    "tags": ["under-specified"],
    "reference": "def twice(x):\n    return 2 * x\n",
    "wrong": ["def twice(x):\n    return x\n"],
}
MBPP: Record = {
    "task_id": 11,
    "text": "Write a function to double a number.",
    "code": "def half(x):\r\n  return x / 2\r\ndef twice(x):\r\n  return 2 * x",
    "test_list": ["assert twice(2) == 4", "assert twice(0) == 0"],
    "test_setup_code": "",
}
HUMANEVAL: Record = {
    "task_id": "HumanEval/0",
    "prompt": 'def helper(x):\n    return x\n\n\ndef twice(x):\n    """Double."""\n',
    "entry_point": "twice",
    "canonical_solution": "    return 2 * helper(x)\n",
    "test": "def check(candidate):\n    assert candidate(2) == 4 * helper(1)\n",
}


def plant(folder: Path, *records: object, name: str = "mine.jsonl") -> Path:
    path = folder / name
    path.write_text("\n".join(json.dumps(record) for record in records), encoding="utf-8")
    return path


def refusal(read: Callable[[Path], object], path: Path) -> str:
    with pytest.raises(SuiteError) as caught:
        read(path)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def changed(**fields: object) -> Record:
    return {**TASK, **fields}


def test_a_line_becomes_a_task_with_its_cases_read_as_literals(tmp_path: Path) -> None:
    (task,) = read_suite(plant(tmp_path, TASK))
    assert task.cases == (Case((2,), 4), Case((0.1,), 0.2, tolerance=1e-9), Case(("a",), raises="TypeError"))
    assert (task.name, task.suite, task.phase, task.hidden, task.flagged) == ("twice", "mine", None, (1, 2), True)


def test_the_rules_of_judgement_hold_for_every_case(tmp_path: Path) -> None:
    (task,) = read_suite(plant(tmp_path, changed(exact_types=False, may_mutate=True)))
    assert {(case.exact_types, case.may_mutate) for case in task.cases} == {(False, True)}


def test_plain_and_gzipped_files_read_the_same_and_blank_lines_count(tmp_path: Path) -> None:
    plain = plant(tmp_path, TASK)
    packed = tmp_path / "mine.jsonl.gz"
    packed.write_bytes(gzip.compress(plain.read_bytes()))
    assert read_suite(packed) == read_suite(plain)
    plain.write_text(f"\n\n{json.dumps(changed(category='x'))}\n", encoding="utf-8")
    assert refusal(read_suite, plain).startswith("mine.jsonl line 3: field 'category' is 'x'")


@pytest.mark.parametrize("field", ["name", "category", "complexity", "entry_point", "prompt", "cases"])
def test_a_missing_field_is_named_with_file_and_line(field: str, tmp_path: Path) -> None:
    broken = {name: value for name, value in TASK.items() if name != field}
    path = plant(tmp_path, TASK, broken)
    assert refusal(read_suite, path) == f"mine.jsonl line 2: field '{field}' is missing"


@pytest.mark.parametrize(
    ("record", "said"),
    [
        (changed(complexity="trivial"), "field 'complexity' is 'trivial'"),
        (changed(entry_point="not a name"), "field 'entry_point' is 'not a name'"),
        (changed(cases=[]), "field 'cases' is []"),
        (changed(tags="one"), "field 'tags' is 'one'"),
        (changed(exact_types="yes"), "field 'exact_types' is 'yes'"),
        (changed(comment="x"), "field 'comment' is unknown"),
        (changed(cases=[{"args": "(1,)", "expeted": "1"}]), "field 'cases[0][expeted]' is unknown"),
        (changed(cases=[{"args": "(1,)"}]), "task twice: the case with args (1,) needs 'expected' or 'raises'"),
        (changed(cases=[{"args": "(1,)", "expected": "1", "raises": "E"}]), "cannot both raise and return 1"),
        (changed(cases=[{"args": "[1]", "expected": "1"}]), "task twice: args [1] is no tuple; write ([1],)"),
        (changed(cases=[{"args": "(f(),)", "expected": "1"}]), "task twice: call of 'f' is not a literal"),
        (changed(cases=[{"args": "(1,", "expected": "1"}]), "is not a literal of plain data"),
        (changed(cases=[{"args": "(1,)", "expected": "1", "tolerance": -1}]), "field 'cases[0][tolerance]' is -1"),
        ([1], "not an object; expected one with name, category, complexity, entry_point, prompt, cases"),
    ],
)
def test_a_bad_line_is_refused_by_name(record: object, said: str, tmp_path: Path) -> None:
    message = refusal(read_suite, plant(tmp_path, record))
    assert message.startswith("mine.jsonl line 1: ")
    assert said in message


def test_files_that_are_no_json_lines_are_refused_by_name(tmp_path: Path) -> None:
    path = tmp_path / "mine.jsonl"
    assert refusal(read_suite, path) == f"{path} cannot be read: No such file or directory"
    for content, said in (
        (b"", "mine.jsonl is empty; expected one JSON object a line with name"),
        (b"{\n", "mine.jsonl line 1: not JSON: Expecting property name"),
        (b"\n\xff", "mine.jsonl line 2: not UTF-8"),
        (b"\x1f\x8bnot gzip", "mine.jsonl is a damaged gzip file"),
        (b"[" * 100_000, "mine.jsonl line 1: not JSON"),
    ):
        path.write_bytes(content)
        assert said in refusal(read_suite, path)


def test_two_tasks_of_one_name_and_unknown_suites_are_refused(tmp_path: Path) -> None:
    assert "task twice stands there twice" in refusal(read_suite, plant(tmp_path, TASK, TASK))
    unknown: Any = "phase4"
    with pytest.raises(SuiteError, match="suite 'phase4' is unknown; one of phase2, phase3, phase3_plus, code_suite"):
        load_suite(unknown)


@pytest.mark.parametrize(("name", "tasks"), [("phase2", 10), ("phase3", 18), ("phase3_plus", 18)])
def test_the_shipped_suites_have_their_size_and_v1s_rules_hold_for_v1_alone(name: SuiteName, tasks: int) -> None:
    suite = load_suite(name)
    assert len(suite) == tasks
    lenient = {(not case.exact_types and case.may_mutate) for task in suite for case in task.cases}
    assert lenient == {name != "phase3_plus"}


def test_a_sample_carries_all_that_its_judge_needs_and_shows_the_name_but_no_case(tmp_path: Path) -> None:
    (task,) = read_suite(plant(tmp_path, TASK))
    (sample,) = samples([task], "mine")
    assert sample.input == "Double a number.\n\nName the function `twice`."
    assert sample.metadata is not None
    question = CodeQuestion.model_validate(json.loads(json.dumps(sample.metadata["code"])))
    assert tuple(case.case() for case in question.cases) == task.cases
    assert (question.reference, question.entry_point, question.size) == (task.reference, "twice", 3)


def lenient(args: tuple[object, ...], expected: object, tolerance: float = 0.0) -> Case:
    return Case(args, expected, tolerance=tolerance, exact_types=False, may_mutate=True)


def pool_of_tasks(tmp_path: Path) -> tuple[CodeTask, ...]:
    records = [changed(name=f"t{at}", tags=["spec-conflict"] * (at % 2)) for at in range(8)]
    return read_suite(plant(tmp_path, *records, changed(name="other", category="edge_cases", complexity="hard")))


def test_a_selection_filters_limits_and_draws_by_seed(tmp_path: Path) -> None:
    tasks = pool_of_tasks(tmp_path)
    assert [task.name for task in Selection(category="edge_cases").of(tasks)] == ["other"]
    assert [task.name for task in Selection(leave_out=("spec-conflict",), n=2).of(tasks)] == ["t0", "t2"]
    drawn = Selection(n=4, seed=1).of(tasks)
    assert drawn == Selection(n=4, seed=1).of(tasks) == [task for task in tasks if task in drawn]
    assert len(drawn) == 4
    assert len({tuple(task.name for task in Selection(n=4, seed=seed).of(tasks)) for seed in range(5)}) > 1
    assert Selection(n=100).of(tasks) == list(tasks)


@pytest.mark.parametrize(
    ("selection", "said"),
    [
        (Selection(category="maths"), "no task of mine has category 'maths'; there are: edge_cases, mathematical"),
        (Selection(complexity="hardest"), "no task of mine has complexity 'hardest'; there are: easy, hard"),
        (Selection(leave_out=("spec",)), "no task of mine has leave_out 'spec'; there are: spec-conflict"),
        (Selection(n=0), "n is 0; ask for at least one task"),
        (Selection(category="edge_cases", complexity="easy"), "no task of mine is left"),
    ],
)
def test_a_selection_of_nothing_is_refused(selection: Selection, said: str, tmp_path: Path) -> None:
    tasks = read_suite(
        plant(
            tmp_path,
            changed(tags=["spec-conflict"]),
            changed(name="other", category="edge_cases", complexity="hard", tags=[]),
        )
    )
    with pytest.raises(SuiteError, match=said):
        selection.of(tasks)


def test_an_official_file_needs_a_path_and_a_relative_one_is_the_shells(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(SuiteError, match=r"give path=: the official mbpp\.jsonl"):
        located(None, "mbpp.jsonl")
    monkeypatch.setenv("PWD", str(tmp_path))
    assert located("data/mbpp.jsonl", "mbpp.jsonl") == tmp_path / "data" / "mbpp.jsonl"


def test_mbpp_shows_the_first_assert_or_the_name_and_keeps_the_others_hidden(tmp_path: Path) -> None:
    path = plant(tmp_path, MBPP, {**MBPP, "task_id": 601, "test_setup_code": "y = 1"}, name="mbpp.jsonl")
    (task,) = read_mbpp(path)
    assert (task.name, task.entry_point, task.limits) == ("mbpp/11", "twice", OFFICIAL_LIMITS)
    assert shown(task) == (
        "Write a function to double a number.\n\nYour code should pass this test:\n\nassert twice(2) == 4"
    )
    (blind,) = read_mbpp(path, show_test=False)
    assert shown(blind).endswith("Name the function `twice`.")
    assert [task.name for task in read_mbpp(path, "all")] == ["mbpp/11", "mbpp/601"]
    assert read_mbpp(path, "train")[0].tests[0] == "y = 1\nassert twice(2) == 4"
    assert (
        refusal(lambda path: read_mbpp(path, "validation"), path) == "mbpp.jsonl holds no task of the split validation"
    )


def test_bad_official_lines_are_refused_by_name(tmp_path: Path) -> None:
    assert refusal(read_mbpp, plant(tmp_path, {**MBPP, "code": "def ("})).startswith("mine.jsonl line 1: code or test")
    other = {**MBPP, "test_list": ["assert len([]) == 0"]}
    assert "calls nothing that its code defines" in refusal(read_mbpp, plant(tmp_path, other))
    assert refusal(read_humaneval, plant(tmp_path, {**HUMANEVAL, "entry_point": 3})).startswith(
        "mine.jsonl line 1: field 'entry_point' is 3"
    )
    assert "field 'base_input' is missing" in refusal(read_humaneval_plus, plant(tmp_path, HUMANEVAL))


def test_humaneval_gives_its_check_the_prompts_helpers_and_a_stub_to_continue(tmp_path: Path) -> None:
    (task,) = read_humaneval(plant(tmp_path, HUMANEVAL))
    assert task.prelude == "def helper(x):\n    return x"
    assert task.tests == (f"{HUMANEVAL['test']}\n\ncheck(twice)\n",)
    assert shown(task) == task.stub == HUMANEVAL["prompt"]
    assert task.reference == HUMANEVAL["prompt"] + HUMANEVAL["canonical_solution"]


def test_humaneval_plus_expects_what_the_canonical_solution_answers(
    tmp_path: Path,
) -> None:
    record = {**HUMANEVAL, "contract": "", "base_input": [[2]], "plus_input": [[0.5], [[1]], ["x"]], "atol": 0}
    path = plant(tmp_path, record)
    (task,) = read_humaneval_plus(path, kept=tmp_path / "kept")
    assert task.cases == (
        lenient((2,), 4),
        lenient((0.5,), 1.0, 1e-6),
        lenient(([1],), [1, 1]),
        lenient(("x",), "xx"),
    )
    assert read_humaneval_plus(path, plus=False, kept=tmp_path / "kept")[0].cases == task.cases[:1]
    kept = sorted((tmp_path / "kept").iterdir())
    assert len(kept) == 2
    for file in kept:
        file.write_text("damaged", encoding="utf-8")
    assert read_humaneval_plus(path, kept=tmp_path / "kept") == (task,)


def test_humaneval_plus_leaves_out_what_its_own_solution_cannot_answer_and_says_why(
    tmp_path: Path,
) -> None:
    record = {**HUMANEVAL, "base_input": [[2]], "plus_input": [[None], ["x" * 40_000]]}
    (task,) = read_humaneval_plus(plant(tmp_path, record), kept=tmp_path / "kept")
    assert len(task.cases) == 1
    assert task.left_out[0].startswith("its own solution ends in runtime: TypeError")
    assert task.left_out[1:] == ("answer longer than 65,536 characters",)
    hopeless = {**record, "base_input": [[None]], "plus_input": []}
    assert "HumanEval/0: its own solution answers nothing" in refusal(
        lambda path: read_humaneval_plus(path, kept=tmp_path / "kept"), plant(tmp_path, hopeless)
    )


def test_find_zero_is_judged_by_its_polynomial(tmp_path: Path) -> None:
    record = {
        **HUMANEVAL,
        "prompt": "def poly(xs, x):\n    return sum(c * x**i for i, c in enumerate(xs))\n\n\ndef find_zero(xs):\n",
        "entry_point": "find_zero",
        "canonical_solution": "    return -xs[0] / xs[1] if len(xs) == 2 else 9.0\n",
        "base_input": [[[1, 2]]],
        "plus_input": [[[1, 2, 3, 4]]],
        "atol": 1e-4,
    }
    (task,) = read_humaneval_plus(plant(tmp_path, record), kept=tmp_path / "kept")
    assert task.tests == ("assert abs(poly([1, 2], find_zero([1, 2]))) <= 0.0001",)
    assert (task.cases, task.left_out) == ((), ("its own solution gives no zero",))
    assert task.prelude.startswith("def poly")


def test_the_official_files_have_their_published_sizes(shared_data: SharedPath) -> None:
    assert len(read_humaneval(shared_data("humaneval/HumanEval.jsonl.gz"))) == 164
    sizes = [len(read_mbpp(shared_data("mbpp/mbpp.jsonl"), split)) for split in ("all", "test", "validation", "prompt")]
    assert sizes == [974, 500, 90, 10]
