"""The one place for label shift and token positions: which token is the `=`, where the answer starts, what is scored.

A causal LM's logits at position t predict token t+1. Hugging Face models shift inside: they take `labels` that stand at
the tokens' own positions (`labels_for`). A loss of one's own shifts once by itself (`shifted_logits_and_targets`).
Never both, never neither: `glassbox.harness.lm.conformance` detects either mistake in a loss from elsewhere.

Positions index a row's *real* tokens from 0, whatever the padding, as `harness.lm.pool.position` takes them. They come
from character offsets, so tokens that straddle a boundary are found too.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import torch
from torch.nn.functional import cross_entropy

from glassbox.harness.lm.tokens import Span

IGNORED = -100
"""The label that no loss counts."""


def tokens_of_span(offsets: Sequence[Span], start: int, end: int) -> range:
    """Positions of the tokens that hold any character of start..end.

    Raises:
      ValueError: No token does.
    """
    found = [i for i, (first, last) in enumerate(offsets) if first < end and last > start and first < last]
    if not found:
        raise ValueError(f"no token holds characters {start}..{end}; the text's tokens end at {_text_end(offsets)}")
    return range(found[0], found[-1] + 1)


def answer_start(offsets: Sequence[Span], prompt_chars: int) -> int:
    """Position of the first token that holds a character of the answer, or one past the end if there is no answer.

    Raises:
      ValueError: It is the first token of all, which nothing predicts.
    """
    start = next((i for i, (first, last) in enumerate(offsets) if first < last and last > prompt_chars), len(offsets))
    if start == 0:
        raise ValueError(
            "the answer starts at the first token; a causal LM predicts it from nothing: put BOS before it"
        )
    return start


def last_equals(text: str, offsets: Sequence[Span]) -> int:
    """Position of the token that holds the last `=`.

    Raises:
      ValueError: There is none.
    """
    at = text.rfind("=")
    if at < 0:
        raise ValueError(f"no '=' in {text[-40:]!r}")
    return tokens_of_span(offsets, at, at + 1)[0]


def fence_closes(text: str) -> list[Span]:
    """Character spans of the back-quotes of each *closing* code fence.

    As in CommonMark: a fence is a line of three or more back-quotes, indented by three spaces at most; only an opening
    one carries an info string, and the closing one is at least as long.
    """
    closes: list[Span] = []
    opened = 0
    for line in re.finditer(r"^ {0,3}(`{3,})([^`\n]*)$", text, flags=re.MULTILINE):
        ticks = len(line[1])
        if not opened:
            opened = ticks
        elif ticks >= opened and not line[2].strip():
            closes.append(line.span(1))
            opened = 0
    return closes


def fence_close(text: str, offsets: Sequence[Span]) -> int:
    """Position of the token that completes the last closing code fence.

    Raises:
      ValueError: No fence is closed.
    """
    closes = fence_closes(text)
    if not closes:
        raise ValueError(f"no code fence is closed in {text[-40:]!r}")
    return tokens_of_span(offsets, *closes[-1])[-1]


def labels_for(
    input_ids: torch.Tensor, answer_start: int | Sequence[int], attention_mask: torch.Tensor | None = None
) -> torch.Tensor:
    """Labels [batch, position] for a model that shifts inside: each answer token at its own position.

    Args:
      input_ids: [batch, position].
      answer_start: Position of the first answer token among the row's real tokens; one for all rows, or one a row.
      attention_mask: [batch, position]; padding on either side is ignored. None means no padding.

    Raises:
      ValueError: An answer starts at 0, which nothing predicts, or past its row's end.
    """
    mask = torch.ones_like(input_ids) if attention_mask is None else attention_mask.to(input_ids.device)
    rows = len(input_ids)
    starts = [answer_start] * rows if isinstance(answer_start, int) else list(answer_start)
    lengths = mask.sum(dim=1).tolist()
    for row, (start, length) in enumerate(zip(starts, lengths, strict=True)):
        if not 0 < start < length:
            raise ValueError(f"answer start {start} is outside row {row} (1..{length - 1})")
    place = mask.cumsum(dim=1) - 1
    scored = mask.bool() & (place >= torch.tensor(starts, device=input_ids.device).unsqueeze(1))
    return input_ids.masked_fill(~scored, IGNORED)


def shifted_logits_and_targets(logits: torch.Tensor, labels: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Logits [batch, position-1, vocabulary] and the tokens [batch, position-1] that they predict, aligned.

    Args:
      logits: [batch, position, vocabulary], as the model gives them.
      labels: [batch, position], from `labels_for`.

    Raises:
      ValueError: They are not of the same length, so one of them has been shifted already.
    """
    if logits.shape[:2] != labels.shape:
        raise ValueError(
            f"logits {tuple(logits.shape[:2])} and labels {tuple(labels.shape)} differ; shift neither before"
        )
    return logits[:, :-1], labels[:, 1:]


def causal_loss(logits: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
    """Mean cross-entropy (nats a token) of the labelled tokens; equals the loss of a model that is given `labels`."""
    predicted, targets = shifted_logits_and_targets(logits, labels)
    return cross_entropy(predicted.flatten(0, 1).float(), targets.flatten().to(logits.device), ignore_index=IGNORED)


def _text_end(offsets: Sequence[Span]) -> int:
    return max((last for _, last in offsets), default=0)
