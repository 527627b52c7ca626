"""Fitted IR heads as a technique: fetch or fit the part, read programs from states, run them.

`ir_head` and its controls (`layer0`, `bag_of_tokens`, `shuffled_labels`) are this with different settings.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence

import torch

from glassbox.harness.cli.progress import Tick, progress
from glassbox.harness.data.arithmetic.dataset import Origin, fit_problems
from glassbox.harness.data.arithmetic.prompts import expression_prompt
from glassbox.harness.data.problem import Problem
from glassbox.harness.engine.technique import Facts, Question, execute
from glassbox.harness.fit.artefacts import ArtefactStore, data_address, default_store
from glassbox.harness.fit.config import SHAPES, HeadConfig
from glassbox.harness.fit.head import IRHead
from glassbox.harness.fit.layer_choice import choose_layer
from glassbox.harness.fit.source import BagSource, LayerSource, Source
from glassbox.harness.fit.training import fit
from glassbox.harness.ir.machine import Width
from glassbox.harness.ir.text import parse, to_text
from glassbox.harness.lm.model import OpenModel
from glassbox.harness.lm.shipped import fetchable_models, shipped_models
from glassbox.harness.records.attempt import Attempt

logger = logging.getLogger(__name__)


class HeadTechnique:
    """Reads programs with a fitted head; nothing is generated."""

    def __init__(self, head: IRHead, source: Source, name: str, width: Width) -> None:
        self.head, self.source, self.name, self.width = head, source, name, width

    def prompt(self, question: str) -> str:
        """The one that text pipelines show."""
        return expression_prompt(question)

    def attempt(self, questions: Sequence[Question]) -> list[Attempt]:
        """One attempt a question, all from one forward pass."""
        seen = self.source.view([self.prompt(q.text) for q in questions])
        read = self.head.read(seen)
        programs = [None if slots is None else self.head.shape.decode(slots) for slots in read]
        facts: Facts = {"artefact": self.name, "model_calls": int(isinstance(self.source, LayerSource))}
        known = [self._expresses(asked.program, said) for asked, said in zip(questions, seen.values, strict=True)]
        more = [{"prompt_tokens": n, "expressible": can} for n, can in zip(seen.lengths, known, strict=True)]
        return execute(programs, self.width, [facts | one for one in more])

    def _expresses(self, reference: str | None, numbers: Sequence[int]) -> bool | None:
        """For the record alone; what the head reads does not depend on it."""
        return None if reference is None else self.head.expresses(parse(reference), numbers)


def part_store() -> ArtefactStore:
    """The user's store behind the shipped parts; a part's name holds its model's hash, whatever the model is called."""
    folders = (*shipped_models().values(), *fetchable_models().values())
    return ArtefactStore(default_store(), tuple(folder / "parts" for folder in folders))


def fitted(
    model: OpenModel,
    origin: Origin,
    config: HeadConfig,
    layer: float | int | str,
    examples: int,
    width: Width,
    store: ArtefactStore | None = None,
) -> HeadTechnique:
    """The technique for these settings: from the store where it was fitted before, else fitted now.

    Args:
      model: The open model.
      origin: Where the samples come from; decides the fit data.
      config: Settings of the head; its layer is filled in from `layer`.
      layer: Index, fraction of depth, or `auto` to choose on held-back fit examples.
      examples: How many problems to fit on, at most.
      width: Integer width of the machine.
      store: Where parts are kept; by default the user's store behind the parts shipped with the model.

    Raises:
      ValueError: The layer is outside the model, or too few problems have a program.
    """
    problems = fit_problems(origin, examples, config.seed)
    prompts = [expression_prompt(problem.question) for problem in problems]
    config = config.model_copy(update={"shape": origin.family})
    store = store or part_store()
    data = data_address(
        f"{prompt}\n{None if problem.program is None else to_text(problem.program)}\n{problem.answer}"
        for prompt, problem in zip(prompts, problems, strict=True)
    )
    with progress() as tick:
        if config.features == "layer":
            if layer == "auto":
                index = choose_layer(model, prompts, problems, config, store, data, tick)
            else:
                index = model.layer(_as_layer(layer))
            config = config.model_copy(update={"layer": index})
        source: Source = LayerSource(model, config.layer) if config.features == "layer" else BagSource(model)
        name, tensors, _ = store.load_or_make(
            {"config": config.model_dump(mode="json"), "source": source.address, "data": data},
            lambda: _make(source, prompts, problems, config, tick),
            logger.warning,
        )
    head = IRHead(source.width, SHAPES[config.shape], config.head, config.pool, config.width)
    head.load_state_dict(tensors)
    return HeadTechnique(head.to(model.device).eval(), source, name, width)


def _as_layer(layer: float | int | str) -> float | int:
    if isinstance(layer, str):
        raise ValueError(f"layer {layer!r} is neither an index, a fraction of the depth, nor auto")
    return layer


def _make(
    source: Source, prompts: Sequence[str], problems: Sequence[Problem], config: HeadConfig, tick: Tick
) -> tuple[dict[str, torch.Tensor], dict[str, float]]:
    made = fit(source, prompts, problems, config, tick)
    return made.head.state_dict(), made.metrics
