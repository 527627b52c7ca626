"""Fit a head on frozen states: supervised with the seed's loss, then, as an option, by its reward."""

from __future__ import annotations

import math
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import torch

from glassbox.harness.cli.progress import Tick
from glassbox.harness.data.problem import Problem
from glassbox.harness.fit.config import SHAPES, HeadConfig
from glassbox.harness.fit.head import IRHead
from glassbox.harness.fit.reading import Label, Standard, label, targets
from glassbox.harness.fit.reward import reward_step
from glassbox.harness.fit.source import Seen, Source, collate, unpad
from glassbox.harness.ir.program import Program
from glassbox.harness.ir.shape import Shape

ENCODE_BATCH = 128
VALIDATION_SHARE = 0.1


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


"""Called with (stage, done, total) as the work goes on."""


def encode(
    source: Source, prompts: Sequence[str], problems: Sequence[Problem], shape: Shape, tick: Tick
) -> list[Example]:
    """States and labels of all problems that have a program of this shape; the others are passed over."""
    examples = []
    for start in range(0, len(prompts), ENCODE_BATCH):
        part = slice(start, start + ENCODE_BATCH)
        for seen, problem in zip(unpad(source.view(prompts[part])), problems[part], strict=True):
            if problem.program is None:
                continue
            try:
                slots = shape.encode(problem.program)
            except ValueError:
                continue
            examples.append(Example(seen, label(slots, seen.runs), problem.program, problem.answer))
        tick("reading states", min(start + ENCODE_BATCH, len(prompts)), len(prompts))
    return examples


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
    shape = SHAPES[config.shape]
    if len(examples) < 20:
        raise ValueError(f"{len(examples)} problems have a program of shape {config.shape}; at least 20 are needed")
    if config.shuffled:
        examples = shuffle_labels(examples, config.seed)
    held_back = max(1, int(len(examples) * VALIDATION_SHARE))
    train, validation = examples[:-held_back], examples[-held_back:]
    torch.manual_seed(config.seed)
    device = examples[0].seen.states.device
    head = IRHead(width, shape, config.head, config.pool, config.width).to(device)
    standard = Standard.of(torch.cat([e.seen.states.float() for e in train[:2000]]))
    optimiser = torch.optim.AdamW(head.parameters(), lr=config.rate, weight_decay=0.01)
    rng = random.Random(config.seed)
    best, best_accuracy = head.state_dict(), -1.0
    epochs = config.epochs + config.reward_epochs
    steps = math.ceil(len(train) / config.batch) * config.epochs
    done = 0
    for epoch in range(epochs):
        for part in batches(train, config.batch, rng):
            seen = standard(collate([e.seen for e in part]))
            truth = targets([e.label for e in part], seen, shape)
            if epoch < config.epochs:
                for group in optimiser.param_groups:
                    group["lr"] = config.rate * _schedule(done / steps)
                loss = head.loss(head(seen, truth), truth)
            else:
                for group in optimiser.param_groups:
                    group["lr"] = config.rate * 0.05
                loss = reward_step(head, seen, [e.answer for e in part], config.seed + done)
            optimiser.zero_grad(set_to_none=True)
            loss.backward()  # type: ignore[no-untyped-call]
            torch.nn.utils.clip_grad_norm_(head.parameters(), 1.0)
            optimiser.step()
            done += 1
        accuracy = program_accuracy(head.eval(), validation, standard)
        head.train()
        if accuracy >= best_accuracy:
            best_accuracy = accuracy
            best = {name: tensor.clone() for name, tensor in head.state_dict().items()}
        tick(f"fitting {config.head} head", epoch + 1, epochs)
    head.load_state_dict(best)
    head.absorb(standard.centre, standard.spread)
    reachable = sum(all(e.label.places) for e in train) / len(train)
    metrics = {"validation_program": best_accuracy, "examples": float(len(train)), "operands_in_prompt": reachable}
    return Fit(head.eval(), metrics)


def _schedule(done: float) -> float:
    """Share of the peak rate: a short warm-up, then a cosine to zero."""
    return done / 0.05 if done < 0.05 else 0.5 * (1 + math.cos(math.pi * (done - 0.05) / 0.95))
