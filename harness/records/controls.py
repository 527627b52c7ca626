"""Which runs are controls, and what each is for: as the log itself declares it, else as its solver's card says.

is_control(record), control_of(record)
"""

from __future__ import annotations

from glassbox.harness.plugins.card import Control
from glassbox.harness.plugins.registered import card_of
from glassbox.harness.records.frames import RunRecord

FLAGS = ("control", "is_control")


def control_of(record: RunRecord) -> Control | None:
    """What the run is a control for; None for a method.

    A log declares itself a control by `control: leak` (or another kind, or true) in its metadata.
    """
    card = card_of(record.solver)
    said = card.control if card else None
    declared = next((record.metadata[flag] for flag in FLAGS if record.metadata.get(flag)), None)
    if isinstance(declared, str) and declared in list(Control):
        return Control(declared)
    return said or Control.OTHER_ROAD if declared is not None else said


def is_control(record: RunRecord) -> bool:
    """Whether the run shows what a score is worth rather than competes."""
    return control_of(record) is not None


def without_model(record: RunRecord) -> bool:
    """Whether the run need not call a model: its solver has none by design, or the log declares itself a control."""
    card = card_of(record.solver)
    return (card is not None and card.model in ("none", "tokenizer")) or any(
        record.metadata.get(flag) for flag in FLAGS
    )
