"""The measuring of a model, on one that is right, wrong and oddly spelt exactly where it was taught to be."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import torch

from glassbox.baselines.models.build import open_to_measure, save_weights
from glassbox.baselines.models.quality import CELLS, measure_cell
from glassbox.baselines.models.recipes.arith_corpus import Document
from glassbox.baselines.models.recipes.tokenizer import train_tokenizer
from glassbox.baselines.models.recipes.training import Plan, train
from glassbox.harness.data.arithmetic.prompts import answer_prompt, expression_prompt
from glassbox.harness.data.problem import Problem
from glassbox.harness.ir.program import Op, single
from glassbox.harness.lm.model import OpenModel

PROBLEMS = [
    Problem("What is 2 times 2?", 4, single(Op.MULTIPLY, 2, 2), "t", "iid"),
    Problem("Take 3 from 9", 6, single(Op.SUBTRACT, 9, 3), "t", "iid"),
    Problem("Put 5 and 8 together", 13, single(Op.ADD, 5, 8), "t", "iid"),
    Problem("Share 7 among none", 0, single(Op.DIVIDE, 7, 7), "t", "iid"),
]
# The right value by another program; the letter; the wrong order; no program at all.
WRITTEN = [" 2 + 2", " 9 - 3", " 5 - 8", " so what"]
# The letter; the letter; a wrong number; the number in another spelling.
NUMBERS = [" 4", " 6", " 12", " 00"]


def _documents(seed: int) -> Iterator[Document]:
    taught = [
        *(Document(expression_prompt(p.question), text) for p, text in zip(PROBLEMS, WRITTEN, strict=True)),
        *(Document(answer_prompt(p.question), text) for p, text in zip(PROBLEMS, NUMBERS, strict=True)),
    ]
    while True:
        yield from taught


@pytest.fixture(scope="module")
def taught(tmp_path_factory: pytest.TempPathFactory) -> OpenModel:
    """A model that has learned these sixteen lines by heart."""
    torch.set_num_threads(1)
    folder = tmp_path_factory.mktemp("taught")
    plan = Plan(hidden=64, blocks=2, heads=2, inner=128, vocab_size=320, steps=320, batch=8, peak_rate=3e-3, warmup=10)
    texts = [d.prompt + d.completion for d, _ in zip(_documents(0), range(8), strict=False)]
    tokenizer = train_tokenizer(texts, (), plan.vocab_size)
    save_weights(folder / "model", train(_documents, tokenizer, plan, folder / "checkpoints"), tokenizer)
    return open_to_measure(folder / "model")


def test_value_letter_and_number_are_counted_apart(taught: OpenModel) -> None:
    pipeline, exact, direct = measure_cell(taught, "single", "iid", PROBLEMS)
    assert (pipeline.measure, pipeline.successes, pipeline.n) == ("pipeline", 2, 4)
    assert (exact.measure, exact.successes) == ("exact", 1)
    assert (direct.measure, direct.successes) == ("direct", 2)


def test_the_cells_cover_every_split_but_the_trained_one() -> None:
    assert len(CELLS) == len(set(CELLS)) == 13
    assert {split for family, split in CELLS if family == "single"} == {
        "iid",
        "held_out_templates",
        "held_out_operands",
        "held_out_both",
        "word_problems",
    }
    assert all(split != "train" for _, split in CELLS)
