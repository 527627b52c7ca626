"""Where tests find public data, a wheel of this tree, and a store of fitted parts away from the user's own.

They lie in a folder `shared` beside the repository, or where GLASSBOX_SHARED points. A test that asks for something
that is not there is skipped, with the missing path as its reason.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from functools import cache
from importlib.metadata import packages_distributions
from pathlib import Path
from typing import Any

import hypothesis
import pytest
import rich
import torch
from rich.console import Console

from glassbox.harness.lm.fetch import fetched
from glassbox.harness.lm.shipped import shipped_models

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = ("harness", "tasks", "solvers", "scorers", "studies", "leaderboards", "baselines")
PARTS = (*PACKAGES, "__init__.py", "registry.py", "setup.py", "tests", "pyproject.toml", "README.md", "LICENSE")
LEFT_BEHIND = ("__pycache__", ".staging")
SharedPath = Callable[[str], Path]

# One commit has one verdict: properties are tried on the same examples each time, at whatever speed the machine has.
hypothesis.settings.register_profile("repeatable", derandomize=True, deadline=None)
hypothesis.settings.load_profile("repeatable")


class _Unseen(Console):
    """While it is quiet it lays nothing out. rich's own does, seconds for a table of twenty scores, and drops it."""

    def print(self, *objects: Any, **how: Any) -> None:
        if not self.quiet:
            super().print(*objects, **how)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Files with slow tests first, each still in one piece: a long test at the end would leave the other cores idle."""
    slow = {item.path for item in items if item.get_closest_marker("slow")}
    items.sort(key=lambda item: item.path not in slow)


@pytest.fixture(scope="session", autouse=True)
def _short_runs() -> Iterator[None]:
    """What inspect does anew in each run, to no effect on it, is left out (a table unseen) or done once (a search)."""
    rich.get_console().__class__ = _Unseen
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("inspect_ai._util.package.packages_distributions", cache(packages_distributions))
        # Tests run beside each other: runs made in them would count as timed on a busy machine, now and then.
        patch.setattr("glassbox.harness.records.machine_load._ACCOUNTS", Path(os.devnull))
        yield


def shared_root() -> Path:
    """The folder that holds `data` and `models`."""
    beside = Path(__file__).resolve().parents[1].parent / "shared"
    return Path(os.environ.get("GLASSBOX_SHARED", beside))


def _finder(folder: str) -> SharedPath:
    def find(relative: str = "") -> Path:
        path = shared_root() / folder / relative
        if not path.exists():
            pytest.skip(f"public file {path} is absent; set GLASSBOX_SHARED to the folder that holds {folder}/")
        return path

    return find


@pytest.fixture(scope="session")
def shared_data() -> SharedPath:
    """`shared_data("svamp/SVAMP.json")` is the path of that public data file or folder."""
    return _finder("data")


@pytest.fixture(scope="session")
def shared_models() -> SharedPath:
    """`shared_models("stories260K")` is the path of that public checkpoint."""
    return _finder("models")


def _run(*command: str | Path, cwd: Path) -> None:
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, timeout=900, check=False, env=os.environ)
    assert done.returncode == 0, f"{command}: {done.stdout[-2000:]}{done.stderr[-2000:]}"


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from a copy: a build leaves files behind that the next one would pick up."""
    copy = tmp_path_factory.mktemp("source") / "glassbox"
    copy.mkdir()
    for part in PARTS:
        source = ROOT / part
        if source.is_dir():
            shutil.copytree(source, copy / part, ignore=shutil.ignore_patterns(*LEFT_BEHIND))
        else:
            shutil.copy(source, copy / part)
    built = tmp_path_factory.mktemp("wheel")
    _run(sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", built, cwd=copy)
    (found,) = built.glob("glassbox_evals-*-py3-none-any.whl")
    return found


@pytest.fixture(scope="session")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the wheel's packages; dependencies come from the environment of the tests."""
    target = tmp_path_factory.mktemp("installed") / "site-packages"
    target.mkdir()
    install = (sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-compile")
    _run(*install, "--target", target, wheel, cwd=target)
    return target


@pytest.fixture(scope="session", autouse=True)
def artefacts(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Where parts fitted by these tests are kept."""
    folder = tmp_path_factory.mktemp("artefacts")
    torch.set_num_threads(1)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GLASSBOX_ARTEFACTS", str(folder))
        yield folder


@pytest.fixture(autouse=True)
def _width(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tables are as wide as their tests say, whatever terminal (or runner of tests) stands around them."""
    monkeypatch.delenv("COLUMNS", raising=False)


@pytest.fixture(scope="session")
def smol() -> Path:
    """The folder of the fetched model."""
    folder = fetched("smol")
    if folder is None:
        pytest.skip("smol is not on this machine; `glassbox models fetch smol` fetches it where pip has an index")
    return folder


@pytest.fixture(scope="session")
def arith() -> Path:
    """The folder of the reference model."""
    if "arith" not in shipped_models():
        pytest.skip("no model `arith` is shipped in baselines/models; `glassbox models train arith` makes one")
    return shipped_models()["arith"]
