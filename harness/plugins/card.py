"""What a solver says of itself, where it is defined: what it answers, what it is for, what it needs.

    @solver
    @solver_card(answers=(ARITHMETIC,), control=Control.LEXICAL, model="none")
    def regex_only(width: Width = 32) -> Solver: ...

Boards, audits, lm-eval's door and error messages read it; nothing else lists solvers by name. A solver without a card
is a method that answers anything and calls the model for text.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Literal, TypeVar

ARITHMETIC, CODE, PAIR, ANY = "arithmetic", "code", "pair", "any"
"""Kinds of task: a program to read, a program to write, a question and its answer to hold, and any at all."""

Model = Literal["none", "tokenizer", "text", "open"]
Made = TypeVar("Made", bound=Callable[..., Any])


class Control(StrEnum):
    """What a control shows: how high and how low a score can be, or where it may come from without the method.

    A leak must score at chance; a lexical control may score, and a method must then score higher.
    """

    CEILING = "ceiling"
    FLOOR = "floor"
    LEAK = "leak"
    LEXICAL = "lexical"
    OTHER_ROAD = "other road"


@dataclass(frozen=True, slots=True)
class SolverCard:
    """A solver in its own words.

    Attributes:
      answers: Kinds of task that it answers.
      control: What it is a control for; None for a method.
      model: What it needs: no model, the tokenizer of one that opens, any model for its text, or one that opens.
      prompt: What the model is shown of a question; None where it is shown nothing, or what the task itself shows.
      writes: Whether its answer is text that the model wrote.
    """

    answers: tuple[str, ...] = (ANY,)
    control: Control | None = None
    model: Model = "text"
    prompt: Callable[[str], str] | None = None
    writes: bool = True


_CARD = "glassbox_card"
UNSAID = SolverCard()


def solver_card(
    answers: tuple[str, ...] = (ANY,),
    *,
    control: Control | None = None,
    model: Model = "text",
    prompt: Callable[[str], str] | None = None,
    writes: bool | None = None,
) -> Callable[[Made], Made]:
    """Say what a solver is; stands below `@solver`.

    Args:
      answers: Kinds of task that it answers.
      control: What it is a control for; None for a method.
      model: Whether it calls no model, any for its text, or one that opens.
      prompt: What the model is shown of a question.
      writes: Whether its answer is text that the model wrote; by default where `model` is `text`.
    """
    card = SolverCard(answers, control, model, prompt, model == "text" if writes is None else writes)

    def mark(make: Made) -> Made:
        setattr(make, _CARD, card)
        return make

    return mark


def card_on(make: object) -> SolverCard:
    """The card that a solver's factory carries, or that of a solver which says nothing."""
    found: SolverCard = getattr(make, _CARD, UNSAID)
    return found
