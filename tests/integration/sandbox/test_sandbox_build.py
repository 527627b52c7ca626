"""The component is built once from what the package carries, wherever it is installed, and never loaded stale."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from glassbox.harness.sandbox.build import cache_folder, compiled, identity, sources

JUDGE = (
    "from glassbox.harness.sandbox.judge import Judge\nfrom glassbox.harness.sandbox.case import Case\n"
    "from glassbox.harness.sandbox.build import compiled, identity\n"
    "print(compiled(), Judge().judge('def f(x): return x + 1', 'f', [Case((1,), 2)]).outcome, identity())"
)


def started(cache: Path, code: str, path: Path | None = None) -> subprocess.Popen[str]:
    environment = {**os.environ, "GLASSBOX_CACHE": str(cache), **({"PYTHONPATH": str(path)} if path else {})}
    return subprocess.Popen(
        [sys.executable, "-c", code],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=cache,
    )


def ended(process: subprocess.Popen[str]) -> tuple[int, str, str]:
    out, err = process.communicate(timeout=1800)
    return process.returncode, out.strip(), err.strip()


def test_the_guest_is_built_from_its_own_sources_and_the_codec_alone() -> None:
    names = set(sources())
    assert {"harness/sandbox/codec.py", "harness/sandbox/guest/app.py", "harness/sandbox/guest/sandbox.wit"} <= names
    assert {name for name in names if "/guest/" not in name} == {
        "harness/__init__.py",
        "harness/sandbox/__init__.py",
        "harness/sandbox/codec.py",
    }


def test_the_compiled_component_lies_in_the_cache_under_the_name_of_its_content() -> None:
    assert compiled() == cache_folder() / f"{identity()}.cwasm"
    assert compiled().stat().st_size > 10 << 20


def test_an_installed_wheel_builds_the_same_component(installed: Path, tmp_path: Path) -> None:
    code = "from glassbox.harness.sandbox import build\nprint(build.__file__, build.identity())"
    status, said, complaint = ended(started(tmp_path, code, installed))
    assert status == 0, complaint
    file, name = said.split()
    assert Path(file).is_relative_to(installed)
    assert name == identity()


def test_a_broken_file_in_the_cache_is_named_with_the_way_out(tmp_path: Path) -> None:
    broken = tmp_path / "sandbox" / f"{identity()}.cwasm"
    broken.parent.mkdir()
    broken.write_bytes(b"nothing of the kind")
    status, _, complaint = ended(started(tmp_path, JUDGE))
    assert status == 1
    last = complaint.splitlines()[-1]
    assert last.startswith(f"glassbox.harness.sandbox.errors.SandboxError: {broken} is not a compiled component: ")
    assert last.endswith("; delete it and run again")


@pytest.mark.slow
def test_two_processes_that_need_it_at_once_build_it_once(tmp_path: Path) -> None:
    processes = [started(tmp_path, JUDGE) for _ in range(2)]
    results = [ended(process) for process in processes]
    path = tmp_path / "sandbox" / f"{identity()}.cwasm"
    assert [(status, said) for status, said, _ in results] == [(0, f"{path} pass {identity()}")] * 2
    said = [complaint for _, _, complaint in results if complaint]
    assert said == [f"sandbox: building CPython for WebAssembly into {path.parent} (under a minute, once)"]
    assert sorted(file.name for file in path.parent.iterdir()) in (
        [path.name],
        [path.name, f"{path.name}.lock"],
    )
