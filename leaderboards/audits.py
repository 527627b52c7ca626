"""Which runs failed their audit, as `glassbox audit --output` wrote it beside the logs.

read_audits(Path("logs/audit.json"))      # {"2026-...eval": "label_shift: labels are shifted twice"}
"""

from __future__ import annotations

from pathlib import Path

from pydantic import BaseModel, ValidationError


class BadAudit(ValueError):
    """A file that is no audit; the message names it and the way out."""


class _Log(BaseModel):
    failed: tuple[str, ...] = ()


class _Audit(BaseModel):
    logs: dict[str, _Log]


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
            f"{path} is no audit; write it again with glassbox audit --output {path}, or remove it"
        ) from error
    return {name: " ".join("; ".join(log.failed).split()) for name, log in found.logs.items() if log.failed}
