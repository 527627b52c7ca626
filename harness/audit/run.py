"""Logs in, audits out: every check on every log, with the runs beside it.

audits = audit([Path("logs")])
audits[0].failed
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from glassbox.harness.audit.check import Check, Evidence, Result, result_of
from glassbox.harness.audit.claim import Claim
from glassbox.harness.audit.finding import Finding, Severity
from glassbox.harness.audit.log import AuditedLog
from glassbox.harness.audit.parts import Parts
from glassbox.harness.audit.registry import CHECKS
from glassbox.harness.audit.training import TrainingText
from glassbox.harness.records.frames import RunRecord, load_logs, log_files
from glassbox.harness.records.reading import Reading

Tick = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Audit:
    """What came of one log.

    Attributes:
      record: The log's header.
      results: Of every check, in the order of the registry.
    """

    record: RunRecord
    results: tuple[Result, ...]

    def found(self, severity: Severity) -> list[tuple[str, Finding]]:
        """Check and finding, of this severity."""
        return [
            (result.check, finding)
            for result in self.results
            for finding in result.findings
            if finding.severity is severity
        ]

    def ended(self, severity: Severity) -> list[Result]:
        """Checks that ended so."""
        return [result for result in self.results if result.severity is severity]

    @property
    def failed(self) -> bool:
        """Whether any check failed."""
        return bool(self.found(Severity.FAILED))


def audit(
    places: Sequence[Path],
    checks: Sequence[Check] | None = None,
    *,
    training: Sequence[TrainingText] = (),
    claims: Sequence[Claim] = (),
    parts: Parts | None = None,
    tick: Tick = lambda name: None,
    reading: Reading | None = None,
) -> list[Audit]:
    """Audit log files and folders of them; the other logs in a file's folder are looked at as its neighbours.

    Args:
      places: Files and folders.
      checks: Which; all by default.
      training: Texts that models or parts were trained on.
      claims: To be held against the runs.
      parts: Where fitted parts lie.
      tick: Called with each log's name before it is read.
      reading: Counts the logs in folders that cannot be read.

    Raises:
      ValueError: There is no log, a file is none, or a claim is about none of them.
    """
    reads = reading or Reading()
    records = list(_records(places, reads))
    beside = _beside(records, reads)
    mine = {record.key for record in records}

    def audited(runs: list[RunRecord]) -> list[Audit]:
        chosen = [record for record in runs if record.key in mine]
        if not chosen:
            raise ValueError(
                f"no log in {', '.join(map(str, places))} can be read to its end; run the evaluation again"
            )
        evidence = Evidence((), tuple(training), tuple(claims), parts or Parts())
        return [_audit(record, runs, checks or list(CHECKS.values()), evidence, tick) for record in chosen]

    for claim in claims:
        for side in (claim.a, claim.b):
            if not any(claim.names(side, record) for record in beside):
                known = ", ".join(sorted({record.solver for record in beside}))
                raise ValueError(f"claim {claim.text!r} is about {side}; these logs are of {known}")
    return reads.skipping(beside, audited)


def _audit(
    record: RunRecord, beside: Sequence[RunRecord], checks: Sequence[Check], evidence: Evidence, tick: Tick
) -> Audit:
    tick(record.path.name)
    log = AuditedLog.read(record)
    peers = tuple(peer for peer in beside if peer.key != record.key)
    return Audit(record, tuple(result_of(check, log, replace(evidence, peers=peers)) for check in checks))


def _records(places: Sequence[Path], reading: Reading) -> Iterator[RunRecord]:
    """The logs' headers, each once, in order of their paths; a file that is named and is no log is an error."""
    for place in places:
        if not place.exists():
            raise ValueError(f"there is no log {place}; name log files, or folders of them")
        if place.is_file() and not load_logs(place):
            raise ValueError(f"{place} is no readable inspect log; name another file, or a folder of them")
    records = {record.key: record for record in reading.load(places)}
    if not records:
        raise ValueError(f"there is no log in {', '.join(map(str, places))}; run an evaluation first")
    yield from (records[key] for key in sorted(records))


def _beside(records: Sequence[RunRecord], reading: Reading) -> list[RunRecord]:
    """These runs, and those that lie in the same folders."""
    folders = {record.path.resolve().parent for record in records}
    tried = {path.resolve() for path in (*(record.path for record in records), *reading.left_out)}
    near = [path for path in log_files(folders) if path.parent in folders and path.resolve() not in tried]
    known = {record.key for record in records}
    others = {record.key: record for record in load_logs(near)} if near else {}
    return [*records, *(others[key] for key in sorted(others) if key not in known)]
