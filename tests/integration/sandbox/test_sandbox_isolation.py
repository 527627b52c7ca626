"""`glassbox doctor` names the isolation as it was tried out, and fails where the sandbox does not work."""

from __future__ import annotations

import json
import os
from pathlib import Path

from glassbox.harness.sandbox.build import identity
from glassbox.harness.sandbox.isolation import isolation
from tests.forks import forked


def doctor(cache: Path | None = None) -> tuple[int, dict[str, object]]:
    variables = {**os.environ, **({"GLASSBOX_CACHE": str(cache)} if cache else {})}
    command = ("-m", "glassbox.harness.cli.main", "doctor", "--format", "json")
    done = forked(*command, cwd=Path.cwd(), variables=variables).ended()
    (found,) = [finding for finding in json.loads(done.stdout)["records"] if finding["subject"] == "sandbox"]
    return done.returncode, found


def test_what_holds_is_named() -> None:
    said = "WebAssembly, a fresh instance each run: no host files, environment, processes, sockets or clock"
    assert isolation() == (said, True)
    assert doctor() == (0, {"subject": "sandbox", "value": said, "ok": True})


def test_a_sandbox_that_cannot_start_is_a_failure(tmp_path: Path) -> None:
    broken = tmp_path / "sandbox" / f"{identity()}.cwasm"
    broken.parent.mkdir()
    broken.write_bytes(b"nothing of the kind")
    status, found = doctor(tmp_path)
    assert (status, found["ok"]) == (1, False)
    assert str(found["value"]).startswith(f"SandboxError: {broken} is not a compiled component")
