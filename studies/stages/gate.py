"""A gate: a share of pairs, its interval, the seed's threshold, and whether the experiment may go on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from pydantic import BaseModel, ConfigDict

from glassbox.harness.stats.estimate import Estimate

Verdict = Literal["passed", "failed", "stopped", "told"]


class Gate(BaseModel):
    """One measured share.

    Attributes:
      name: What it is the share of.
      successes: Pairs that count.
      n: Pairs that were decided.
      share: None without any pair.
      threshold: The seed's; the share must reach it. None where nothing is at stake.
      target: What the seed hopes for beyond it.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    successes: int
    n: int
    share: Estimate | None
    threshold: float | None = None
    target: float | None = None

    @classmethod
    def of(cls, name: str, flags: Sequence[bool], threshold: float | None = None, target: float | None = None) -> Gate:
        """The share of flags that are set."""
        n, successes = len(flags), sum(flags)
        return cls(
            name=name,
            successes=successes,
            n=n,
            share=Estimate.of_count(successes, n) if n else None,
            threshold=threshold,
            target=target,
        )

    @property
    def verdict(self) -> Verdict:
        """`told` where nothing is at stake; a gate without any pair is not passed."""
        if self.threshold is None:
            return "told"
        return "passed" if self.share is not None and self.share.value >= self.threshold else "failed"

    def __str__(self) -> str:
        if self.share is None:
            return f"{self.name}: no pair was decided"
        text = f"{self.name}: {self.successes} of {self.n}, {self.share}"
        if self.threshold is not None:
            text += f", at least {self.threshold:.0%} asked for"
        if self.target is not None:
            text += f", more than {self.target:.0%} hoped for"
        return text


class Stage(BaseModel):
    """One stage after it was run.

    Attributes:
      number: The seed's, 0 to 4.
      title: What it asks.
      verdict: `passed`, `failed` (a gate was missed), `stopped` (an early-stop signal), or `told` (nothing at stake).
      reason: Why it failed or stopped; what was found otherwise.
      gates: Its shares.
      facts: What else was found, as text by name.
      logs: Names of the inspect logs it was read from.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    number: int
    title: str
    verdict: Verdict
    reason: str = ""
    gates: tuple[Gate, ...] = ()
    facts: dict[str, str] = {}
    logs: tuple[str, ...] = ()

    @classmethod
    def judged(
        cls, number: int, title: str, gates: Sequence[Gate], logs: Sequence[str], facts: dict[str, str]
    ) -> Stage:
        """A stage that its gates decide: one that fails fails it."""
        failed = [gate for gate in gates if gate.verdict == "failed"]
        told = all(gate.verdict == "told" for gate in gates)
        return cls(
            number=number,
            title=title,
            verdict="failed" if failed else "told" if told else "passed",
            reason="; ".join(map(str, failed)),
            gates=tuple(gates),
            facts=facts,
            logs=tuple(logs),
        )
