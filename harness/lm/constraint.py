"""What a row may write: a mask on its logits at each step, and a state that follows its tokens.

    constraint = schema_constraint(model, {"type": "object", ...})
    generate(model, [prompt], max_tokens=200, constraints=[constraint])

Grammars are llguidance's. What a schema means is jsonschema's to say: a text that was written under one is still
validated, as keywords that the grammar cannot express are refused rather than dropped.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from importlib import import_module
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

if TYPE_CHECKING:
    import torch

    from glassbox.harness.lm.model import OpenModel


JSON_FORM = {"whitespace_pattern": r"[ \n]?"}
"""How JSON is laid out: without a bound a weak model writes blanks for ever."""


class Constraint(Protocol):
    """One row's."""

    @property
    def complete(self) -> bool:
        """Whether nothing more may be written."""

    def mask(self, logits: torch.Tensor) -> None:
        """Set the logits [vocabulary] of what may not come next to minus infinity, in place."""

    def accept(self, token: int) -> None:
        """Follow a token that was written."""


class Grammar:
    """A grammar of llguidance, for one row.

    Raises:
      ValueError: The grammar is not one, or uses what llguidance does not support.
    """

    def __init__(self, model: OpenModel, grammar: str) -> None:
        guide = _guidance()
        self._matcher = guide.LLMatcher(_tokenizer_of(model), grammar)
        self._bits = guide.numpy.allocate_token_bitmask(1, len(model.codec))
        self._check()

    @property
    def complete(self) -> bool:
        """Whether the text is whole and nothing may follow."""
        return bool(self._matcher.is_stopped())

    def mask(self, logits: torch.Tensor) -> None:
        """Leave only what the grammar allows."""
        import torch  # not with this module, which inspect imports at start

        _guidance().numpy.fill_next_token_bitmask(self._matcher, self._bits, 0)
        # llguidance's own way to apply it is compiled by torch at first use, which needs a compiler on the machine.
        allowed = np.unpackbits(self._bits[0].view(np.uint8), bitorder="little")[: len(logits)].astype(bool)
        logits.masked_fill_(torch.from_numpy(~allowed).to(logits.device), float("-inf"))

    def accept(self, token: int) -> None:
        """Follow the token."""
        self._matcher.consume_token(token)
        self._check()

    def _check(self) -> None:
        if error := self._matcher.get_error():
            raise ValueError(f"the constraint cannot be followed: {error.splitlines()[0]}")


def schema_constraint(model: OpenModel, schema: str | Mapping[str, Any]) -> Grammar:
    """Only JSON that fits a schema, which may be given as its text.

    Raises:
      ValueError: The schema uses a keyword that cannot be enforced.
    """
    text = schema if isinstance(schema, str) else json.dumps(schema)
    return Grammar(model, _guidance().LLMatcher.grammar_from_json_schema(text, overrides=JSON_FORM))


def regex_constraint(model: OpenModel, pattern: str) -> Grammar:
    """Only text that matches a regular expression as a whole.

    Raises:
      ValueError: It is none, or one that cannot be enforced.
    """
    return Grammar(model, _guidance().LLMatcher.grammar_from_regex(pattern))


def _guidance() -> Any:
    try:
        for part in ("hf", "numpy"):
            import_module(f"llguidance.{part}")
        return import_module("llguidance")
    except ImportError as error:
        raise ValueError("constraints need the package llguidance; pip install llguidance") from error


def _tokenizer_of(model: OpenModel) -> Any:
    """llguidance's view of a model's tokenizer, made once a model."""
    made = getattr(model, "_guided", None)
    if made is None:
        made = _guidance().hf.from_tokenizer(model.tokenizer, n_vocab=len(model.codec))
        object.__setattr__(model, "_guided", made)
    return made
