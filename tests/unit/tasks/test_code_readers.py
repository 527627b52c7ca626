"""Readers of code suites: what a good line becomes, and the one line that names what is wrong with a bad one."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from glassbox.harness.code.question import CodeQuestion
from glassbox.harness.data.readers.source import SourceError
from glassbox.harness.sandbox.case import Case
from glassbox.harness.sandbox.judge import Judge
from glassbox.tasks.code.dataset import Selection, located, samples, shown
from glassbox.tasks.code.evalplus import read_humaneval_plus, read_mbpp_plus
from glassbox.tasks.code.humaneval import read_humaneval
from glassbox.tasks.code.mbpp import read_mbpp
from glassbox.tasks.code.suite import SuiteName, load_suite, read_suite
from glassbox.tasks.code.task import OFFICIAL_LIMITS, CodeTask, lenient
from glassbox.tasks.code_spec import code_cases, phase3

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
    with pytest.raises(SourceError) as caught:
        read(path)
    message = str(caught.value)
    assert "\n" not in message
    assert message.startswith(str(path))
    return message.removeprefix(str(path)).lstrip(" :")


def changed(**fields: object) -> Record:
    return {**TASK, **fields}


def test_a_line_becomes_a_task_with_its_cases_read_as_literals(tmp_path: Path) -> None:
    (task,) = read_suite(plant(tmp_path, TASK)).items
    assert task.cases == (Case((2,), 4), Case((0.1,), 0.2, tolerance=1e-9), Case(("a",), raises="TypeError"))
    assert (task.name, task.suite, task.phase, task.hidden, task.flagged) == ("twice", "mine", None, (1, 2), True)


def test_the_rules_of_judgement_hold_for_every_case(tmp_path: Path) -> None:
    (task,) = read_suite(plant(tmp_path, changed(exact_types=False, may_mutate=True))).items
    assert {(case.exact_types, case.may_mutate) for case in task.cases} == {(False, True)}


def test_plain_and_gzipped_files_read_the_same_and_blank_lines_count(tmp_path: Path) -> None:
    plain = plant(tmp_path, TASK)
    packed = tmp_path / "mine.jsonl.gz"
    packed.write_bytes(gzip.compress(plain.read_bytes()))
    assert read_suite(packed).items == read_suite(plain).items
    plain.write_text(f"\n\n{json.dumps(changed(category='x'))}\n", encoding="utf-8")
    assert refusal(read_suite, plain).startswith("record 3: field 'category' is 'x'")


@pytest.mark.parametrize("field", ["name", "entry_point", "prompt", "cases"])
def test_a_task_without_a_field_is_left_out_by_its_place(field: str, tmp_path: Path) -> None:
    broken = {name: value for name, value in TASK.items() if name != field}
    data = read_suite(plant(tmp_path, TASK, broken))
    assert (len(data.items), data.places) == (1, {f"no '{field}'": ("record 2",)})
    assert refusal(read_suite, plant(tmp_path, broken)).startswith(f"record 1: field '{field}' is missing")


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
        ([1], "an array (expected an object with name, entry_point, prompt, cases)"),
    ],
)
def test_a_bad_line_is_refused_by_name(record: object, said: str, tmp_path: Path) -> None:
    assert said in refusal(read_suite, plant(tmp_path, record))
    assert len(read_suite(plant(tmp_path, changed(name="good"), record)).places) == 1


def test_the_second_task_of_one_name_is_left_out_and_an_unknown_suite_is_refused(tmp_path: Path) -> None:
    assert read_suite(plant(tmp_path, TASK, TASK)).places == {"duplicate": ("record 2",)}
    unknown: Any = "phase4"
    with pytest.raises(SourceError, match="suite 'phase4' is unknown; one of phase2, phase3, phase3_plus, code_suite"):
        load_suite(unknown)


@pytest.mark.parametrize(("name", "tasks"), [("phase2", 10), ("phase3", 18), ("phase3_plus", 18)])
def test_the_shipped_suites_have_their_size_and_v1s_rules_hold_for_v1_alone(name: SuiteName, tasks: int) -> None:
    suite = load_suite(name)
    assert len(suite) == tasks
    lenient = {(not case.exact_types and case.may_mutate) for task in suite for case in task.cases}
    assert lenient == {name != "phase3_plus"}


def test_a_sample_carries_all_that_its_judge_needs_and_shows_the_name_but_no_case(tmp_path: Path) -> None:
    (task,) = read_suite(plant(tmp_path, TASK)).items
    (sample,) = samples([task], "mine")
    assert sample.input == "Double a number.\n\nName the function `twice`."
    assert sample.metadata is not None
    question = CodeQuestion.model_validate(json.loads(json.dumps(sample.metadata["code"])))
    assert tuple(case.case() for case in question.cases) == task.cases
    assert (question.reference, question.entry_point, question.size) == (task.reference, "twice", 3)


def pool_of_tasks(tmp_path: Path) -> tuple[CodeTask, ...]:
    records = [changed(name=f"t{at}", tags=["spec-conflict"] * (at % 2)) for at in range(8)]
    return read_suite(plant(tmp_path, *records, changed(name="other", category="edge_cases", complexity="hard"))).items


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
    ).items
    with pytest.raises(SourceError, match=said):
        selection.of(tasks)


def test_an_official_file_needs_a_path_and_a_relative_one_is_the_shells(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(SourceError, match=r"give path=: the official mbpp\.jsonl"):
        located(None, "mbpp.jsonl")
    monkeypatch.setenv("PWD", str(tmp_path))
    assert located("data/mbpp.jsonl", "mbpp.jsonl") == tmp_path / "data" / "mbpp.jsonl"


def test_mbpp_shows_the_first_assert_or_the_name_and_keeps_the_others_hidden(tmp_path: Path) -> None:
    path = plant(tmp_path, MBPP, {**MBPP, "task_id": 601, "test_setup_code": "y = 1"}, name="mbpp.jsonl")
    (task,) = read_mbpp(path).items
    assert (task.name, task.entry_point, task.limits) == ("mbpp/11", "twice", OFFICIAL_LIMITS)
    assert shown(task) == (
        "Write a function to double a number.\n\nYour code should pass this test:\n\nassert twice(2) == 4"
    )
    (blind,) = read_mbpp(path, show_test=False).items
    assert shown(blind).endswith("Name the function `twice`.")
    assert [task.name for task in read_mbpp(path, "all").items] == ["mbpp/11", "mbpp/601"]
    assert read_mbpp(path, "train").items[0].tests[0] == "y = 1\nassert twice(2) == 4"
    assert refusal(lambda path: read_mbpp(path, "validation"), path).startswith(
        "no task of the split validation, but 2 of others; mbpp reads mbpp.jsonl or sanitized-mbpp.json"
    )


def test_sanitized_mbpp_is_a_list_with_a_prompt_and_imports(tmp_path: Path) -> None:
    record = {
        "source_file": "Benchmark Questions Verification V2.ipynb",
        "task_id": 11,
        "prompt": MBPP["text"],
        "code": MBPP["code"],
        "test_imports": ["import math", "import re"],
        "test_list": MBPP["test_list"],
    }
    path = tmp_path / "sanitized-mbpp.json"
    path.write_text(json.dumps([record, {**record, "task_id": 12, "code": "def ("}], indent=2), encoding="utf-8")
    data = read_mbpp(path)
    (task,) = data.items
    (published,) = read_mbpp(plant(tmp_path, MBPP)).items
    assert (task.name, task.prompt, task.reference) == (published.name, published.prompt, published.reference)
    assert task.tests[0] == "import math\nimport re\nassert twice(2) == 4"
    assert data.places == {"unusable task": ("task 12",)}


def test_bad_official_lines_are_refused_by_name(tmp_path: Path) -> None:
    assert refusal(read_mbpp, plant(tmp_path, {**MBPP, "code": "def ("})).startswith("task 11: its code or test is not")
    other = {**MBPP, "test_list": ["assert len([]) == 0"]}
    assert "calls nothing that its code defines" in refusal(read_mbpp, plant(tmp_path, other))
    assert refusal(read_humaneval, plant(tmp_path, {**HUMANEVAL, "entry_point": 3})).startswith(
        "record 1: field 'entry_point' is 3"
    )
    refused = refusal(read_humaneval_plus, plant(tmp_path, HUMANEVAL))
    assert "field 'base_input' is missing" in refused
    assert refused.endswith("; this looks like HumanEval, which the task humaneval reads")


def test_humaneval_gives_its_check_the_prompts_helpers_and_a_stub_to_continue(tmp_path: Path) -> None:
    (task,) = read_humaneval(plant(tmp_path, HUMANEVAL)).items
    assert task.prelude == "def helper(x):\n    return x"
    assert task.tests == (f"{HUMANEVAL['test']}\n\ncheck(twice)\n",)
    assert shown(task) == task.stub == HUMANEVAL["prompt"]
    assert task.reference == HUMANEVAL["prompt"] + HUMANEVAL["canonical_solution"]


def test_humaneval_plus_expects_what_the_canonical_solution_answers(
    tmp_path: Path,
) -> None:
    record = {**HUMANEVAL, "contract": "", "base_input": [[2]], "plus_input": [[0.5], [[1]], ["x"]], "atol": 0}
    path = plant(tmp_path, record)
    (task,) = read_humaneval_plus(path, kept=tmp_path / "kept").items
    assert task.cases == (
        lenient((2,), 4),
        lenient((0.5,), 1.0, 1e-6),
        lenient(([1],), [1, 1]),
        lenient(("x",), "xx"),
    )
    assert read_humaneval_plus(path, plus=False, kept=tmp_path / "kept").items[0].cases == task.cases[:1]
    kept = sorted((tmp_path / "kept").iterdir())
    assert len(kept) == 2
    for file in kept:
        file.write_text("damaged", encoding="utf-8")
    assert read_humaneval_plus(path, kept=tmp_path / "kept").items == (task,)


def test_humaneval_plus_leaves_out_what_its_own_solution_cannot_answer_and_says_why(
    tmp_path: Path,
) -> None:
    record = {**HUMANEVAL, "base_input": [[2]], "plus_input": [[None], ["x" * 40_000]]}
    (task,) = read_humaneval_plus(plant(tmp_path, record), kept=tmp_path / "kept").items
    assert len(task.cases) == 1
    assert task.left_out[0].startswith("its own solution ends in runtime: TypeError")
    assert task.left_out[1:] == ("answer longer than 65,536 characters",)
    hopeless = {**record, "base_input": [[None]], "plus_input": []}
    assert "task HumanEval/0: its own solution answers nothing" in refusal(
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
    (task,) = read_humaneval_plus(plant(tmp_path, record), kept=tmp_path / "kept").items
    assert task.tests == ("assert abs(poly([1, 2], find_zero([1, 2]))) <= 0.0001",)
    assert (task.cases, task.left_out) == ((), ("its own solution gives no zero",))
    assert task.prelude.startswith("def poly")


def test_the_official_files_have_their_published_sizes(shared_data: SharedPath) -> None:
    assert len(read_humaneval(shared_data("humaneval/HumanEval.jsonl.gz")).items) == 164
    sizes = [
        len(read_mbpp(shared_data("mbpp/mbpp.jsonl"), split).items) for split in ("all", "test", "validation", "prompt")
    ]
    assert sizes == [974, 500, 90, 10]


def mbpp_plus(name: str, solution: str, base: list[object], plus: object = (), task: int = 900) -> Record:
    return {
        "task_id": f"Mbpp/{task}",
        "prompt": f'"""\nWrite a function.\nassert {name}(2) == 4\n"""\n',
        "entry_point": name,
        "canonical_solution": f"\n{solution}\n",
        "base_input": base,
        "contract": "",
        "atol": 0,
        "plus_input": plus,
        "assertion": f"assert {name}(2) == 4",
    }


def test_mbpp_plus_expects_what_the_canonical_solution_answers_to_inputs_of_the_right_types(tmp_path: Path) -> None:
    records = [
        mbpp_plus("twice", "def twice(x):\n    return 2 * x", [[2]], [[0.5], [None]]),
        # Mbpp/720 adds a dictionary to a tuple, which JSON has as a list.
        mbpp_plus("add", "def add(t, d):\n    return t + (d,)", [[[4, 5], {"a": 1}]], {}, task=720),
    ]
    data = read_mbpp_plus(plant(tmp_path, *records, name="MbppPlus.jsonl"), kept=tmp_path / "kept")
    twice, add = data.items
    assert twice.prompt == "Write a function.\nassert twice(2) == 4"
    assert twice.cases == (lenient((2,), 4), lenient((0.5,), 1.0, 1e-6))
    assert [reason.partition(":")[0] for reason in twice.left_out] == ["its own solution ends in runtime"]
    assert add.cases == (lenient(((4, 5), {"a": 1}), (4, 5, {"a": 1})),)
    assert (add.name, add.limits, data.left_out) == ("Mbpp/720", OFFICIAL_LIMITS, {})


@pytest.mark.parametrize(
    ("name", "solution", "args", "right", "wrong"),
    [
        (
            "similar_elements",
            "def similar_elements(a, b):\n    return tuple(set(a) & set(b))",
            [[3, 4, 5], [5, 4]],
            "def similar_elements(a, b):\n    return [x for x in reversed(b) if x in a]",
            "def similar_elements(a, b):\n    return a",
        ),
        (
            "text_starta_endb",
            "import re\ndef text_starta_endb(t):\n    return re.search('^a.*b$', t)",
            ["aab"],
            "def text_starta_endb(t):\n    return 'found'",
            "def text_starta_endb(t):\n    return None",
        ),
        (
            "sum_div",
            "def sum_div(n):\n    return sum(d for d in range(1, n) if n % d == 0)",
            [7],
            "def sum_div(n):\n    return 0",
            "def sum_div(n):\n    return 8",
        ),
        (
            "digit_distance_nums",
            "def digit_distance_nums(a, b):\n    return sum(map(int, str(abs(a - b))))",
            [19, 21],
            "def digit_distance_nums(a, b):\n    return 9",
            "def digit_distance_nums(a, b):\n    return 3",
        ),
        (
            "surface_Area",
            "def surface_Area(b, s):\n    return 2 * b * s + b * b",
            [3, 4],
            "def surface_Area(b, h):\n    return round(b * b + 2 * b * (b * b / 4 + h * h) ** 0.5)",
            "def surface_Area(b, s):\n    return 2 * b * s",
        ),
    ],
)
def test_mbpp_plus_takes_every_answer_that_is_right(
    tmp_path: Path, name: str, solution: str, args: list[object], right: str, wrong: str
) -> None:
    path = plant(tmp_path, mbpp_plus(name, solution, [args], task=2 if name == "similar_elements" else 900))
    (task,) = read_mbpp_plus(path, kept=tmp_path / "kept").items
    judge = Judge(OFFICIAL_LIMITS)
    passed = [
        judge.judge_asserts(code, task.tests, prelude=task.prelude, entry_point=name).passed
        for code in (task.reference or "", right, wrong)
    ]
    assert passed == [True, True, False]


def test_cases_of_quixbugs_are_tasks_by_program(tmp_path: Path) -> None:
    records: list[Record] = [
        {"program": "bitcount", "args": [127], "expected": 7},
        {"program": "bitcount", "args": [128], "expected": 1},
        {"program": "flatten", "args": [[[1, [2]], 3]], "expected": [1, 2, 3], "prompt": "Flatten a list."},
        {"program": "sqrt", "args": "(2, 0.01)", "expected": "1.416"},
        {"program": "depth", "args": "((", "expected": 2, "reference": "def depth(s):\n    return len(s)\n"},
        {"program": "not a name", "args": [1], "expected": 1},
        {"program": "gcd", "args": [1]},
    ]
    data = read_suite(plant(tmp_path, *records, name="cases.json"))
    assert {task.name: task.cases for task in data.items} == {
        "bitcount": (lenient((127,), 7), lenient((128,), 1)),
        "flatten": (lenient(([[1, [2]], 3],), [1, 2, 3]),),
        "sqrt": (lenient((2, 0.01), 1.416, 1e-6),),
        "depth": (lenient(("((",), 2),),
    }
    bitcount, flatten, _, depth = data.items
    assert shown(bitcount) == "Write the Python function `bitcount`.\n\n`bitcount(127)` gives `7`."
    assert flatten.prompt == "Flatten a list.\n\n`flatten([[1, [2]], 3])` gives `[1, 2, 3]`."
    assert (depth.reference, depth.limits) == ("def depth(s):\n    return len(s)\n", OFFICIAL_LIMITS)
    assert data.places == {"unusable task": ("task not a name",), "no 'expected'": ("record 7",)}


def test_a_folder_of_quixbugs_files_is_named_after_its_programs(tmp_path: Path) -> None:
    folder = tmp_path / "json_testcases"
    folder.mkdir()
    (folder / "bitcount.json").write_text("[[127], 7]\n[[128], 1]\n")
    (folder / "depth.json").write_text('["((", 2]\n')
    assert {task.name: task.cases for task in read_suite(folder).items} == {
        "bitcount": (lenient((127,), 7), lenient((128,), 1)),
        "depth": (lenient(("((",), 2),),
    }


def test_a_suite_by_path_is_a_task_with_what_was_left_out(tmp_path: Path) -> None:
    own = {name: value for name, value in TASK.items() if name not in ("category", "complexity")}
    task = code_cases(path=str(plant(tmp_path, own, {**own, "name": "b", "cases": []}, name="own.jsonl")))
    assert [sample.id for sample in task.dataset] == ["twice"]
    assert task.metadata is not None
    assert task.metadata["left_out"] == {"'cases' is not List should have at least 1 item after validation, not 0": 1}
    assert list(task.metadata["left_out_places"].values()) == [["record 2"]]
    with pytest.raises(SourceError, match="give path=: the official suite of tasks or cases"):
        code_cases()


def test_how_answers_are_judged_is_asked_of_the_task_and_stands_in_every_sample() -> None:
    asked = phase3(n=1, reading="tolerant", every_case=False)
    question = CodeQuestion.of(asked.dataset[0].metadata or {})
    assert (question.reading, question.every_case) == ("tolerant", False)
    assert len(asked.scorer or []) == 2, "the cases that pass are counted only where all are run"
    usual = phase3(n=1)
    assert set(CodeQuestion.of(usual.dataset[0].metadata or {}).as_metadata()).isdisjoint({"reading", "every_case"})
    assert len(usual.scorer or []) == 3
