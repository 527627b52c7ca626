"""Is what was decoded recognisable? The seed's pass, partial and fail for each target, and among the converged.

pass: the text, or for the answer an accepted alias, up to case, punctuation, articles and spaces; partial: half of the
words in common (F1 at least 0.5); fail: less. This measures wording, not meaning: a paraphrase is graded partial or
fail, and a grid by its digits, for which the grid scorers stand beside it.
"""

from __future__ import annotations

import json
import re
import string
from collections import Counter
from collections.abc import Sequence
from typing import Any, Literal

from inspect_ai.scorer import Score, Scorer, scorer
from inspect_ai.solver import TaskState

from glassbox.harness.data.readers.pairs import ALIASES
from glassbox.harness.records.prompted import TARGETS, Prompted, TargetRecord
from glassbox.scorers.dcm_convergence import converged
from glassbox.scorers.dcm_metrics import counts_of
from glassbox.scorers.dcm_record import for_each, of_record
from glassbox.scorers.metrics import proportion

Grade = Literal["pass", "partial", "fail"]

PARTIAL_FROM = 0.5
_ARTICLES = re.compile(r"\b(a|an|the)\b")


@scorer(
    metrics={
        **{f"recognised_{target}": [proportion(), counts_of(f"grade_{target}")] for target in TARGETS},
        **{f"recognised_if_converged_{target}": [proportion()] for target in TARGETS},
    }
)
def grades() -> Scorer:
    """Score 1 for a pass, else 0, over all pairs and over those that converged; metadata has the grade."""

    @of_record
    async def score(record: Prompted, state: TaskState) -> Score:
        aliases, answer = _aliases(state.metadata), record.targets.get("answer")

        def graded(held: TargetRecord) -> Grade:
            return grade(held.decoded, [held.target, *(aliases if held is answer else [])])

        def passed(held: TargetRecord) -> bool:
            return graded(held) == "pass"

        return Score(
            value={
                **for_each(record, "recognised", passed),
                **for_each(record, "recognised_if_converged", lambda held: passed(held) if converged(held) else None),
            },
            metadata={f"grade_{name}": graded(held) for name, held in record.targets.items()},
        )

    return score


def grade(decoded: str, accepted: Sequence[str]) -> Grade:
    """The best grade against any accepted text."""
    best = max(_f1(_words(decoded), _words(text)) for text in accepted)
    if any(_words(decoded) == _words(text) for text in accepted):
        return "pass"
    return "partial" if best >= PARTIAL_FROM else "fail"


def _words(text: str) -> list[str]:
    """Words as SQuAD's evaluation counts them; a text without letters, or of nothing else, keeps its signs."""
    lowered = text.lower()
    if any(character.isalpha() for character in lowered):
        bare = "".join(" " if character in string.punctuation else character for character in lowered)
        return _ARTICLES.sub(" ", bare).split() or lowered.split()
    return lowered.split()


def _f1(found: list[str], wanted: list[str]) -> float:
    shared = sum((Counter(found) & Counter(wanted)).values())
    return 2 * shared / (len(found) + len(wanted)) if shared else 0.0


def _aliases(metadata: dict[str, Any]) -> list[str]:
    kept = metadata.get("tags", {}).get(ALIASES)
    return [str(alias) for alias in json.loads(kept)] if kept else []
