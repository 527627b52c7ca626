"""The stop token: one that the model can emit, checked before anything is searched.

A configuration may name a token that was never trained: no vector makes it appear, and no target that ends with it
can ever be decoded. So the candidates are tried: vectors are searched that make the model write the token first.
"""

from __future__ import annotations

import torch
from torch.nn.functional import cross_entropy

from glassbox.harness.dcm.frozen import Frozen
from glassbox.harness.lm.errors import OpenModelError

TRIES = 60
VECTORS = 8
WORDS = 6


def stop_token(frozen: Frozen, wanted: int | None = None) -> int:
    """The token that ends a target.

    Args:
      frozen: The model.
      wanted: A token to check and take; None tries the model's own stop ids, then its BOS, which separates texts in
        models that were trained on a stream.

    Raises:
      OpenModelError: None can be emitted.
    """
    model = frozen.model
    bos = getattr(model.model.config.get_text_config(decoder=True), "bos_token_id", None)
    named = [*model.stop_ids, bos, model.tokenizer.eos_token_id, model.tokenizer.bos_token_id]
    candidates = [wanted] if wanted is not None else list(dict.fromkeys(each for each in named if each is not None))
    for candidate in candidates:
        if can_emit(frozen, candidate):
            return candidate
    tried = ", ".join(map(str, candidates)) or "none named"
    raise OpenModelError(f"{model.name} can emit no stop token (tried: {tried}); name one with stop=ID")


def can_emit(frozen: Frozen, token: int) -> bool:
    """Whether a few vectors can be found after which a few words are followed by `token`."""
    draw = torch.Generator().manual_seed(token)
    mean, spread = frozen.spread.tolist()
    vocabulary = len(frozen.table)
    if not 0 <= token < vocabulary:
        return False
    words = frozen.table[torch.randint(0, vocabulary, (1, WORDS), generator=draw).to(frozen.table.device)]
    start = torch.randn(1, VECTORS, frozen.hidden, generator=draw) * spread + mean
    vectors = start.to(words.device).float().requires_grad_()
    # A step of a third of the spread moves a vector across the whole embedding cloud within the tries.
    search = torch.optim.Adam([vectors], lr=spread / 3, betas=(0.9, 0.9))
    wanted = torch.tensor([token], device=words.device)
    with torch.enable_grad():
        for _ in range(TRIES):
            logits = frozen.logits(torch.cat([vectors, words.float()], 1), 1)[:, 0].float()
            if int(logits.argmax()) == token:
                return True
            search.zero_grad()
            cross_entropy(logits, wanted).backward()  # type: ignore[no-untyped-call]
            search.step()
    return False
