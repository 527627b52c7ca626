"""The checks, in the order in which they are shown. A new check is one file and one line here."""

from __future__ import annotations

from collections.abc import Sequence

from glassbox.harness.audit.check import Check
from glassbox.harness.audit.checks import (
    compile_only,
    control_too_good,
    device_price,
    duplicates,
    edited_log,
    empty_answers,
    infra_as_wrong,
    label_shift,
    missing_controls,
    model_never_called,
    nothing_kept,
    pad_pooling,
    prompt_overlap,
    self_reported,
    settings_adapter,
    settings_arguments,
    settings_candidate,
    settings_generation,
    settings_prompt,
    small_n,
    training_overlap,
    truncated,
)
from glassbox.harness.cli.spelling import meant

CHECKS: dict[str, Check] = {
    check.name: check
    for check in (
        edited_log.CHECK,
        label_shift.CHECK,
        pad_pooling.CHECK,
        model_never_called.CHECK,
        settings_generation.CHECK,
        settings_prompt.CHECK,
        settings_candidate.CHECK,
        settings_adapter.CHECK,
        settings_arguments.CHECK,
        prompt_overlap.CHECK,
        training_overlap.CHECK,
        duplicates.CHECK,
        infra_as_wrong.CHECK,
        truncated.CHECK,
        empty_answers.CHECK,
        nothing_kept.CHECK,
        compile_only.CHECK,
        self_reported.CHECK,
        missing_controls.CHECK,
        control_too_good.CHECK,
        device_price.CHECK,
        small_n.CHECK,
    )
}


def chosen(names: Sequence[str] | None) -> list[Check]:
    """The checks of these names, in the order of the registry; all of them without names.

    Raises:
      ValueError: A name is none of theirs.
    """
    for name in names or ():
        if name not in CHECKS:
            raise ValueError(f"there is no check {name!r}; {meant(name, CHECKS)}there are {', '.join(CHECKS)}")
    return [check for check in CHECKS.values() if not names or check.name in names]
