"""The forms of files that are known, so that one that was taken for another is refused by its own name.

looks_like({"task_id": 2, "text": "...", "code": "...", "test_list": []})    # "MBPP, which mbpp reads"
"""

from __future__ import annotations

from collections.abc import Iterable

_CODE, _DCM, _IR = "the task {}", "the task dcm_{}", "source={} of ir_arith and dcm_arithmetic"
_FORMS: tuple[tuple[str, str, str], ...] = (
    # The first whose fields are all there, so the more particular stand first.
    ("MBPP+", "task_id prompt canonical_solution base_input plus_input assertion", _CODE.format("mbpp_plus")),
    ("HumanEval+", "task_id prompt canonical_solution base_input plus_input", _CODE.format("humaneval_plus")),
    ("HumanEval", "task_id prompt canonical_solution test", _CODE.format("humaneval")),
    ("MBPP", "task_id text code test_list", _CODE.format("mbpp")),
    ("sanitized MBPP", "task_id prompt code test_list", _CODE.format("mbpp")),
    ("a code suite of this project", "name entry_point prompt cases", _CODE.format("code_cases")),
    ("QuixBugs cases", "program args expected", _CODE.format("code_cases")),
    ("single_op", "question op a b answer", _IR.format("single_op")),
    ("SVAMP", "Body Question Equation Answer", _IR.format("svamp")),
    ("MAWPS", "sQuestion lEquations lSolutions", _IR.format("mawps")),
    ("GPT-3 arithmetic", "context completion", _IR.format("gpt3_arithmetic")),
    ("SQuAD", "paragraphs", _DCM.format("squad")),
    ("SQuAD lines", "context question answers", _DCM.format("squad")),
    ("PopQA", "prop obj question possible_answers", _DCM.format("questions")),
    ("WebQuestions", "utterance targetValue", _DCM.format("questions")),
    ("TriviaQA", "Question Answer", _DCM.format("triviaqa")),
    ("TriviaQA lines", "question golden_answers", _DCM.format("triviaqa")),
    ("Sudoku", "puzzle", _DCM.format("sudoku")),
    ("an ARC task", "train test", _DCM.format("arc")),
)


def looks_like(value: object) -> str | None:
    """The form that a record, or a file of one object, has, and who reads it; None where it is no known one."""
    for each in _candidates(value):
        fields = set(map(str, each))
        for name, marks, reader in _FORMS:
            if fields.issuperset(marks.split()):
                return f"{name}, which {reader} reads"
        if isinstance(each.get("question"), str) and "answer" in each:
            return _short_answer(each["answer"])
    return None


def _short_answer(answer: object) -> str:
    if isinstance(answer, list):
        return f"NQ-open, which {_DCM.format('nq')} reads"
    if isinstance(answer, str) and "####" in answer:
        return f"GSM8K, which {_IR.format('gsm8k')} reads"
    return f"HotpotQA without its passages, which {_DCM.format('questions')} reads"


def _candidates(value: object) -> Iterable[dict[object, object]]:
    """The record itself, or one inside a file that is one object: `data`, `Data`, or ARC's tasks by id."""
    if not isinstance(value, dict):
        return
    yield value
    for inner in (value.get("data"), value.get("Data"), [*value.values()][:1]):
        if isinstance(inner, list) and inner and isinstance(inner[0], dict):
            yield inner[0]
