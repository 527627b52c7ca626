"""The doctor tells a sound installation from a sick one."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest

from glassbox.harness.cli import doctor
from glassbox.harness.cli.main import main


def _model_folder(folder: Path, recorded: str) -> Path:
    (folder / "model.safetensors").write_bytes(b"weights")
    (folder / "card.json").write_text(json.dumps({"weights_sha256": recorded, "name": "x"}))
    return folder


def test_weights_that_are_those_of_the_card_are_sound(tmp_path: Path) -> None:
    digest = hashlib.sha256(b"weights").hexdigest()
    said, ok = doctor.check_model(_model_folder(tmp_path, digest))
    assert ok
    assert digest[:12] in said


def test_weights_that_changed_are_named_with_both_hashes(tmp_path: Path) -> None:
    said, ok = doctor.check_model(_model_folder(tmp_path, "0" * 64))
    assert not ok
    assert (
        said
        == f"weights are {hashlib.sha256(b'weights').hexdigest()[:12]}, the card says 000000000000; restore the file"
    )


def test_a_model_without_a_card_is_not_sound(tmp_path: Path) -> None:
    (tmp_path / "model.safetensors").write_bytes(b"weights")
    assert doctor.check_model(tmp_path) == ("has no card.json; glassbox models train writes one", False)
    (tmp_path / "card.json").write_text("{}")
    assert doctor.check_model(tmp_path)[1] is False


def test_the_ir_machine_is_tried_and_right() -> None:
    assert doctor.arithmetic() == doctor.Finding("IR machine", "2 + 3 = 5", True)


def test_json_report_agrees_with_the_exit_status(capsys: pytest.CaptureFixture[str]) -> None:
    status = main(["doctor", "--format", "json"])
    report = json.loads(capsys.readouterr().out)
    assert status == (0 if report["ok"] else 1)
    found = {finding["subject"]: finding for finding in report["records"]}
    assert found["IR machine"]["ok"] is True
    assert found["torch"]["ok"] is True
    assert int(found["cores"]["value"]) >= 1
    assert float(found["memory"]["value"].split()[0]) > 0.5
    assert report["ok"] == all(finding["ok"] is not False for finding in report["records"])


def test_the_plain_report_has_one_line_a_finding(capsys: pytest.CaptureFixture[str]) -> None:
    main(["doctor"])
    lines = capsys.readouterr().out.splitlines()
    assert any(line.startswith("IR machine") and line.endswith("ok      2 + 3 = 5") for line in lines)
    assert {line.split()[0] for line in lines} >= {"python", "glassbox", "torch", "cores", "memory", "device"}
