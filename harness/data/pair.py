"""A question and its answer: what one set of content vectors must hold.

pair = pair_of(state)
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from inspect_ai.solver import TaskState

MARK = "pair_context"
"""The metadata field by which a sample is known for a pair."""


@dataclass(frozen=True)
class Pair:
    """One pair, with the text of either target as it is to be written.

    Attributes:
      question: The first target.
      answer: The second target.
      context: The passage that the answer comes from, for the full-context baseline; empty where there is none.
      source: Name of the data set.
      tags: What a reader knows beside (topic, difficulty, original id); not part of the pair's identity.
    """

    question: str
    answer: str
    context: str = ""
    source: str = ""
    tags: dict[str, str] = field(default_factory=dict)

    @property
    def id(self) -> str:
        """16 hexadecimal digits over question, answer and context."""
        text = json.dumps([self.question, self.answer, self.context], ensure_ascii=False)
        return hashlib.sha256(text.encode()).hexdigest()[:16]

    @property
    def name(self) -> str:
        """As a user knows it: ARC's task and test, a record's own id, or the pair's."""
        if "task" in self.tags:
            return f"{self.tags['task']} test {self.tags['test']}"
        return self.tags.get("record") or self.id


def pair_of(state: TaskState) -> Pair:
    """The pair that a sample was made from.

    Raises:
      LookupError: The sample holds none.
    """
    metadata = state.metadata
    if MARK not in metadata:
        raise LookupError(f"sample {state.sample_id} holds no question-answer pair; use a dcm_ task")
    context, source, tags = metadata[MARK], metadata["pair_source"], metadata["tags"]
    return Pair(state.input_text, state.target.text, context, source, dict(tags))
