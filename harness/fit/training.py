"""Fit a head on frozen states: supervised with the seed's loss, then, as an option, by its reward."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import torch

from glassbox.harness.cli.progress import Tick
from glassbox.harness.data.problem import Problem
from glassbox.harness.fit.config import SHAPES, HeadConfig
from glassbox.harness.fit.head import IRHead
from glassbox.harness.fit.reading import Label, Standard, View, label, targets
from glassbox.harness.fit.reward import reward_step
from glassbox.harness.fit.source import Layers, Seen, Source, collate, unpad
from glassbox.harness.ir.program import Program
from glassbox.harness.ir.shape import Shape

ENCODE_BATCH = 128
VALIDATION_SHARE, LEAST_HELD_BACK = 0.1, 200
"""Of the fit examples: a tenth is held back, and at least 200, but never more than a quarter."""
LOOK_EVERY, PATIENCE, GAIN, MOST_STEPS, WARM_UP = 20, 8, 0.005, 1500, 20
"""Where the length is chosen: steps between looks at the held-back examples (whole passes); looks without half a point
of gain that end it; most steps at the steady rate; steps of rising rate."""


@dataclass(frozen=True)
class Example:
    """One prompt to learn from: its states, its label and its program's value."""

    seen: Seen
    label: Label
    program: Program
    answer: int


@dataclass(frozen=True)
class Fit:
    """A fitted head with what was seen on the way."""

    head: IRHead
    metrics: dict[str, float]


def encode(
    source: Source, prompts: Sequence[str], problems: Sequence[Problem], shape: Shape, tick: Tick
) -> list[Example]:
    """States and labels of all problems that have a program of this shape; the others are passed over."""
    (found,) = _encoded(lambda part: [source.view(part)], prompts, problems, shape, tick)
    return found


def encode_layers(
    layers: Layers, prompts: Sequence[str], problems: Sequence[Problem], shape: Shape, tick: Tick
) -> dict[int, list[Example]]:
    """The same for several layers, each prompt being read once."""
    found = _encoded(lambda part: [*layers.views(part).values()], prompts, problems, shape, tick)
    return dict(zip(sorted(set(layers.layers)), found, strict=True))


def _encoded(
    views: Callable[[Sequence[str]], list[View]],
    prompts: Sequence[str],
    problems: Sequence[Problem],
    shape: Shape,
    tick: Tick,
) -> list[list[Example]]:
    examples: list[list[Example]] = []
    for start in range(0, len(prompts), ENCODE_BATCH):
        part = slice(start, start + ENCODE_BATCH)
        seen = [unpad(view) for view in views(prompts[part])]
        examples = examples or [[] for _ in seen]
        for of_layer, kept in zip(seen, examples, strict=True):
            made = (_example(one, problem, shape) for one, problem in zip(of_layer, problems[part], strict=True))
            kept += [example for example in made if example is not None]
        tick("reading states", min(start + ENCODE_BATCH, len(prompts)), len(prompts))
    return examples or [[]]


def _example(seen: Seen, problem: Problem, shape: Shape) -> Example | None:
    """None where the problem has no program of this shape."""
    if problem.program is None:
        return None
    try:
        slots = shape.encode(problem.program)
    except ValueError:
        return None
    return Example(seen, label(slots, seen.runs), problem.program, problem.answer)


def shuffle_labels(examples: Sequence[Example], seed: int) -> list[Example]:
    """Every prompt gets another prompt's label: a head that still scores above chance has found a leak."""
    order = list(range(len(examples)))
    random.Random(seed).shuffle(order)
    others = [examples[place] for place in order]
    return [Example(e.seen, o.label, o.program, o.answer) for e, o in zip(examples, others, strict=True)]


def batches(examples: Sequence[Example], size: int, rng: random.Random) -> Iterator[list[Example]]:
    """Random batches of prompts of like length."""
    order = sorted(range(len(examples)), key=lambda i: (len(examples[i].seen.states) // 8, rng.random()))
    parts = [order[start : start + size] for start in range(0, len(order), size)]
    rng.shuffle(parts)
    for part in parts:
        yield [examples[i] for i in part]


def program_accuracy(
    head: IRHead, examples: Sequence[Example], standard: Standard | None = None, size: int = 256
) -> float:
    """Share of prompts whose whole program is read exactly; `standard` where the head has not absorbed it yet."""
    right = 0
    for start in range(0, len(examples), size):
        part = examples[start : start + size]
        seen = collate([e.seen for e in part])
        for slots, example in zip(head.read(seen if standard is None else standard(seen)), part, strict=True):
            right += slots == example.label.slots
    return right / max(1, len(examples))


def fit(source: Source, prompts: Sequence[str], problems: Sequence[Problem], config: HeadConfig, tick: Tick) -> Fit:
    """Fit one head; the best epoch by held-back examples is kept.

    Raises:
      ValueError: Fewer than 20 problems have a program of the asked shape.
    """
    shape = SHAPES[config.shape]
    examples = encode(source, prompts, problems, shape, tick)
    return fit_examples(source.width, examples, config, tick)


def fit_examples(width: int, examples: Sequence[Example], config: HeadConfig, tick: Tick) -> Fit:
    """Fit one head on states that are read already; see `fit`."""
    if len(examples) < 20:
        raise ValueError(f"{len(examples)} problems have a program of shape {config.shape}; at least 20 are needed")
    if config.shuffled:
        examples = shuffle_labels(examples, config.seed)
    held_back = min(max(1, int(len(examples) * VALIDATION_SHARE), LEAST_HELD_BACK), len(examples) // 4)
    train, validation = examples[:-held_back], examples[-held_back:]
    torch.manual_seed(config.seed)
    head = IRHead(width, SHAPES[config.shape], config.head, config.pool, config.width)
    standard = Standard.of(torch.cat([e.seen.states.float() for e in train[:2000]]))
    fitting = _Fitting(head.to(examples[0].seen.states.device), standard, train, validation, config, tick)
    best = fitting.run()
    head.load_state_dict(fitting.best)
    head.absorb(standard.centre, standard.spread)
    reachable = sum(all(e.label.places) for e in train) / len(train)
    metrics = {
        "validation_program": best,
        "examples": float(len(train)),
        "operands_in_prompt": reachable,
        "passes": fitting.done / fitting.a_pass,
    }
    return Fit(head.eval(), metrics)


class _Fitting:
    """One head on its way; the state that did best on held-back examples is kept."""

    def __init__(
        self,
        head: IRHead,
        standard: Standard,
        train: Sequence[Example],
        validation: Sequence[Example],
        config: HeadConfig,
        tick: Tick,
    ) -> None:
        self.head, self.config = head, config
        self._standard, self._train, self._validation, self._tick = standard, train, validation, tick
        self._optimiser = torch.optim.AdamW(head.parameters(), lr=config.rate, weight_decay=0.01)
        self._rng = random.Random(config.seed)
        self.a_pass = math.ceil(len(train) / config.batch)
        self.done = 0
        self.best, self._best_accuracy = head.state_dict(), -1.0

    def run(self) -> float:
        """Train, as long as the configuration says; the best accuracy on held-back examples."""
        if self.config.epochs == "auto":
            self._as_long_as_it_gains()
        else:
            steps = self.a_pass * self.config.epochs
            for epoch in range(self.config.epochs):
                self._pass(lambda done: _schedule(done / steps))
                self._look(epoch + 1, self.config.epochs + self.config.reward_epochs)
        before = 0 if self.config.epochs == "auto" else self.config.epochs
        for epoch in range(self.config.reward_epochs):
            self._pass(lambda done: 0.05, by_reward=True)
            self._look(before + epoch + 1, before + self.config.reward_epochs)
        return self._best_accuracy

    def _as_long_as_it_gains(self) -> None:
        """A steady rate until held-back examples gain no more, then a decay to zero, by a quarter of those steps."""
        passes = max(1, math.ceil(LOOK_EVERY / self.a_pass))
        most = max(MOST_STEPS // (passes * self.a_pass), PATIENCE)
        stale, high = 0, -1.0
        for look in range(most):
            for _ in range(passes):
                self._pass(lambda done: min(1.0, (done + 1) / WARM_UP))
            accuracy = self._look(look + 1, most)
            stale, high = (0, accuracy) if accuracy >= high + GAIN else (stale + 1, high)
            if stale >= PATIENCE or accuracy == 1.0:
                break
        begun, steps = self.done, max(self.done // 4, self.a_pass)
        while self.done < begun + steps:
            self._pass(lambda done: max(0.0, 0.5 * (1 + math.cos(math.pi * (done - begun) / steps))))
        self._look(most, most)

    def _pass(self, rate: Callable[[int], float], by_reward: bool = False) -> None:
        """Every example once; `rate` is the share of the peak rate after so many steps."""
        for part in batches(self._train, self.config.batch, self._rng):
            for group in self._optimiser.param_groups:
                group["lr"] = self.config.rate * rate(self.done)
            seen = self._standard(collate([e.seen for e in part]))
            if by_reward:
                loss = reward_step(self.head, seen, [e.answer for e in part], self.config.seed + self.done)
            else:
                truth = targets([e.label for e in part], seen, self.head.shape)
                loss = self.head.loss(self.head(seen, truth), truth)
            self._optimiser.zero_grad(set_to_none=True)
            loss.backward()  # type: ignore[no-untyped-call]
            torch.nn.utils.clip_grad_norm_(self.head.parameters(), 1.0)
            self._optimiser.step()
            self.done += 1

    def _look(self, done: int, of: int) -> float:
        """Accuracy on the held-back examples."""
        accuracy = program_accuracy(self.head.eval(), self._validation, self._standard)
        self.head.train()
        if accuracy >= self._best_accuracy:
            self._best_accuracy = accuracy
            self.best = {name: tensor.clone() for name, tensor in self.head.state_dict().items()}
        self._tick(f"fitting {self.config.head} head", done, of)
        return accuracy


def _schedule(done: float) -> float:
    """Share of the peak rate where the length is given: a short warm-up, then a cosine to zero."""
    return done / 0.05 if done < 0.05 else 0.5 * (1 + math.cos(math.pi * (done - 0.05) / 0.95))
