"""Mode vectors, and where content vectors begin. Each pair and restart draws from a stream of its own."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

import torch
from torch.nn.functional import cosine_similarity

from glassbox.harness.data.pair import Pair
from glassbox.harness.dcm.frozen import Frozen
from glassbox.harness.dcm.settings import Settings
from glassbox.harness.records.prompted import TARGETS

MODE_WORDS = (("Q", "A"), ("Question", "Answer"), ("question", "answer"), ("?", "."))
"""Whose last token is the fixed mode token of the question and of the answer: the first two that the model tells apart.
"""

ALIKE = 0.9
"""Cosine from which two embeddings are one prompt to the model. Rows that training never touched, of an embedding tied
to the head, are all pushed away from the states in one direction: on `arith` the cosine of `Q` and `A` is 0.995."""

NUDGE = 0.1
MEAN_SPREAD = 0.01


class NoModeTokens(ValueError):
    """The model cannot tell the two modes apart by any of the mode words."""


def mode_tokens(frozen: Frozen) -> tuple[int, int]:
    """The tokens whose embeddings are the fixed mode vectors.

    Raises:
      NoModeTokens: No two of `MODE_WORDS` have embeddings that differ.
    """
    for words in MODE_WORDS:
        question, answer = ([*frozen.model.codec.ids(word, special=False)][-1:] for word in words)
        if question and answer:
            ends = frozen.table[[question[0], answer[0]]].float()
            if float(cosine_similarity(ends[0], ends[1], dim=0)) < ALIKE:
                return question[0], answer[0]
    tried = ", ".join(word for words in MODE_WORDS for word in words)
    raise NoModeTokens(f"{frozen.model.name} tells no mode words apart ({tried}); use mode=learned or mode=none")


def mode_vectors(frozen: Frozen, settings: Settings) -> torch.Tensor:
    """First values of the mode vectors [modes, hidden], float32.

    Learned ones start at the fixed ones, or, where the model has none, at random with the embedding's spread.
    """
    if settings.mode == "none":
        return torch.zeros(0, frozen.hidden, device=frozen.table.device)
    try:
        return frozen.table[list(mode_tokens(frozen))].float()
    except NoModeTokens:
        if settings.mode == "fixed":
            raise
    noise = torch.randn(len(TARGETS), frozen.hidden, generator=stream("mode", settings.seed))
    return noise.to(frozen.table.device) * frozen.spread[1]


def mode_index(settings: Settings, target: str) -> int | None:
    """Which mode vector stands before `target`."""
    return None if settings.mode == "none" else [*TARGETS].index(target)  # type: ignore[arg-type]


def stream(*parts: object) -> torch.Generator:
    """A generator that depends on nothing but `parts`."""
    digest = hashlib.sha256(repr(parts).encode()).digest()
    return torch.Generator().manual_seed(int.from_bytes(digest[:7], "big"))


def begin(
    frozen: Frozen, settings: Settings, pair: Pair, restart: int, warm: Mapping[str, torch.Tensor]
) -> torch.Tensor:
    """First vectors [modes + k, hidden] of one restart of one pair, float32.

    Args:
      frozen: The model.
      settings: `start` says where the content begins.
      pair: The pair.
      restart: From 0.
      warm: Content vectors [k, hidden] by pair id, or under `*` for all others; for `start=warm`.

    Raises:
      ValueError: A warm start has no vectors for this pair, or not k of them.
    """
    draw = stream("start", settings.seed, pair.id, restart)
    noise = torch.randn(settings.k, frozen.hidden, generator=draw).to(frozen.table.device)
    spread = float(frozen.spread[1])
    if settings.start == "normal":
        content = noise * spread
    elif settings.start == "mean":
        content = frozen.table.float().mean(0) + noise * (spread * MEAN_SPREAD)
    elif settings.start == "context":
        ids = frozen.model.codec.ids(pair.context or pair.question, special=False)
        turned = [ids[(restart * settings.k + place) % len(ids)] for place in range(settings.k)]
        content = frozen.table[turned].float()
    else:
        content = _warm(warm, pair, settings.k).to(noise) + noise * (spread * NUDGE * min(restart, 1))
    return torch.cat([mode_vectors(frozen, settings), content])


def _warm(warm: Mapping[str, torch.Tensor], pair: Pair, k: int) -> torch.Tensor:
    found = warm.get(pair.id, warm.get("*"))
    if found is None or len(found) != k:
        have = "none" if found is None else f"{len(found)}"
        raise ValueError(f"start=warm needs {k} vectors for pair {pair.id} and has {have}; name another artefact or k")
    return found
