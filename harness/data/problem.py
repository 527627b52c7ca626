"""One natural-language problem with its program: what every reader and generator yields.

The id is the content: the same question with the same answer has the same id wherever it is made.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from functools import cached_property

from glassbox.harness.ir.program import Program


@dataclass(frozen=True)
class Problem:
    """A question, its integer answer and, where known, the program that gives it.

    Attributes:
      question: The natural-language text shown to the model, without any prompt around it.
      answer: The value of the correct program.
      program: The reference program, or None where the source only gives an answer.
      template: What the wording was made from (generated data), or the source's name; splits are disjoint by it.
      split: The split it belongs to.
      tags: Free labels for drill-down (operation, source, number of distractors).
    """

    question: str
    answer: int
    program: Program | None
    template: str
    split: str
    tags: dict[str, str] = field(default_factory=dict)

    @cached_property
    def id(self) -> str:
        """16 hexadecimal digits of SHA-256 over question and answer."""
        content = json.dumps([self.question, self.answer], ensure_ascii=False)
        return hashlib.sha256(content.encode()).hexdigest()[:16]
