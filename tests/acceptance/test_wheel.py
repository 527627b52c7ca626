"""The wheel holds what an installed Glassbox needs and nothing of its tests, and works away from the repository."""

from __future__ import annotations

import os
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

from glassbox.harness.sandbox.build import identity
from glassbox.harness.sandbox.component import card

ROOT = Path(__file__).resolve().parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
ROOT_FILES = ("__init__.py", "registry.py")
ROOMS = ("harness", "tasks", "solvers", "scorers", "studies", "leaderboards", "baselines")

pytestmark = pytest.mark.slow


def _run(*command: str | Path, cwd: Path, **environment: str) -> str:
    done = subprocess.run(
        command, cwd=cwd, env={**os.environ, **environment}, capture_output=True, text=True, timeout=1800, check=False
    )
    assert done.returncode == 0, f"{command}: {done.stdout[-2000:]}{done.stderr[-2000:]}"
    return done.stdout


def _hidden(path: Path) -> bool:
    """Whether it is left behind: byte code, and what a training that was broken off keeps for its next start."""
    return any(part.startswith(".") or part == "__pycache__" for part in path.parts)


def test_every_file_of_the_packages_is_in_the_wheel_and_no_test_is(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    expected = {
        f"glassbox/{path.relative_to(ROOT)}"
        for room in ROOMS
        for path in (ROOT / room).rglob("*")
        if path.is_file() and not _hidden(path.relative_to(ROOT))
    }
    assert len(expected) > 80
    assert sorted(expected - names) == []
    assert {name.partition("/")[0] for name in names if ".dist-info/" not in name} == {"glassbox"}
    assert {name.split("/")[1] for name in names if name.startswith("glassbox/")} == {*ROOMS, *ROOT_FILES}


def test_shipped_models_are_found_where_the_wheel_put_them(installed: Path, tmp_path: Path) -> None:
    shipped = [folder.parent.name for folder in (ROOT / "baselines/models").glob("*/model.safetensors")]
    if not shipped:
        pytest.skip("no model is shipped in baselines/models; `glassbox models train arith` makes one")
    program = "import glassbox.harness.lm.shipped as s; print(*(f'{n}={p}' for n, p in s.shipped_models().items()))"
    found = dict(
        word.split("=") for word in _run(sys.executable, "-c", program, cwd=tmp_path, PYTHONPATH=str(installed)).split()
    )
    assert sorted(found) == sorted(shipped)
    for name, folder in found.items():
        assert Path(folder).is_relative_to(installed)
        sources = [path for path in (ROOT / "baselines/models" / name).iterdir() if path.is_file()]
        assert {"model.safetensors", "config.json", "tokenizer.json", "card.json"} <= {path.name for path in sources}
        for path in sources:
            assert (Path(folder) / path.name).read_bytes() == path.read_bytes()


def test_the_command_works_from_an_empty_directory(installed: Path, tmp_path: Path) -> None:
    path = {"PYTHONPATH": str(installed)}
    program = "import glassbox.harness.cli.main as m; print(m.__file__)"
    assert Path(_run(sys.executable, "-c", program, cwd=tmp_path, **path).strip()).is_relative_to(installed)
    assert "commands:" in _run(sys.executable, "-m", "glassbox.harness.cli.main", "--help", cwd=tmp_path, **path)
    script = (installed / "bin" / "glassbox").read_text()
    assert "from glassbox.harness.cli.main import main" in script
    said = _run(sys.executable, installed / "bin" / "glassbox", "--version", cwd=tmp_path, **path)
    assert said == f"glassbox {PROJECT['project']['version']}\n"
    assert list(tmp_path.iterdir()) == []


def test_the_ir_machine_finds_its_module_in_the_wheel(installed: Path, tmp_path: Path) -> None:
    program = (
        "from glassbox.harness.ir.machine import Machine; from glassbox.harness.ir.program import Op, single; "
        "print(Machine().run(single(Op.MULTIPLY, 6, 7)).value)"
    )
    assert _run(sys.executable, "-c", program, cwd=tmp_path, PYTHONPATH=str(installed)) == "42\n"


def test_the_wheel_brings_the_same_sandbox(installed: Path, tmp_path: Path) -> None:
    program = (
        "from glassbox.harness.sandbox import build, component\n"
        "import hashlib; print(build.__file__, build.identity(), hashlib.sha256(component.wasm()).hexdigest())"
    )
    said = _run(sys.executable, "-c", program, cwd=tmp_path, PYTHONPATH=str(installed), GLASSBOX_CACHE=str(tmp_path))
    file, name, digest = said.split()
    assert Path(file).is_relative_to(installed)
    assert (name, digest) == (identity(), card().sha256)
