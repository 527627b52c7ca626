"""When a row ends: at a stop id, at a stop string, or when its own budget is spent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from glassbox.harness.lm.tokens import TextCodec

StopReason = Literal["stop", "length"]


@dataclass(frozen=True)
class Stops:
    """What ends a text, the same for all rows of a call.

    Attributes:
      ids: Tokens that end it.
      strings: Texts that end it; one with a special token in it is looked for among the special tokens too.
    """

    ids: frozenset[int]
    strings: tuple[str, ...]
    codec: TextCodec

    @cached_property
    def special(self) -> bool:
        """Whether a stop string spells a special token."""
        return any(name in string for string in self.strings for name in self.codec.special_names)

    @property
    def window(self) -> int:
        """Tokens that a stop string lies within; some more keep its first one off the edge when decoding."""
        return max((len(text.encode()) for text in self.strings), default=0) + 4

    def said_in(self, tokens: Sequence[int]) -> bool:
        """Whether the last tokens hold a stop string."""
        if not self.strings:
            return False
        text = self.codec.decode(tokens[-self.window :], special=self.special)
        return any(string in text for string in self.strings)

    def cut(self, prompt: Sequence[int], tokens: Sequence[int]) -> str:
        """The text that tokens add to a prompt, up to the first stop token or stop string, without special tokens."""
        spoken = tokens[:-1] if tokens and tokens[-1] in self.ids else tokens
        text = self.codec.continuation(prompt, spoken, special=self.special)
        text = text[: min((at for at in map(text.find, self.strings) if at >= 0), default=len(text))]
        if self.special:
            for name in self.codec.special_names:
                text = text.replace(name, "")
        return text


def ending(tokens: Sequence[int], stops: Stops, budget: int) -> StopReason | None:
    """Why a row with these tokens is at its end; None while it goes on."""
    if tokens[-1] in stops.ids or stops.said_in(tokens):
        return "stop"
    return "length" if len(tokens) >= budget else None
