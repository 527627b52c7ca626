"""What the reference model learned from holds nothing of what it is tested on, however its questions were worn."""

from __future__ import annotations

import itertools
import re
from functools import cache

from wordings import chain_templates, loop_templates, single_templates

from glassbox.baselines.models.recipes.arith_corpus import Document, documents
from glassbox.harness.data.arithmetic.fixed import fixed_items
from glassbox.harness.data.arithmetic.generate import Family, generate
from glassbox.harness.data.arithmetic.operands import is_held_out
from glassbox.harness.ir.program import Arithmetic, Loop
from glassbox.harness.ir.text import parse

SAMPLE = 20_000
FAMILIES: tuple[Family, ...] = ("single", "chain", "loop")
_NUMBER = re.compile(r"\d+")


@cache
def sample() -> tuple[Document, ...]:
    return tuple(itertools.islice(documents(0), SAMPLE))


def question(document: Document) -> str | None:
    """The question in the document's prompt, or None for a bare equation."""
    asked = re.fullmatch(r"Question: (.*)\n(?:Expression|Answer):", document.prompt)
    return asked[1] if asked else None


def questions() -> list[str]:
    return [asked for document in sample() if (asked := question(document)) is not None]


def worn_away(text: str) -> str:
    """Undo what `worn` does to a question: politeness, case, the last mark."""
    return text.lower().removeprefix("please ").rstrip("?.")


def written_operands(text: str) -> tuple[int, ...]:
    program = parse(text)
    if isinstance(program, Loop):
        return (program.start, program.stop)
    assert isinstance(program, Arithmetic)
    return tuple(o for step in program.steps for o in (step.left, step.right) if isinstance(o, int))


def test_the_sample_is_a_mixture_of_expressions_answers_and_equations() -> None:
    kinds = [d.prompt.rpartition("\n")[2] if "\n" in d.prompt else "equation" for d in sample()]
    shares = {kind: kinds.count(kind) / SAMPLE for kind in ("Expression:", "Answer:", "equation")}
    assert 0.69 < shares["Expression:"] < 0.72
    assert 0.21 < shares["Answer:"] < 0.23
    assert 0.07 < shares["equation"] < 0.09
    assert len(questions()) > 18_000


def test_no_written_expression_and_no_equation_has_held_out_operands() -> None:
    written = [d.completion for d in sample() if d.prompt.endswith("Expression:")]
    equations = [d.prompt.removesuffix(" =") for d in sample() if question(d) is None]
    assert len(written) + len(equations) > 15_000
    assert [text for text in (*written, *equations) if is_held_out(written_operands(text))] == []


def test_no_answered_question_has_held_out_operands() -> None:
    """A question may name a third number that does not matter; then the pairs that give the answer are looked at."""
    answered = [d for d in sample() if d.prompt.endswith("Answer:")]
    for document in answered:
        numbers = [int(n) for n in _NUMBER.findall(question(document) or "")]
        answer = int(document.completion)
        pairs = [
            (a, b)
            for a, b in itertools.permutations(numbers, 2)
            if answer in (a + b, a - b, a * b) or (b and a == answer * b)
        ]
        assert pairs, document
        if len(numbers) == 2:
            assert not is_held_out(pairs[0]), document
        assert not all(map(is_held_out, pairs)), document


def test_no_question_is_worded_as_a_held_out_template() -> None:
    exact = {
        worn_away(re.sub(r"\{\w+\}", "#", t))
        for t in (*single_templates(held_out=True), *loop_templates(held_out=True))
    }
    chained = {worn_away(re.sub(r"\{\w+\}", "#", t)) for n in (2, 3) for t in chain_templates(n, held_out=True)}
    frames = [
        re.compile(re.sub(r"\\\{\w+\\\}", r"\\w+", re.escape(worn_away(t))))
        for t in single_templates(held_out=True)
        if "{N}" in t or "{things}" in t
    ]
    assert len(frames) == 12
    assert len(chained) > 14_000
    asked = {worn_away(q) for q in questions()}
    # The check itself must bite: held-out questions of the task are found by it.
    test_items = [worn_away(p.question) for p in generate("single", "word_problems", 40)]
    assert all(any(frame.fullmatch(q) for frame in frames) for q in test_items)
    assert all(
        _NUMBER.sub("#", worn_away(p.question)) in exact | chained
        for family in FAMILIES
        for p in generate(family, "held_out_both", 40)
    )
    shapes = {_NUMBER.sub("#", q) for q in asked}
    assert shapes & (exact | chained) == set()
    stories = [q for q in asked if ". how many" in q or "much" in q or "total" in q]
    assert len(stories) > 3000
    assert [q for q in stories if any(frame.fullmatch(q) for frame in frames)] == []


def test_no_question_is_an_iid_or_a_fixed_item() -> None:
    sizes: dict[Family, int] = {"single": 4000, "chain": 800, "loop": 800}
    tests = [p.question for family in FAMILIES for p in (*generate(family, "iid", sizes[family]), *fixed_items(family))]
    asked = {worn_away(q) for q in questions()}
    assert len(asked) > 17_000
    assert asked & {worn_away(q) for q in tests} == set()


def test_bare_equations_are_the_only_iid_questions_the_model_has_met() -> None:
    """`44 / 11 =` may be drawn for `iid` and also be the equation of another wording; no held-out split has any."""
    equations = {d.prompt for d in sample() if question(d) is None}
    met = [p for p in generate("single", "iid", 4000) if p.question in equations]
    assert all(re.fullmatch(r"\d+ [-+*/] \d+ =", p.question) for p in met)
    assert len(met) <= 20
    for split in ("held_out_templates", "held_out_operands", "held_out_both", "word_problems"):
        assert not [p for p in generate("single", split, 1000) if p.question in equations]
