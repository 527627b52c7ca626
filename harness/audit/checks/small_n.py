"""Can so few samples show what is printed? Against claims, and against the other methods on the same samples.

13 of 18 against 14 and 15 of 18 carried the progress report of seed 002; at that size a difference of 34 points is
what a paired test mostly finds.
"""

from __future__ import annotations

from collections.abc import Iterator

from glassbox.harness.audit.check import Check, Evidence
from glassbox.harness.audit.claim import Claim
from glassbox.harness.audit.compared import compared
from glassbox.harness.audit.finding import CannotCheck, DoesNotApply, Fault, Finding, Severity
from glassbox.harness.audit.log import AuditedLog
from glassbox.harness.audit.section import alike, label
from glassbox.harness.records.controls import is_control
from glassbox.harness.records.frames import RunRecord
from glassbox.harness.stats.estimate import Estimate, points

WIDE = 0.3
"""Width of an interval from which on a share says little: 13 of 18 is 49 to 88 %."""

VAGUE = Fault(
    Severity.WARNING,
    "a share of so few samples fits very different methods",
    "print it with its interval, and take more samples before comparing it with anything",
)
BELOW = Fault(
    Severity.WARNING,
    "so many samples mostly miss a difference of this size, and find it in the wrong direction now and then",
    "print no order between the two, or take the number of samples that is named here",
)
WORTH = 0.05
"""The difference that a needed n is given for where none was measured."""

AT_LEAST = Fault(
    Severity.WARNING,
    "there is evidence of a difference, and none that it is as large as claimed",
    "claim the lower end of the interval",
)
UNSHOWN = Fault(
    Severity.FAILED,
    "the claim says more than the samples can show",
    "take the number of samples that is named here, or claim what the interval holds",
)


def check(log: AuditedLog, evidence: Evidence) -> Iterator[Finding]:
    """Findings of one log."""
    claims = [*evidence.claims, *_stated(log)]
    beside = alike(log.record, evidence.peers)
    mine = [claim for claim in claims if claim.names(claim.a, log.record)]
    for claim in mine:
        rivals = [peer for peer in beside if claim.names(claim.b, peer)]
        for rival in rivals:
            yield from _claimed(log.record, rival, claim)
        if not rivals:
            raise CannotCheck(
                f"claim {claim.text!r}: no run of {claim.b} on the same samples", "audit both logs together"
            )
    if is_control(log.record):
        raise DoesNotApply("the run is a control; nothing is claimed of it")
    yield from _vague(log)
    for peer in beside:
        if not is_control(peer) and not any(claim.names(claim.b, peer) for claim in mine):
            yield from _below(log.record, peer)


def _stated(log: AuditedLog) -> list[Claim]:
    stated = log.record.metadata.get("claims", log.record.metadata.get("claim", ()))
    texts = [stated] if isinstance(stated, str) else stated
    return [Claim.of(text) for text in texts if isinstance(text, str)] if isinstance(texts, list | tuple) else []


def _vague(log: AuditedLog) -> Iterator[Finding]:
    values = [value for _, value in log.scored]
    if not values or not set(values) <= {0.0, 1.0}:
        return
    right, n = int(sum(values)), len(values)
    found = Estimate.of_count(right, n)
    if found.high - found.low > WIDE:
        yield VAGUE.found(f"{log.headline} {right} of {n} is {found.low:.0%} to {found.high:.0%}", f"n = {n}")


def _below(record: RunRecord, peer: RunRecord) -> Iterator[Finding]:
    """A printed lead of this run that so many samples could hardly have shown."""
    found = compared(record, peer)
    if found is None or found.difference <= 0 or found.evidence:
        return  # the better of the two reports it
    if found.detectable is None or found.difference < found.detectable:
        yield BELOW.found(
            f"{label(record)} leads {label(peer)} by {found.difference * 100:.1f} points (p = {found.p:.2g}); "
            f"{found.table.n:,} samples mostly find {found.limit} or more; "
            f"{found.needed(found.difference):,} are needed",
            peer.path.name,
        )


def _claimed(record: RunRecord, peer: RunRecord, claim: Claim) -> Iterator[Finding]:
    found = compared(record, peer)
    if found is None:
        raise CannotCheck(
            f"claim {claim.text!r}: the runs are not comparable sample by sample", "run both on the same samples"
        )
    if found.evidence and found.interval.low >= claim.margin:
        return
    size = claim.margin or abs(found.difference) or WORTH
    fault = AT_LEAST if found.evidence and found.difference >= claim.margin else UNSHOWN
    yield fault.found(
        f"claimed: {claim.text}; measured: {points(found.difference, found.interval)}, p = {found.p:.2g}, "
        f"n = {found.table.n:,}; so many samples mostly find {found.limit}; "
        f"{size * 100:.1f} points need {found.needed(size):,}",
        peer.path.name,
    )


CHECK = Check(
    name="small_n",
    detects="a claim, or a printed lead, that so many samples cannot show; a share whose interval is wider than "
    "30 points",
    needs="binary scores; the rival's log beside; --claim 'A > B by 5' for claims",
    seen_in="002",
    run=check,
)
