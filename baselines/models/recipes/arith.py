"""The recipe of `arith`: a small Llama that turns arithmetic in words into an expression or an answer.

glassbox models train arith
"""

from __future__ import annotations

import itertools

from transformers import PreTrainedTokenizerFast

from glassbox.baselines.models.recipes.arith_corpus import documents
from glassbox.baselines.models.recipes.tokenizer import train_tokenizer
from glassbox.baselines.models.recipes.training import Plan
from glassbox.harness.ir.program import LoopKind, Op

PLAN = Plan()
WHOLE_WORDS = (*(op.value for op in Op), *(kind.value for kind in LoopKind if kind is not LoopKind.COUNTDOWN))


def tokenizer(plan: Plan) -> PreTrainedTokenizerFast:
    """The tokenizer, learned from 20,000 documents of the training text."""
    sample = itertools.islice(documents(plan.seed + 5), 20_000)
    return train_tokenizer((d.prompt + d.completion for d in sample), WHOLE_WORDS, plan.vocab_size)
