"""What is timed: `ir_head` and `regex_pipeline` on `arith`, on `smol` and on a model of TinyLlama's shape.

The large model has random weights: time does not depend on what weights say. It would never write a stop, so it
generates exactly as many tokens as `arith` needs for the same prompts (it has the same tokenizer).
"""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, get_args

import torch
from transformers import AutoModelForCausalLM, LlamaConfig

from glassbox.harness.data.arithmetic.dataset import Origin, test_problems
from glassbox.harness.engine.serving import answering_of
from glassbox.harness.engine.technique import Question, Technique
from glassbox.harness.fit.artefacts import ArtefactStore
from glassbox.harness.fit.config import HeadConfig
from glassbox.harness.lm.generate import generate
from glassbox.harness.lm.load import open_model, wrap_loaded
from glassbox.harness.lm.model import OpenModel
from glassbox.harness.records.attempt import Attempt
from glassbox.solvers.arithmetic.fitted import HeadTechnique, fitted
from glassbox.solvers.ir_head import LAYER, ir_head
from glassbox.solvers.regex_pipeline import RegexPipeline, regex_pipeline

ModelName = Literal["arith", "smol", "tinyllama_shape"]
MODELS: tuple[ModelName, ...] = get_args(ModelName)
ORIGIN = Origin(family="single")
FIT_EXAMPLES = 64
"""Enough to fit a head of the right size on the random model; what it reads is noise, and is not looked at."""


@dataclass(frozen=True)
class Subject:
    """One model with both ways to a program."""

    model: OpenModel
    head: HeadTechnique
    pipeline: Technique


class FixedLength(Technique):
    """The pipeline on a model that does not know when to stop: the number of tokens is given for each question."""

    def __init__(self, model: OpenModel, tokens: dict[str, int]) -> None:
        self._model, self._tokens = model, tokens
        self._pipeline = RegexPipeline((), max(tokens.values()), 32)

    def attempt(self, questions: Sequence[Question]) -> list[Attempt]:
        """A batch ends with its longest row, as it does where rows stop by themselves."""
        prompts = [self._pipeline.prompt(question.text) for question in questions]
        longest = max(self._tokens[question.text] for question in questions)
        written = generate(self._model, prompts, max_tokens=longest, stop_ids=())
        attempts = self._pipeline.read([generation.text for generation in written])
        return [
            attempt.model_copy(update={"generated_tokens": generation.generated_tokens})
            for attempt, generation in zip(attempts, written, strict=True)
        ]


def questions(count: int) -> list[Question]:
    """Test questions of the task's default split."""
    return [Question(problem.question) for problem in test_problems(ORIGIN, "held_out_both", count, seed=0)[0]]


def shipped(name: str) -> Subject:
    """A model whose default head is shipped."""
    model = open_model(name, device="cpu")
    head = _technique(ir_head(), model)
    assert isinstance(head, HeadTechnique)
    return Subject(model, head, _technique(regex_pipeline(), model))


def tinyllama_shape(asked: Sequence[Question], dtype: torch.dtype) -> Subject:
    """Random weights in TinyLlama's shape, with the tokens that `arith` writes for the questions asked."""
    small = shipped("arith")
    model = wrap_loaded("tinyllama_shape", random_tinyllama(dtype), small.model.tokenizer)
    tokens = {
        question.text: attempt.generated_tokens
        for question, attempt in zip(asked, small.pipeline.attempt(asked), strict=True)
    }
    with tempfile.TemporaryDirectory() as folder:  # a random model's head has no place in the user's store
        head = fitted(model, ORIGIN, HeadConfig(epochs=1), LAYER, FIT_EXAMPLES, 32, ArtefactStore(Path(folder)))
    return Subject(model, head, FixedLength(model, tokens))


def random_tinyllama(dtype: torch.dtype) -> Any:
    """TinyLlama-1.1B's shape: 22 layers, hidden 2048, 32 heads over 4 key-value heads."""
    config = LlamaConfig(
        vocab_size=32_000,
        hidden_size=2048,
        intermediate_size=5632,
        num_hidden_layers=22,
        num_attention_heads=32,
        num_key_value_heads=4,
        max_position_embeddings=2048,
        tie_word_embeddings=False,
    )
    torch.manual_seed(0)
    model: Any = AutoModelForCausalLM.from_config(config, dtype=dtype)  # type: ignore[no-untyped-call]
    return model.eval().requires_grad_(False)


def subject(name: ModelName, asked: Sequence[Question], dtype: torch.dtype) -> Subject:
    """The subject of that name; `dtype` is the random model's."""
    return tinyllama_shape(asked, dtype) if name == "tinyllama_shape" else shipped(name)


def _technique(solver: Any, model: OpenModel) -> Technique:
    found = answering_of(solver)
    assert found is not None, "both solvers answer without inspect's loop"
    return found.build(model, ORIGIN)
