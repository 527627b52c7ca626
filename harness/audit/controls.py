"""Which runs are controls, and what each kind of control is for. Names as logs have them; a log may also say so itself.

is_control(record), kind_of(record)
"""

from __future__ import annotations

from enum import StrEnum

from glassbox.harness.records.frames import RunRecord


class Kind(StrEnum):
    """What a control shows."""

    CEILING = "ceiling"
    FLOOR = "floor"
    LEAK = "leak"
    LEXICAL = "lexical"
    OTHER_ROAD = "other road"


KINDS: dict[str, Kind] = {
    "gold": Kind.CEILING,
    "oracle": Kind.CEILING,
    "null": Kind.FLOOR,
    "majority": Kind.LEAK,
    "random": Kind.LEAK,
    "random_vector": Kind.LEAK,
    "random_vectors": Kind.LEAK,
    "shuffled_labels": Kind.LEAK,
    "shuffled_pairs": Kind.LEAK,
    "bag_of_tokens": Kind.LEXICAL,
    "layer0": Kind.LEXICAL,
    "regex_only": Kind.LEXICAL,
    "direct": Kind.OTHER_ROAD,
}
"""By solver. Leaks must score at chance; lexical ones may score, and a method must then score higher."""
WITHOUT_MODEL = frozenset({"gold", "oracle", "null", "majority", "random", "regex_only", "bag_of_tokens"})
"""Controls that call no model by design."""
FLAGS = ("control", "is_control")


def kind_of(record: RunRecord) -> Kind | None:
    """What the run is a control for; None for a method.

    A log declares itself a control by `control: leak` (or another kind, or true) in its metadata.
    """
    declared = next((record.metadata[flag] for flag in FLAGS if record.metadata.get(flag)), None)
    if isinstance(declared, str) and declared in list(Kind):
        return Kind(declared)
    if declared is not None:
        return KINDS.get(record.solver, Kind.OTHER_ROAD)
    return KINDS.get(record.solver)


def is_control(record: RunRecord) -> bool:
    """Whether the run shows what a score is worth rather than competes."""
    return kind_of(record) is not None


def without_model(record: RunRecord) -> bool:
    """Whether the run need not call a model: a control that has none by design, or one that declares itself."""
    return record.solver in WITHOUT_MODEL or any(record.metadata.get(flag) for flag in FLAGS)
