"""Which runs failed their audit: as `glassbox audit --output` wrote it beside the logs, or as their header betrays.

read_audits(Path("logs/audit.json"))      # {"2026-...eval": "label_shift: labels are shifted twice"}
fault_of(record, audits)                  # the same of one run, its header held against its samples
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from pydantic import BaseModel, ValidationError

from glassbox.harness.audit.finding import Severity
from glassbox.harness.records.frames import RunRecord

HEADER = "the header is not of these samples"


class BadAudit(ValueError):
    """A file that is no audit; the message names it and the way out."""


class _Finding(BaseModel):
    log: str
    check: str
    severity: str
    what: str


class _Audit(BaseModel):
    records: tuple[_Finding, ...]


def read_audits(path: Path) -> dict[str, str]:
    """By log file name, why its audit failed, in one line; empty where there is no such file.

    Raises:
      BadAudit: The file is no audit.
    """
    if not path.is_file():
        return {}
    try:
        found = _Audit.model_validate_json(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, ValidationError) as error:
        raise BadAudit(
            f"{path} is no audit; write it again with glassbox audit --format json --output {path}, or remove it"
        ) from error
    failed: dict[str, list[str]] = {}
    for one in found.records:
        if one.severity == Severity.FAILED:
            failed.setdefault(one.log, []).append(f"{one.check}: {one.what}")
    return {name: " ".join("; ".join(lines).split()) for name, lines in failed.items()}


def fault_of(record: RunRecord, audits: Mapping[str, str]) -> str:
    """Why a run is not to be trusted, in one line; empty where nothing is known against it.

    Args:
      record: The run; its figures are computed from its samples, so that a header that says otherwise is seen.
      audits: From `read_audits`.
    """
    other = record.disagreements
    more = f", and {len(other) - 1} more" if len(other) > 1 else ""
    header = f"{HEADER}: {other[0]}{more}" if other else ""
    return "; ".join(filter(None, [header, audits.get(record.path.name, "")]))
