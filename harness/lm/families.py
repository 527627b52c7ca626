"""What a decoder family is asked before anything is measured on it: a few forwards over a dozen tokens.

    check_rows(model)                # at opening: does padding, or what is to come, change what a token gets?
    layers_refused(model)            # at the first states: does block k read what transformers calls layer k?
    writing_refused(model)           # at the first session: do rows that enter and leave go on as if alone?
    embeddings_refused(model)        # at the first search: is its embedding all that the model reads of a token?

Families differ in where positions come from, in what they keep of earlier tokens and in what they call a layer. Where
one of them does otherwise, numbers would be wrong without a word; so a model is asked, and no list of names is kept.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from glassbox.harness.lm.errors import OpenModelError
from glassbox.harness.lm.tokens import Batch, pad

if TYPE_CHECKING:
    import torch

    from glassbox.harness.lm.model import OpenModel

SHORT, LONG = 4, 7
"""Tokens of the rows that are read alone and beside each other."""
ROUNDING, COARSE = 0.01, 0.1
"""By how much what a token gets may differ, relative to its spread: in single precision, and in half."""
MOST_IDS = 1000
"""Tokens are taken from among so many."""


def check_rows(model: OpenModel) -> None:
    """Read two rows alone and together, one behind padding, and one of them again with another end.

    Raises:
      OpenModelError: Tokens get something else for what stands beside, before or behind them.
    """
    rows = _rows(model)
    if rows is None:
        return
    short, long, _ = rows
    alone = [_logits(model, pad([row], model.codec.pad_id))[0] for row in (short, long)]
    batch = pad(rows, model.codec.pad_id, side="left")
    together = _logits(model, batch, attention_mask=batch.attention_mask, position_ids=batch.position_ids)
    ahead = _apart(model, together[2, :-1], together[1, :-1])
    if ahead:
        raise OpenModelError(
            f"{_family(model)} is not causal: another last token changes what those before it get, by {ahead:.0%}; "
            "only decoders are opened (a family that is both wants is_decoder: true in its config.json)"
        )
    padded = max(_apart(model, together[0, -SHORT:], alone[0]), _apart(model, together[1], alone[1]))
    if padded:
        raise OpenModelError(
            f"{_family(model)} gives a row in a batch something else than the row alone, by {padded:.0%}: "
            "its positions or its state do not follow the padding, so no batch of it would be right"
        )


def layers_refused(model: OpenModel) -> str | None:
    """Why no states can be read: what enters the blocks is not what transformers calls its layers; None if it is."""
    rows = _rows(model)
    try:
        blocks, decoder = model.blocks, model.decoder
        if rows is None:
            return None
        ours: list[Any] = []
        hooks = [block.register_forward_pre_hook(_entering(ours), with_kwargs=True) for block in blocks]
        hooks.append(decoder.register_forward_hook(_leaving(ours)))
        try:
            output = _call(model, input_ids=_ids(model, rows[1]), output_hidden_states=True)
        finally:
            for hook in hooks:
                hook.remove()
    except OpenModelError as error:
        return str(error)
    theirs = output.hidden_states or ()
    if len(theirs) != len(ours):
        return f"{_family(model)} runs {len(ours) - 1} blocks and names {len(theirs)} layers; they cannot be told apart"
    for layer, (mine, given) in enumerate(zip(ours, theirs, strict=True)):
        if mine.shape != given.shape or mine.shape[:-1] != (1, LONG):
            shape = " x ".join(map(str, given.shape))
            return f"{_family(model)} has no one vector a token at layer {layer} ({shape}); its states cannot be read"
        if _apart(model, mine[0], given[0]):
            return f"{_family(model)} calls layer {layer} something else than what enters block {layer}"
    return None


def writing_refused(model: OpenModel) -> str | None:
    """Why rows cannot be written together: after some moves they get other logits than alone; None if the same."""
    import torch

    from glassbox.harness.lm.session import Session

    rows = _rows(model)
    if rows is None:
        return None
    short, long, more = rows[0], rows[1], rows[2][-2:]
    found: list[torch.Tensor] = []
    texts: list[list[int]] = []

    def look(session: Session, *read: list[int]) -> None:
        found.extend(session.logits)
        texts.extend(read)

    try:
        session = Session(model, asked=True)
        session.prefill([long, short])
        look(session, long, short)
        session.leave([0])
        session.step(more[:1])
        look(session, [*short, more[0]])
        session.prefill([long])
        session.force([more[1:], more])
        look(session, [*short, *more], [*long, *more])
        session.step([more[0]] * 2)
        look(session, [*short, *more, more[0]], [*long, *more, more[0]])
        alone = [_logits(model, pad([text], model.codec.pad_id))[0, -1] for text in texts]
    except OpenModelError as error:
        return str(error)
    except _FAILURES as error:
        _raise_if_full(error)
        return f"{_family(model)} does not go on from keys and values ({_line(error)}); it cannot write here"
    apart = _apart(model, torch.stack(found), torch.stack(alone), share=0.8)
    if apart:
        return (
            f"{_family(model)} goes on otherwise than alone, by {apart:.0%}, where rows enter and leave beside it; "
            "it cannot write here"
        )
    return None


def embeddings_refused(model: OpenModel) -> str | None:
    """Why the model cannot be given input embeddings in place of tokens; None if they give the same."""
    rows = _rows(model)
    if rows is None:
        return None
    ids = _ids(model, rows[1])
    try:
        embedded = model.embed(ids)
        by_ids, by_embeddings = (
            _call(model, **given).logits[0] for given in ({"input_ids": ids}, {"inputs_embeds": embedded})
        )
        _call(model, inputs_embeds=(embedded + embedded.flip(1)) / 2)  # vectors that are no token's
    except OpenModelError as error:
        return str(error)
    if _apart(model, by_embeddings, by_ids):
        return f"{_family(model)} reads more of a token than its input embedding; no vector can be put in its place"
    return None


_FAILURES = (TypeError, ValueError, LookupError, AttributeError, AssertionError, RuntimeError)


def _call(model: OpenModel, **given: Any) -> Any:
    import torch

    called: Any = model.model
    try:
        with model.lock, torch.inference_mode():
            return called(use_cache=False, **given)
    except _FAILURES as error:
        _raise_if_full(error)
        raise OpenModelError(f"{_family(model)} does not run on {next(iter(given))} alone ({_line(error)})") from error


def _logits(model: OpenModel, batch: Batch, **given: torch.Tensor) -> torch.Tensor:
    """Logits [row, position, vocabulary]."""
    ids, given = batch.input_ids.to(model.device), {name: value.to(model.device) for name, value in given.items()}
    logits: torch.Tensor = _call(model, input_ids=ids, **given).logits
    if logits.shape[:2] != ids.shape:
        raise OpenModelError(
            f"{_family(model)} gives logits of {tuple(logits.shape[:2])} for tokens of {tuple(ids.shape)}; "
            "a causal LM gives each token its own"
        )
    return logits


def _apart(model: OpenModel, found: torch.Tensor, expected: torch.Tensor, share: float = 0.5) -> float:
    """How far [token, width] are apart, relative to their spread; 0 within rounding.

    For this share of the tokens, not for all: half precision may send a token to another expert.
    """
    import torch

    found, expected = found.float(), expected.float()
    spread = (expected - expected.mean(-1, keepdim=True)).norm(dim=-1).clamp(min=1e-6)
    apart = float(((found - expected).norm(dim=-1) / spread).quantile(share))
    return apart if apart > (ROUNDING if model.dtype in (torch.float32, torch.float64) else COARSE) else 0.0


def _entering(seen: list[Any]) -> Callable[[Any, tuple[Any, ...], dict[str, Any]], None]:
    """A pre-hook that keeps what its block is given, on its own thread only."""
    owner = threading.get_ident()

    def note(_block: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        if threading.get_ident() == owner:
            seen.append(args[0] if args else kwargs["hidden_states"])

    return note


def _leaving(seen: list[Any]) -> Callable[[Any, Any, Any], None]:
    """A hook that keeps the states that its decoder gives, on its own thread only."""
    owner = threading.get_ident()

    def note(_decoder: Any, _args: Any, output: Any) -> None:
        if threading.get_ident() == owner:
            seen.append(output[0])

    return note


def _rows(model: OpenModel) -> list[list[int]] | None:
    """A short row, a long one, and the long one with another end, of tokens that mean nothing special; None if few."""
    config = model.model.config
    special = set(model.tokenizer.all_special_ids)
    for part in (config, config.get_text_config(decoder=True)):
        special |= {value for name, value in vars(part).items() if "_token_" in name and isinstance(value, int)}
    plain = [token for token in range(min(len(model.codec), MOST_IDS)) if token not in special]
    step = len(plain) // (SHORT + LONG + 2)
    if not step or (model.context is not None and model.context < SHORT + LONG):
        return None
    drawn = plain[step::step]
    short, long, other = drawn[:SHORT], drawn[SHORT : SHORT + LONG], drawn[SHORT + LONG]
    return [short, long, [*long[:-1], other]]


def _ids(model: OpenModel, row: list[int]) -> torch.Tensor:
    import torch

    return torch.tensor([row], device=model.device)


def _family(model: OpenModel) -> str:
    return type(model.model).__name__


def _line(error: Exception) -> str:
    return next(iter(str(error).splitlines()), "") or type(error).__name__


def _raise_if_full(error: Exception) -> None:
    """No memory is no answer of the family's."""
    import torch

    if isinstance(error, torch.OutOfMemoryError | MemoryError):
        raise error
