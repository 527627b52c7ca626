"""What can come of one attempt, named once for every task, solver and scorer.

Only the model's own fault counts as wrong; the machinery's fault raises; the undecidable is unscored.
"""

from enum import StrEnum


class Outcome(StrEnum):
    """`pass`, `wrong`, or the reason why there is no answer."""

    PASS = "pass"
    WRONG = "wrong"
    INFRA = "infra"
    PARSE = "parse"
    SCHEMA = "schema"
    SYNTAX = "syntax"
    RUNTIME = "runtime"
    TIMEOUT = "timeout"
    MEMORY = "memory"
    UNSUPPORTED = "unsupported"
    MUTATED = "mutated"
    TRUNCATED = "truncated"


UNDECIDED = frozenset({Outcome.INFRA, Outcome.UNSUPPORTED})
"""Nothing is said of the program: its sample has no score."""
