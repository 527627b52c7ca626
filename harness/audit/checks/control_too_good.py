"""Does a control score what it cannot know? Then something leaks, or the scorer is broken; and gold below 100 % is too.

A control that must be at chance (shuffled labels, random vectors, no answer) fails where the lower end of its interval
is above chance, as `harness.audit.chance` has it. A lexical control may score; it is held against the methods beside
it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from statistics import fmean

from glassbox.harness.audit.chance import chance, estimate_of
from glassbox.harness.audit.check import Check, Evidence
from glassbox.harness.audit.compared import compared
from glassbox.harness.audit.finding import DoesNotApply, Fault, Finding, Severity, some
from glassbox.harness.audit.log import AuditedLog, said_by
from glassbox.harness.audit.section import alike, label
from glassbox.harness.plugins.card import Control
from glassbox.harness.records.controls import control_of, is_control
from glassbox.harness.records.frames import RunRecord
from glassbox.harness.stats.estimate import Estimate, points
from glassbox.harness.stats.means import t_mean

FEWEST = 3
"""Seeds from which on an interval over them is worth looking at."""
WITHIN = ("shuffled", "random", "permuted", "null")
"""Beginnings of names under which samples record controls that must come out no."""

LEAK = Fault(
    Severity.FAILED,
    "what cannot know the answer gets it: the labels leak, the split is not disjoint, or the scorer accepts anything",
    "find what the control sees of the answer; no figure of this task stands until it is at chance",
)
BROKEN = Fault(
    Severity.FAILED,
    "the reference itself is marked wrong, so the task has a ceiling that nobody printed",
    "mend the task, its references, the machine or the scorer until gold scores 100 %",
)
NO_BETTER = Fault(
    Severity.WARNING,
    "a control that sees surface cues alone does as well, so the method's figure shows nothing beyond them",
    "claim no more than the control does, or take samples that surface cues cannot solve",
)


def check(log: AuditedLog, evidence: Evidence) -> Iterator[Finding]:
    """Findings of one log."""
    kind = control_of(log.record)
    within = list(_within(log))
    yield from within
    if kind is not None and kind in JUDGES:
        yield from JUDGES[kind](log, evidence)
    elif not within and not any(mapping.get("controls") for sample in log.samples for mapping in said_by(sample)):
        raise DoesNotApply("the run is no control, and its samples hold none")


def _at_chance(log: AuditedLog, evidence: Evidence) -> Iterator[Finding]:
    found = estimate_of(log)
    if found is None:
        return
    level, how = (0.0, "without an answer") if control_of(log.record) is Control.FLOOR else chance(log)
    if found.low <= level:
        yield from _over_seeds(log, evidence)
    else:
        yield LEAK.found(
            f"{label(log.record)} scores {found}; chance is {level:.1%} ({how})",
            some([sample.id for sample, value in log.scored if value > 0]),
        )


def _over_seeds(log: AuditedLog, evidence: Evidence) -> Iterator[Finding]:
    """The same control under several seeds: each is one draw of what it guesses, so that few samples say little."""
    own = log.record.metric(log.headline, "accuracy")
    others = [peer for peer in alike(log.record, evidence.peers) if _but_for_seeds(peer) == _but_for_seeds(log.record)]
    shares = [own, *(peer.metric(log.headline, "accuracy") for peer in others)]
    values = [share for share in shares if share is not None]
    if own is None or len(values) < FEWEST or len(set(values)) == 1:
        return  # the very same share each time is one draw, by a seed that is not used
    found = Estimate.within(t_mean(values), fmean(values), len(values))
    level, how = chance(log)
    if found.low > level:
        yield LEAK.found(
            f"{log.record.solver} scores {found} over {len(values)} random seeds; chance is {level:.1%} ({how})",
            some([peer.path.name for peer in others], "log"),
        )


def _but_for_seeds(record: RunRecord) -> tuple[object, ...]:
    """What a run is, whatever its seeds."""
    given = {name: value for name, value in record.solver_args_passed.items() if "seed" not in name.split("_")}
    return record.solver, record.model, sorted((name, str(value)) for name, value in given.items())


def _ceiling(log: AuditedLog, evidence: Evidence) -> Iterator[Finding]:
    wrong = [sample.id for sample, value in log.scored if value < 1]
    if wrong:
        yield BROKEN.found(f"{label(log.record)} is wrong on {len(wrong)} of {len(log.scored):,} samples", some(wrong))


def _beside(log: AuditedLog, evidence: Evidence) -> Iterator[Finding]:
    """A lexical control against each method on the same samples."""
    for peer in alike(log.record, evidence.peers):
        found = None if is_control(peer) else compared(peer, log.record)
        if (
            found is not None
            and any(value > 0 for _, value in log.scored)
            and not (found.evidence and found.difference > 0)
        ):
            yield NO_BETTER.found(
                f"{label(log.record)} is not told from {label(peer)}: difference "
                f"{points(found.difference, found.interval)}, p = {found.p:.2g}, n = {found.table.n:,}",
                peer.path.name,
            )


JUDGES: Mapping[Control, Callable[[AuditedLog, Evidence], Iterator[Finding]]] = {
    Control.LEAK: _at_chance,
    Control.FLOOR: _at_chance,
    Control.CEILING: _ceiling,
    Control.LEXICAL: _beside,
}


def _within(log: AuditedLog) -> Iterator[Finding]:
    """Controls that samples record themselves, such as another pair's vectors."""
    counts: dict[str, list[bool]] = {}
    for sample in log.samples:
        kept = next((one for mapping in said_by(sample) if isinstance(one := mapping.get("controls"), Mapping)), {})
        for name, value in kept.items():
            if isinstance(value, bool) and name.startswith(WITHIN):
                counts.setdefault(name, []).append(value)
    for name, values in counts.items():
        found = Estimate.of_count(sum(values), len(values))
        if found.low > 0:
            yield LEAK.found(f"control {name} comes out in {sum(values)} of {len(values)} samples, {found}")


CHECK = Check(
    name="control_too_good",
    detects="a control above chance, gold below 100 %, a method that a lexical control equals",
    needs="the controls' logs, or `controls` in the samples",
    seen_in="000, 001",
    run=check,
)
