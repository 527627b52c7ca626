"""Greedy and sampled generation: a row's text does not depend on the rows beside it, and no row waits for another.

for answer in generate(model, ["Once upon a time"], max_tokens=40, stop=["."]):
    print(answer.text, answer.stop_reason)

Rows share a decode session (`harness.lm.session`); one that ends leaves it, and the next prompt takes its place.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field

import torch

from glassbox.harness.lm.constraint import Constraint
from glassbox.harness.lm.model import OpenModel
from glassbox.harness.lm.sampling import Sampling, drawn, generator_of
from glassbox.harness.lm.seeds import row_seeds
from glassbox.harness.lm.session import Session
from glassbox.harness.lm.stopping import StopReason, Stops, ending

ENTER_TOGETHER = 8
"""Prompts enter when an eighth of the rows is free: one forward for several costs less than one for each."""


@dataclass(frozen=True)
class Choice:
    """What the model made of one token that was written: natural logarithms of the unconstrained distribution.

    Attributes:
      token: Its id.
      logprob: Of that token.
      top: The likeliest tokens with theirs, in order.
    """

    token: int
    logprob: float
    top: tuple[tuple[int, float], ...]


@dataclass(frozen=True)
class Generation:
    """What one prompt gave.

    Attributes:
      tokens: Generated ids, the stop token included.
      text: What they add to the prompt's text, up to the stop token or stop string.
      stop_reason: `stop` at a stop token or string; `length` when the budget or the context was spent.
      prompt_tokens: Tokens read.
      generated_tokens: Tokens written, the stop token included.
      forward_passes: Model calls made while this row was under way.
      batch: Most rows that were written at once while it was.
      choices: One a token, where log-probabilities were asked for.
    """

    tokens: tuple[int, ...]
    text: str
    stop_reason: StopReason
    prompt_tokens: int
    generated_tokens: int
    forward_passes: int
    batch: int
    choices: tuple[Choice, ...] = ()


@dataclass(eq=False)
class _Row:
    """One prompt on its way."""

    index: int
    prompt: Sequence[int]
    budget: int
    generator: torch.Generator | None
    constraint: Constraint | None
    tokens: list[int] = field(default_factory=list)
    choices: list[Choice] = field(default_factory=list)
    passes: int = 0
    batch: int = 0


def generate(
    model: OpenModel,
    prompts: Sequence[str | Sequence[int]],
    *,
    max_tokens: int | Sequence[int],
    stop: Sequence[str] = (),
    temperature: float = 0.0,
    top_p: float = 1.0,
    seed: int | Sequence[int] | None = None,
    stop_ids: Sequence[int] | None = None,
    max_batch: int = 64,
    top_logprobs: int | None = None,
    constraints: Sequence[Constraint] | None = None,
) -> list[Generation]:
    """Continue each prompt.

    Penalties and sampling settings that a checkpoint ships in its generation configuration are not applied:
    temperature 0 is the argmax of the model's logits.

    Args:
      model: The open model.
      prompts: Texts, or token ids with their special tokens; none may be longer than the context.
      max_tokens: Budget of each row, one for all or one a prompt; the context's end may come before.
      stop: Strings that end a row.
      temperature: 0 is greedy.
      top_p: Nucleus mass, with a temperature only.
      seed: One for all prompts, or one a prompt. Without it, a sampled call draws fresh seeds.
      stop_ids: Tokens that end a row; the model's own when None.
      max_batch: Most rows in one forward.
      top_logprobs: Keep log-probabilities, with so many of the likeliest tokens beside each; none when None.
      constraints: One a prompt: what may be written.

    Raises:
      ValueError: A setting is out of range, or a prompt fills the context.
    """
    sampling = Sampling(temperature, top_p)
    most = [max_tokens] * len(prompts) if isinstance(max_tokens, int) else list(max_tokens)
    if min(most, default=1) < 1 or max_batch < 1:
        raise ValueError(f"max_tokens {max_tokens} and max_batch {max_batch} must be at least 1")
    if not all(stop):
        raise ValueError("an empty stop string would stop everywhere; leave it out")
    ids = [model.codec.ids(prompt) if isinstance(prompt, str) else list(prompt) for prompt in prompts]
    seeds = row_seeds(seed, len(ids))
    rows = [
        _Row(
            index,
            prompt,
            _budget(model, len(prompt), most[index]),
            generator_of(seeds[index], model.device) if temperature else None,
            constraints[index] if constraints else None,
        )
        for index, prompt in enumerate(ids)
    ]
    stops = Stops(frozenset(model.stop_ids if stop_ids is None else stop_ids), tuple(stop), model.codec)
    return _Writing(model, sampling, stops, max_batch, top_logprobs).write(rows)


def _budget(model: OpenModel, prompt_tokens: int, max_tokens: int) -> int:
    if model.context is None:
        return max_tokens
    room = model.context - prompt_tokens
    if room < 1:
        raise ValueError(
            f"{prompt_tokens} prompt tokens leave no room in the context of {model.name} ({model.context})"
        )
    return min(max_tokens, room)


@dataclass(eq=False)
class _Writing:
    """Rows through one session, as many at once as fit."""

    model: OpenModel
    sampling: Sampling
    stops: Stops
    max_batch: int
    top_logprobs: int | None
    under_way: list[_Row] = field(default_factory=list)

    def write(self, rows: Sequence[_Row]) -> list[Generation]:
        """Every row to its end, in the order given."""
        session, waiting = Session(self.model), deque(rows)
        done: dict[int, Generation] = {}
        while waiting or self.under_way:
            self._let_in(session, waiting)
            for row, token in zip(self.under_way, self._next(session.logits), strict=True):
                row.tokens.append(token)
                row.batch = max(row.batch, len(self.under_way))
            ended = [at for at, row in enumerate(self.under_way) if self._ended(row, session, done)]
            if ended:
                self.under_way = [self.under_way[at] for at in session.leave(ended)]
            if self.under_way:
                session.step([row.tokens[-1] for row in self.under_way])
        return [done[index] for index in range(len(rows))]

    def _let_in(self, session: Session, waiting: deque[_Row]) -> None:
        free = self.max_batch - len(self.under_way)
        if waiting and (not self.under_way or free * ENTER_TOGETHER >= self.max_batch):
            entering = [waiting.popleft() for _ in range(min(free, len(waiting)))]
            for row in entering:
                row.passes = -session.forward_passes
            session.prefill([row.prompt for row in entering])
            self.under_way += entering

    def _next(self, logits: torch.Tensor) -> list[int]:
        """This step's token of each row."""
        with torch.inference_mode():
            if self.top_logprobs is not None:
                scores = logits.float().log_softmax(-1)
                top = scores.topk(max(self.top_logprobs, 1))
            allowed = self._constrained(logits)
            if self.sampling.temperature:
                generators = [row.generator for row in self.under_way if row.generator is not None]
                allowed = drawn(allowed, self.sampling, generators)
            tokens: list[int] = allowed.argmax(-1).tolist()
            for at, (row, token) in enumerate(zip(self.under_way, tokens, strict=True)):
                if row.constraint is not None:
                    row.constraint.accept(token)
                if self.top_logprobs is not None:
                    likely = zip(top.indices[at].tolist(), top.values[at].tolist(), strict=True)
                    best = tuple(likely)[: self.top_logprobs]
                    row.choices.append(Choice(token, float(scores[at, token]), best))
        return tokens

    def _constrained(self, logits: torch.Tensor) -> torch.Tensor:
        if not any(row.constraint for row in self.under_way):
            return logits
        allowed = logits.clone()
        for at, row in enumerate(self.under_way):
            if row.constraint is not None:
                row.constraint.mask(allowed[at])
        return allowed

    def _ended(self, row: _Row, session: Session, done: dict[int, Generation]) -> bool:
        reason = ending(row.tokens, self.stops, row.budget)
        if reason is None and not (row.constraint is not None and row.constraint.complete):
            return False
        done[row.index] = Generation(
            tokens=tuple(row.tokens),
            text=self.stops.cut(row.prompt, row.tokens),
            stop_reason=reason or "stop",
            prompt_tokens=len(row.prompt),
            generated_tokens=len(row.tokens),
            forward_passes=row.passes + session.forward_passes,
            batch=row.batch,
            choices=tuple(row.choices),
        )
        return True
