"""How good an arithmetic model is: what it writes, read and run, on every split of generated problems.

    glassbox models check arith

Right answers are counted three ways, because each hides what the others show: the executed value forgives a wrong
program with the right value, the letter does not forgive another spelling, and the written number needs no program.
"""

from __future__ import annotations

from collections.abc import Sequence

from glassbox.baselines.models.card import Metric
from glassbox.harness.cli.progress import progress
from glassbox.harness.data.arithmetic.generate import Family, Split
from glassbox.harness.data.arithmetic.generate import generate as problems_of
from glassbox.harness.data.arithmetic.prompts import answer_prompt, expression_prompt
from glassbox.harness.data.problem import Problem
from glassbox.harness.ir.lex import ParseError
from glassbox.harness.ir.machine import Machine
from glassbox.harness.ir.program import Program
from glassbox.harness.ir.text import read_first, to_text
from glassbox.harness.lm.generate import Generation, generate
from glassbox.harness.lm.model import OpenModel

SEED = 1
"""Seed of the measured problems; the tasks' own default is 0, so that the two samples are not the same."""

EXPRESSION_TOKENS, ANSWER_TOKENS = 48, 24
BATCH = 256

_UNSEEN: tuple[Split, ...] = ("iid", "held_out_templates", "held_out_operands", "held_out_both")
CELLS: tuple[tuple[Family, Split], ...] = (
    *(("single", split) for split in (*_UNSEEN, "word_problems")),
    *(("chain", split) for split in _UNSEEN),
    *(("loop", split) for split in _UNSEEN),
)
"""What is measured; chains and loops have no word problems."""


def measure(model: OpenModel, n: int = 1000, cells: Sequence[tuple[Family, Split]] = CELLS) -> list[Metric]:
    """Share of right answers on the first `n` problems of each split (all of them, where a split holds fewer)."""
    metrics: list[Metric] = []
    with progress() as tick:
        for done, (family, split) in enumerate(cells, 1):
            metrics += measure_cell(model, family, split, problems_of(family, split, n, SEED))
            tick("measuring", done, len(cells))
    return metrics


def measure_cell(model: OpenModel, family: Family, split: Split, problems: Sequence[Problem]) -> list[Metric]:
    """The three shares on one set of problems."""
    expressions = [expression_prompt(p.question) for p in problems]
    answers = [answer_prompt(p.question) for p in problems]
    written = generate(model, expressions, max_tokens=EXPRESSION_TOKENS, max_batch=BATCH)
    numbers = generate(model, answers, max_tokens=ANSWER_TOKENS, max_batch=BATCH)
    right = _right_values([g.text for g in written], [p.answer for p in problems])
    exact = sum(_says(g, _reference(p)) for g, p in zip(written, problems, strict=True))
    direct = sum(_says(g, str(p.answer)) for g, p in zip(numbers, problems, strict=True))
    n = len(problems)
    return [
        Metric.of(family, split, "pipeline", right, n),
        Metric.of(family, split, "exact", exact, n),
        Metric.of(family, split, "direct", direct, n),
    ]


def _right_values(completions: Sequence[str], answers: Sequence[int]) -> int:
    """How many completions are programs that run to the answer."""
    programs = [_read(completion) for completion in completions]
    executions = iter(Machine().run_batch([program for program in programs if program is not None]))
    values = [None if program is None else next(executions).value for program in programs]
    return sum(value == answer for value, answer in zip(values, answers, strict=True))


def _read(completion: str) -> Program | None:
    try:
        return read_first(completion)
    except ParseError:
        return None


def _reference(problem: Problem) -> str:
    if problem.program is None:
        raise ValueError(f"problem {problem.id} has no program; measure on generated splits")
    return to_text(problem.program)


def _says(generation: Generation, text: str) -> bool:
    """Whether the completion is ` text` and nothing more, ended by the stop token and not by the budget."""
    return generation.stop_reason == "stop" and generation.text == f" {text}"
