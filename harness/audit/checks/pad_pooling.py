"""Was a padding token read? From the positions that a run records, from a part's card, and from the part itself.

The origin of seed 000 padded its texts on the right to 64 tokens and read position -1: a padding token. Where the log
names a fitted part that is at hand, the part is tried: the same states once bare and once with rubbish behind them
must give the same scores.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from glassbox.harness.audit.check import Check, Evidence
from glassbox.harness.audit.finding import CannotCheck, DoesNotApply, Fault, Finding, Severity, some
from glassbox.harness.audit.log import AuditedLog, attempt_of, calls_of, prompted_of, said_by, wrote_text
from glassbox.harness.audit.parts import Part

if TYPE_CHECKING:
    import torch
    from torch import nn

POSITIONS = frozenset(
    {"position", "positions", "read_position", "read_positions", "pooled_position", "pooled_positions"}
    | {"token_position", "token_positions", "positions_read", "position_read"}
)
LENGTHS = ("length", "real_tokens", "n_tokens", "num_tokens", "tokens", "sequence_length", "prompt_tokens")
WIDTHS = ("padded_length", "padded_to", "max_length", "width_in_tokens")
SIDES = ("padding_side", "padding")
POOLS = ("position", "pool", "pooling", "pool_position", "token_position", "read_position")

READ = Fault(
    Severity.FAILED,
    "the state of a padding token says nothing of the prompt that the model was to be read at",
    "read the last real token: positions from glassbox.harness.lm.positions, padding masked; then fit and run again",
)
CARD = Fault(
    Severity.FAILED,
    "the last position of a right-padded row is a padding token in every row but the longest",
    "pool over the attention mask, and fit again",
)
PART = Fault(
    Severity.FAILED,
    "the part's scores change with what stands in the padding, so its figures depend on a batch's company",
    "mask padding in the part's pooling, and fit again",
)


def check(log: AuditedLog, evidence: Evidence) -> Iterator[Finding]:
    """Findings of one log."""
    pooled, told = _positions(log)
    if pooled:
        yield READ.found(
            f"{len(pooled)} of {told} samples were read at a padding token, such as {next(iter(pooled.values()))}",
            some(list(pooled)),
        )
    stated = _stated(log.arguments) or _stated(log.record.metadata)
    if stated:
        yield CARD.found(f"the run is set to {stated}", "the run's arguments")
    names = {record.artefact: None for sample in log.samples if (record := attempt_of(sample)) and record.artefact}
    for name in names:
        part = evidence.parts.find(name)
        said = _stated(part.config)
        if said:
            yield CARD.found(f"the card of part {name} says {said}", f"part {name}")
        elif pools_padding(part):
            yield PART.found(f"part {name} gives other scores when rubbish stands in the padding", f"part {name}")
    if not names and not told and not stated:
        _nothing_to_go_by(log)


def _nothing_to_go_by(log: AuditedLog) -> None:
    if all(prompted_of(sample) for sample in log.samples):
        raise DoesNotApply("vectors were searched and decoded; no state was read")
    if all(wrote_text(sample) or calls_of(sample) == 0 for sample in log.samples):
        raise DoesNotApply("no state was read: the model wrote text, or was not called")
    raise CannotCheck(
        "answers came without text, and the log names neither the positions that were read nor a fitted part",
        "leave read_positions and length, or the part's address (`artefact`), in each sample's store",
    )


def _positions(log: AuditedLog) -> tuple[dict[str | int, str], int]:
    """Samples read at a padding token with the reason, and how many samples record positions at all."""
    pooled: dict[str | int, str] = {}
    told = 0
    for sample in log.samples:
        verdicts = [found for mapping in said_by(sample) if (found := _judged(mapping)) is not None]
        told += bool(verdicts)
        reasons = [reason for reason in verdicts if reason]
        if reasons:
            pooled[sample.id] = reasons[0]
    return pooled, told


def _judged(mapping: Mapping[str, object]) -> str | None:
    """Why a position is padding, empty where none is; None where the mapping records no positions with a length."""
    places = [place for name in POSITIONS if name in mapping for place in _integers(mapping[name])]
    length = next((value for name in LENGTHS if isinstance(value := mapping.get(name), int)), None)
    if not places or length is None:
        return None
    width = next((value for name in WIDTHS if isinstance(value := mapping.get(name), int)), length)
    left = "left" in [mapping.get(name) for name in SIDES]
    for place in places:
        counted = place + width if place < 0 else place
        first = width - length if left else 0
        if not first <= counted < first + length:
            return f"position {place} of {length} real tokens in a row of {width}"
    return ""


def _integers(value: object) -> list[int]:
    values = value if isinstance(value, list) else [value]
    return [one for one in values if isinstance(one, int) and not isinstance(one, bool)]


def _stated(settings: Mapping[str, object]) -> str:
    """`position -1 with padding on the right`, where settings say both and no mask."""
    right = any(settings.get(name) in ("right", "max_length") for name in SIDES)
    last = [name for name in POOLS if settings.get(name) in (-1, "-1")]
    return f"{last[0]} -1 with padding on the right" if right and last else ""


def pools_padding(part: Part) -> bool:
    """Whether the part, a head of this project, gives other scores when rubbish stands behind the real states.

    Raises:
      CannotCheck: The part is of a kind that cannot be tried here.
    """
    import torch

    from glassbox.harness.fit.config import SHAPES, HeadConfig
    from glassbox.harness.fit.head import IRHead

    if "head" not in part.config or "classes.weight" not in part.tensors:
        raise CannotCheck(
            f"part {part.name} is no head that could be tried; its card says nothing of positions either",
            "write read_positions and length into each sample's store",
        )
    config = HeadConfig.model_validate(part.config)
    hidden = int(part.tensors["units.weight" if config.width else "classes.weight"].shape[1])
    head = IRHead(hidden, SHAPES[config.shape], config.head, config.pool, config.width)
    head.load_state_dict(dict(part.tensors))
    draw = torch.Generator().manual_seed(0)
    return changes_with_padding(head.eval(), torch.randn(1, 7, hidden, generator=draw), draw)


def changes_with_padding(head: nn.Module, states: torch.Tensor, draw: torch.Generator) -> bool:
    """Whether `head` scores [1, position, hidden] states otherwise once rubbish of another row's length follows them.

    Args:
      head: An `IRHead`, or a module that is called as one.
      states: float [1, position, hidden], at least 6 positions.
      draw: The generator of the rubbish.
    """
    import torch

    from glassbox.harness.fit.numbers import Run
    from glassbox.harness.fit.reading import View

    length = states.shape[1]
    numbers = ((Run(1, 1, 3), Run(3, 4, 12), Run(5, 5, 4)),)
    rubbish = 50 * torch.randn(1, 4, states.shape[2], generator=draw)
    with torch.inference_mode():
        bare = head(View(states, (length,), numbers))
        padded = head(View(torch.cat([states, rubbish], 1), (length,), numbers))
    pairs = [(bare.count, padded.count), (bare.kinds, padded.kinds), (bare.operands, padded.operands)]
    return not all(torch.allclose(one, other, rtol=1e-3, atol=1e-3) for one, other in pairs)


CHECK = Check(
    name="pad_pooling",
    detects="a state read at a padding token: by recorded positions, by a part's card, or by trying the part itself",
    needs="read_positions and length of each sample, or the part that the log names",
    seen_in="000",
    run=check,
)
