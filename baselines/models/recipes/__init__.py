"""How the shipped models are made: corpus, tokenizer, training. A new recipe is one module, one page, one line here.

The module offers `PLAN`, `tokenizer(plan)` and `documents(seed)`; the page of the same name (`arith.md`) says what the
model is for and what it is not; the quality module offers `measure(model, n)`. Modules are imported when asked for.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.resources import files
from typing import TYPE_CHECKING, Protocol, cast

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerFast

    from glassbox.baselines.models.card import Metric
    from glassbox.baselines.models.recipes.training import Corpus, Plan
    from glassbox.harness.lm.model import OpenModel


class Recipe(Protocol):
    """What a recipe's module offers."""

    PLAN: Plan
    tokenizer: Callable[[Plan], PreTrainedTokenizerFast]
    documents: Corpus


class Quality(Protocol):
    """What a quality module offers: the model's measured shares on `n` problems of each split."""

    measure: Callable[[OpenModel, int], Sequence[Metric]]


@dataclass(frozen=True, slots=True)
class Entry:
    """Where a recipe lives, and what measures its model."""

    module: str
    quality: str

    def recipe(self) -> Recipe:
        """The recipe's module, imported now."""
        return cast("Recipe", importlib.import_module(self.module))

    def quality_module(self) -> Quality:
        """The quality module, imported now."""
        return cast("Quality", importlib.import_module(self.quality))

    def about(self) -> str:
        """The recipe's page, in Markdown."""
        page = files("glassbox.baselines.models.recipes").joinpath(f"{self.module.rpartition('.')[2]}.md")
        return page.read_text(encoding="utf-8").strip()


RECIPES: dict[str, Entry] = {
    "arith": Entry("glassbox.baselines.models.recipes.arith", "glassbox.baselines.models.quality"),
}


def entry(name: str) -> Entry:
    """The entry of `name`.

    Raises:
      ValueError: There is no such recipe.
    """
    if name not in RECIPES:
        raise ValueError(f"no recipe {name!r}; there are {', '.join(RECIPES)}")
    return RECIPES[name]
