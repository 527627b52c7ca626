"""Which questions can be asked of an attempt: what is not applicable is unscored, never right and never wrong."""

from __future__ import annotations

from glassbox.harness.records.attempt import Attempt

NOT_APPLICABLE = "not_applicable"


def reads_a_program(attempt: Attempt) -> bool:
    """Whether the solver set out to read a program; one that writes the number itself (`direct`) does not."""
    return attempt.reads_program and (attempt.program is not None or attempt.value is None)
