"""Text techniques: the model writes, something reads what it wrote. Shared by `regex_pipeline` and `direct`.

Inside inspect the model is called through inspect's own `generate`, so any provider works and its usage is logged;
in a direct run, and to measure the latency of one question alone, the open model is called in-process.
"""

from __future__ import annotations

import time
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Callable, Sequence
from functools import cache
from itertools import chain, zip_longest
from pathlib import Path
from typing import TYPE_CHECKING

from inspect_ai.model import ChatMessage, ChatMessageAssistant, ChatMessageUser, GenerateConfig, ModelOutput, get_model
from inspect_ai.solver import Generate, Solver, TaskState

from glassbox.harness.data.arithmetic.dataset import Origin, fit_problems
from glassbox.harness.data.problem import Problem
from glassbox.harness.engine.serving import answering, origin_of, question
from glassbox.harness.engine.technique import ALONE_SAMPLES, Question
from glassbox.harness.lm.errors import CannotOpen
from glassbox.harness.lm.opened import open_from
from glassbox.harness.lm.prompt import Turn, prompt_ids
from glassbox.harness.lm.shipped import shipped_models
from glassbox.harness.plugins.card import ARITHMETIC
from glassbox.harness.records.attempt import Attempt

if TYPE_CHECKING:
    from glassbox.harness.lm.model import OpenModel

STOP = "\n"
SAID_BY: dict[str, Callable[..., ChatMessage]] = {"user": ChatMessageUser, "assistant": ChatMessageAssistant}
SHOTS_ELSEWHERE = 4
"""Examples shown to models that were not trained on this prompt."""


class TextTechnique(ABC):
    """Asks for text, then reads it."""

    def __init__(self, shots: Sequence[Problem], max_tokens: int) -> None:
        self.shots = shots
        self.max_tokens = max_tokens

    @abstractmethod
    def ask(self, question: str) -> str:
        """The question as the model is asked it."""

    @abstractmethod
    def shown(self, shot: Problem) -> str:
        """What an example's completion is."""

    def turns(self, question: str) -> list[Turn]:
        """What the model is shown: examples as answered questions, then the question."""
        answered = [(self.ask(shot.question), f"{self.shown(shot)}\n\n") for shot in self.shots]
        earlier = [turn for ask, said in answered for turn in (Turn("user", ask), Turn("assistant", said))]
        return [*earlier, Turn("user", self.ask(question))]

    def prompt(self, question: str) -> str:
        """All turns as one text, which a model without a chat template reads."""
        return "".join(turn.content for turn in self.turns(question))

    @abstractmethod
    def read(self, completions: Sequence[str]) -> list[Attempt]:
        """One attempt a completion, without costs."""

    def attempt_with(self, model: OpenModel, questions: Sequence[Question]) -> list[Attempt]:
        """Generate greedily in-process and read."""
        from glassbox.harness.lm.generate import generate as generate_open

        prompts = [prompt_ids(model, self.turns(q.text)) for q in questions]
        written = generate_open(model, prompts, max_tokens=self.max_tokens, stop=(STOP,))
        return [
            attempt.model_copy(
                update={
                    "completion": generation.text,
                    "prompt_tokens": generation.prompt_tokens,
                    "generated_tokens": generation.generated_tokens,
                    "model_calls": 1,
                }
            )
            for attempt, generation in zip(self.read([g.text for g in written]), written, strict=True)
        ]


class InProcess:
    """A text technique bound to an open model."""

    def __init__(self, technique: TextTechnique, model: OpenModel) -> None:
        self._technique, self._model = technique, model

    def prompt(self, question: str) -> str:
        """The technique's own."""
        return self._technique.prompt(question)

    def attempt(self, questions: Sequence[Question]) -> list[Attempt]:
        """One attempt a question."""
        return self._technique.attempt_with(self._model, questions)


def choose_shots(model_name: str, shots: int | None, origin: Origin) -> list[Problem]:
    """Examples for the prompt: `shots` of them, or by default none for a shipped model and a few for others.

    They come from the fit side of the data, which holds no test item, one operation after the other.
    """
    count = shots if shots is not None else (0 if _is_shipped(model_name) else SHOTS_ELSEWHERE)
    if count == 0:
        return []
    by_operation: dict[str, list[Problem]] = {}
    for problem in fit_problems(origin, 40 * count, seed=0):
        if problem.program is not None:
            by_operation.setdefault(problem.tags.get("op", ""), []).append(problem)
    in_turn = chain.from_iterable(zip_longest(*by_operation.values()))
    return [problem for problem in in_turn if problem is not None][:count]


def _is_shipped(model_name: str) -> bool:
    """Whether this is a shipped model, by its short name or, as for `hf/`, by its folder."""
    shipped = shipped_models()
    return model_name in shipped or Path(model_name).resolve() in {folder.resolve() for folder in shipped.values()}


def _config(asked: GenerateConfig, max_tokens: int) -> GenerateConfig:
    """Greedy up to the line's end, unless the run was given another temperature or length: no setting is dead."""
    return GenerateConfig(
        max_tokens=max_tokens if asked.max_tokens is None else asked.max_tokens,
        temperature=0.0 if asked.temperature is None else asked.temperature,
        stop_seqs=[STOP],
    )


TextBuilder = Callable[[Sequence[Problem]], TextTechnique]


def text_solver(build: TextBuilder, shots: int | None) -> Solver:
    """An inspect solver around the text technique that `build` makes from the chosen examples."""
    alone: Counter[tuple[str, Origin]] = Counter()

    @cache
    def technique(model_name: str, origin: Origin) -> TextTechnique:
        return build(choose_shots(model_name, shots, origin))

    async def solve(state: TaskState, generate: Generate) -> TaskState:
        model = get_model()
        line = (model.name, origin_of(state))
        made = technique(*line)
        asked = question(state)
        messages = [SAID_BY[turn.role](content=turn.content) for turn in made.turns(asked.text)]
        config = _config(model.config, made.max_tokens)
        state.messages = [*messages]
        state.output = await model.generate([*messages], config=config)
        state.messages.append(state.output.message)
        attempt = _with_costs(made.read([state.output.completion])[0], state.output)
        if alone[line] < ALONE_SAMPLES:
            alone[line] += 1
            attempt = attempt.model_copy(update={"alone_ms": _alone(made, asked)})
        attempt.keep(state)
        return state

    def in_process(model: OpenModel | None, origin: Origin) -> InProcess:
        assert model is not None, "answering() opens the model"
        return InProcess(technique(model.name, origin), model)

    return answering(solve, in_process, needs_model=True)


def _with_costs(attempt: Attempt, output: ModelOutput) -> Attempt:
    usage, served = output.usage, output.metadata or {}
    service = served.get("service_ms", (output.time or 0.0) * 1000)
    return attempt.model_copy(
        update={
            "completion": output.completion,
            "prompt_tokens": usage.input_tokens if usage else 0,
            "generated_tokens": usage.output_tokens if usage else 0,
            "model_calls": 1,
            "amortised_ms": service / served.get("batch", 1),
        }
    )


def _alone(made: TextTechnique, asked: Question) -> float | None:
    """Wall time in ms of this question served alone; None where the model is behind an API."""
    try:
        model = open_from(get_model(), ARITHMETIC)
    except CannotOpen:
        return None
    with model.lock:
        start = time.perf_counter()
        made.attempt_with(model, [asked])
        return (time.perf_counter() - start) * 1000
