"""The component's exports. Each instance is either a candidate's, a test's or a script's, and lives for one of them."""

from __future__ import annotations

import wit_world  # type: ignore[import-not-found]  # componentize-py writes it

from glassbox.harness.sandbox.guest import exam, library, loop, script
from glassbox.harness.sandbox.guest.candidate import Candidate
from glassbox.harness.sandbox.guest.layout import settle_in
from glassbox.harness.sandbox.guest.warm import ready

__all__ = ["WitWorld", "library", "loop"]

_candidate = Candidate()


class WitWorld(wit_world.WitWorld):  # type: ignore[misc]  # untyped base
    """The world `interpreter` of sandbox.wit."""

    def __init__(self) -> None:
        # One is made for each export; nothing but that comes between here and the taking of the memory.
        settle_in()

    def load(self, message: str) -> str:
        """See `Candidate.load`."""
        return _candidate.load(message)

    def call(self, message: str) -> str:
        """See `Candidate.call`."""
        return _candidate.call(message)

    def operate(self, message: str) -> str:
        """See `Candidate.operate`."""
        return _candidate.operate(message)

    def test(self, message: str) -> str:
        """See `exam.test`."""
        return exam.test(message)

    def script(self, message: str) -> str:
        """See `script.run`."""
        return script.run(message)


ready()
