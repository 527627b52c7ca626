"""Log-probabilities of given text: what a causal LM makes of a continuation, teacher-forced, in batches.

row = continuation_row(model, "Question: Add 2 and 3.\\nExpression:", " 2 + 3")
[(logprob, greedy)] = score_rows(model, [row])
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch

from glassbox.harness.lm.model import OpenModel
from glassbox.harness.lm.positions import IGNORED, answer_start, labels_for, shifted_logits_and_targets
from glassbox.harness.lm.tokens import Span, pad

SPECIAL: Span = (0, 0)
"""Where tokenizers say that a special token stands."""

Score = tuple[float, bool]
"""Log-probability in nats, and whether greedy decoding would write the same tokens."""


@dataclass(frozen=True)
class Row:
    """Tokens of one text; those from position `start` on are scored. The last one is predicted and never read."""

    ids: tuple[int, ...]
    start: int


def prefix_id(model: OpenModel) -> int:
    """What the first token of a text is predicted from: BOS, else EOS, as lm-eval has it.

    Raises:
      ValueError: The tokenizer has neither.
    """
    for token in (model.tokenizer.bos_token_id, model.tokenizer.eos_token_id):
        if token is not None:
            return int(token)
    raise ValueError(f"the tokenizer of {model.name} has neither BOS nor EOS to predict a first token from")


def continuation_row(model: OpenModel, context: str, continuation: str, special: bool = True) -> Row:
    """The tokens of `context + continuation`, of which the continuation's are scored.

    The tokenizer's own special tokens stand before the text. A token that reaches over the boundary is the
    continuation's. Where nothing stands before the continuation, `prefix_id` does. A context that is too long loses its
    beginning.

    Args:
      model: Whose tokens.
      context: What stands before.
      continuation: What is scored.
      special: Off for a context that a chat template wrote, with its special tokens in it.

    Raises:
      ValueError: The continuation is empty, or longer than the model's context.
    """
    if not continuation:
        raise ValueError(f"the continuation after {context[-40:]!r} is empty; there is nothing to score")
    encoded = model.codec.encode([context + continuation], offsets=True, special=special)
    assert encoded.offsets is not None, "offsets were asked for"
    ids, spans = encoded.input_ids[0].tolist(), _untrimmed(encoded.offsets[0])
    if spans[0] != SPECIAL and spans[0][1] > len(context):
        ids, spans = [prefix_id(model), *ids], [SPECIAL, *spans]
    start = answer_start(spans, len(context))
    surplus = 0 if model.context is None else max(0, len(ids) - model.context - 1)
    if start - surplus < 1:
        raise ValueError(
            f"a continuation of {len(ids) - start} tokens does not fit in the context of {model.name} ({model.context})"
        )
    return Row(tuple(ids[surplus:]), start - surplus)


def score_rows(model: OpenModel, rows: Sequence[Row]) -> list[Score]:
    """Scores of the rows, in one forward; logits are computed from the first scored position on."""
    batch = pad([row.ids for row in rows], model.codec.pad_id, side="left").to(model.device)
    labels = labels_for(batch.input_ids, [row.start for row in rows], batch.attention_mask)
    # Positions stand in for the logits at them, so that the shift is made before any logits exist.
    places = torch.arange(labels.shape[1], device=labels.device).expand_as(labels)
    places, targets = shifted_logits_and_targets(places.unsqueeze(-1), labels)
    scored = targets != IGNORED
    row_of, place, target = scored.nonzero()[:, 0], places.squeeze(-1)[scored], targets[scored]
    first, width = int(place.min()), labels.shape[1] - 1
    with model.lock, torch.inference_mode():
        logits: torch.Tensor = model.model(
            input_ids=batch.input_ids[:, :-1],
            attention_mask=batch.attention_mask[:, :-1],
            position_ids=batch.position_ids[:, :-1],
            logits_to_keep=width - first,
            use_cache=False,
        ).logits[:, first - width :]
        chosen = logits[row_of, place - first].float()
        logprobs = chosen.log_softmax(-1).gather(-1, target.unsqueeze(-1)).squeeze(-1)
        greedy = chosen.argmax(-1) == target
    return [(float(logprobs[row_of == row].sum()), bool(greedy[row_of == row].all())) for row in range(len(rows))]


def _untrimmed(offsets: Sequence[Span]) -> list[Span]:
    """Spans with the spaces that some tokenizers trim off them: a token begins where the one before it ends."""
    spans: list[Span] = []
    end = 0
    for first, last in offsets:
        spans.append((min(first, end), last) if last else SPECIAL)
        end = max(end, last)
    return spans
