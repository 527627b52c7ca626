"""What a run was asked, as one content address: `glassbox compare` refuses two runs whose addresses differ.

    data_hash((sample.id, sample.input, sample.target) for sample in dataset)

The address covers id, input and target of every sample, whatever their order, and nothing that inspect adds to them.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from inspect_ai.dataset import Sample
    from inspect_ai.model import ChatMessage

    Input = str | Sequence[ChatMessage]

DIGITS = 16


def data_hash(samples: Iterable[tuple[object, Input, str | Sequence[str]]]) -> str:
    """16 hexadecimal digits over (id, input, target) of every sample; a sample that stands there twice counts once.

    Args:
      samples: Inputs are texts or conversations; of a message its role and content count, not the id inspect gives it.
    """
    content = {json.dumps([str(key), input_text(shown), target_text(target)]) for key, shown, target in samples}
    return hashlib.sha256("\n".join(sorted(content)).encode()).hexdigest()[:DIGITS]


def data_hash_of(samples: Iterable[Sample]) -> str:
    """The address of an inspect data set; a task writes it into its metadata as `data_hash`."""
    return data_hash((sample.id, sample.input, sample.target) for sample in samples)


def input_text(shown: Input) -> str:
    """A sample's input as one text: itself, or its messages as JSON."""
    if isinstance(shown, str):
        return shown
    return json.dumps([[message.role, _content(message)] for message in shown], sort_keys=True)


def target_text(target: str | Sequence[str]) -> str:
    """A sample's target as one text: itself, or its alternatives as JSON."""
    return target if isinstance(target, str) else json.dumps(list(target))


def _content(message: ChatMessage) -> object:
    if isinstance(message.content, str):
        return message.content
    return [part.model_dump(mode="json", exclude_none=True) for part in message.content]
