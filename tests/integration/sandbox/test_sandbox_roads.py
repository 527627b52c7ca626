"""Private parts of wasmtime are used where they are as expected; another wasmtime is served by its public calls.

What to do when one of these fails with a new wasmtime: users are not harmed, they are on the public road. Look at what
the test names, mend harness/sandbox/direct.py, add the major version to KNOWN, and run tests/redteam.
"""

from __future__ import annotations

import ctypes
import json
import os
import shutil
import subprocess
import sys
from importlib import metadata
from pathlib import Path
from types import ModuleType

import pytest
import wasmtime
from wasmtime import _bindings

from glassbox.harness.outcome import Outcome
from glassbox.harness.sandbox.build import compiled
from glassbox.harness.sandbox.case import Case
from glassbox.harness.sandbox.component import card
from glassbox.harness.sandbox.crossing import road
from glassbox.harness.sandbox.direct import CALLS, KNOWN, PARTS, differing
from glassbox.harness.sandbox.judge import Judge
from glassbox.harness.sandbox.limits import Limits
from tests.forks import forked

VERSION = metadata.version("wasmtime")
CACHE_AND_ROAD = """
import os, sys
from pathlib import Path
from glassbox.harness.cache import cache_folder
from glassbox.harness.sandbox.build import identity
from glassbox.harness.sandbox.case import Case
from glassbox.harness.sandbox.crossing import road
from glassbox.harness.sandbox.judge import Judge
cache_folder("sandbox").mkdir(parents=True, exist_ok=True)
os.symlink(sys.argv[1], cache_folder("sandbox") / f"{identity()}.cwasm")
verdict = Judge().judge("def f(x): return x + chr(255)", "f", [Case(("\\xe9",), "\\xe9\\xff")])
asserts = Judge().judge_asserts("def f(x): return x + 1", ["assert f(1) == 2"])
print(road().name, road().why, verdict.outcome, asserts.outcome, verdict.fuel, sep="|")
"""


def judged_elsewhere(cache: Path, *paths: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    """A process that finds packages in `paths` before all others; its cache holds what is compiled here."""
    path = os.pathsep.join([*map(str, paths), os.environ.get("PYTHONPATH", "")]).strip(os.pathsep)
    return subprocess.run(
        [sys.executable, "-c", CACHE_AND_ROAD, str(compiled())],
        env={**os.environ, "GLASSBOX_CACHE": str(cache), "PYTHONPATH": path, **variables},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def another_wasmtime(place: Path, version: str, edit: tuple[str, str] | None = None) -> Path:
    """The wasmtime that is installed, as another version says of itself, or with one of its private calls changed."""
    own = Path(wasmtime.__file__).parent
    shutil.copytree(own, place / "wasmtime", ignore=shutil.ignore_patterns("__pycache__", "linux-*", "darwin-*"))
    for library in own.glob("*-*"):
        (place / "wasmtime" / library.name).symlink_to(library)
    info = place / f"wasmtime-{version}.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: wasmtime\nVersion: {version}\n", encoding="utf-8")
    if edit is not None:
        bindings = place / "wasmtime" / "_bindings.py"
        text = bindings.read_text(encoding="utf-8")
        assert edit[0] in text
        bindings.write_text(text.replace(*edit), encoding="utf-8")
    return place


def test_the_wasmtime_of_the_constraints_is_on_the_direct_road() -> None:
    assert (road().name, road().why) == ("direct", "")


@pytest.mark.parametrize("name", CALLS)
def test_a_private_function_of_wasmtime_takes_what_the_direct_road_gives_it(name: str) -> None:
    types = " ".join(kind.__name__ for kind in getattr(_bindings, f"_{name}").argtypes)
    assert types == CALLS[name], f"wasmtime's {name} has changed: mend harness/sandbox/direct.py, see above"


@pytest.mark.parametrize(("owner", "name"), PARTS, ids=lambda part: getattr(part, "__name__", part))
def test_a_class_of_wasmtime_has_the_private_part_that_the_direct_road_uses(owner: type, name: str) -> None:
    assert hasattr(owner, name), f"wasmtime's {owner.__name__} has lost {name}: mend harness/sandbox/direct.py"


def test_another_argument_of_a_private_function_is_seen() -> None:
    assert differing(_bindings) == ""
    other = ModuleType("other")
    other.__dict__.update(vars(_bindings))
    taking = ctypes.CFUNCTYPE(None, ctypes.c_int)()
    other.__dict__["_wasmtime_component_val_delete"] = taking
    assert differing(other) == (
        f"wasmtime_component_val_delete({' '.join(kind.__name__ for kind in taking.argtypes)}) instead of "
        "wasmtime_component_val_delete(LP_wasmtime_component_val)"
    )
    del other.__dict__["_wasmtime_component_val_delete"]
    assert differing(other).startswith("wasmtime_component_val_delete() instead of ")


def fuel_here() -> int:
    return Judge().judge("def f(x): return x + chr(255)", "f", [Case(("\xe9",), "\xe9\xff")]).fuel


def test_another_version_judges_alike_by_the_public_road(tmp_path: Path) -> None:
    other = another_wasmtime(tmp_path / "site", "99.1.0")
    done = judged_elsewhere(tmp_path / "cache", other)
    why = f"wasmtime 99.1.0 is not one whose private calls are known ({', '.join(KNOWN)})"
    assert done.stdout.strip() == f"public|{why}|pass|pass|{fuel_here()}", done.stderr


def test_a_known_version_with_other_private_calls_judges_alike_by_the_public_road(tmp_path: Path) -> None:
    own = "_wasmtime_component_val_delete.argtypes = [ctypes.POINTER(wasmtime_component_val_t)]"
    edit = (own, "_wasmtime_component_val_delete.argtypes = [ctypes.c_void_p]")
    other = another_wasmtime(tmp_path / "site", VERSION, edit)
    done = judged_elsewhere(tmp_path / "cache", other)
    why = (
        f"wasmtime {VERSION} differs in its private calls: wasmtime_component_val_delete(c_void_p) "
        "instead of wasmtime_component_val_delete(LP_wasmtime_component_val)"
    )
    assert done.stdout.strip() == f"public|{why}|pass|pass|{fuel_here()}", done.stderr


def test_a_road_can_be_forced_and_only_to_one_that_exists(tmp_path: Path) -> None:
    forced = judged_elsewhere(tmp_path / "one", GLASSBOX_SANDBOX_ROAD="public")
    assert forced.stdout.strip() == f"public|GLASSBOX_SANDBOX_ROAD says so|pass|pass|{fuel_here()}", forced.stderr
    unknown = judged_elsewhere(tmp_path / "two", GLASSBOX_SANDBOX_ROAD="linked")
    assert unknown.stderr.splitlines()[-1].endswith(
        "SetupError: GLASSBOX_SANDBOX_ROAD is 'linked'; it may be direct or public, or not be set"
    )
    other = another_wasmtime(tmp_path / "site", "99.1.0")
    barred = judged_elsewhere(tmp_path / "three", other, GLASSBOX_SANDBOX_ROAD="direct")
    assert barred.stderr.splitlines()[-1].endswith(
        "SetupError: GLASSBOX_SANDBOX_ROAD is 'direct', but wasmtime 99.1.0 is not one whose private calls are known "
        f"({', '.join(KNOWN)}); unset it"
    )


@pytest.mark.parametrize("name", ["direct", "public"])
def test_the_doctor_says_which_road_is_in_use_and_what_a_run_takes_on_it(name: str) -> None:
    command = ("-m", "glassbox.harness.cli.main", "doctor", "--format", "json")
    variables = {**os.environ, "GLASSBOX_SANDBOX_ROAD": name}
    done = forked(*command, cwd=Path.cwd(), variables=variables).ended()
    (found,) = [finding for finding in json.loads(done.stdout)["records"] if finding["subject"] == "sandbox road"]
    reason = {"direct": "", "public": " (GLASSBOX_SANDBOX_ROAD says so)"}[name]
    before, took = found["value"].rsplit(": ", 1)
    assert (before, found["ok"]) == (f"{name}{reason}, component {card().name}, linked", True)
    assert 0 < float(took.removesuffix(" ms a fresh run")) < 1_000


DEEP = "@lru_cache(None)\ndef g(n): return 1 + g(n - 1)\ndef f(): return g(10**6)"
WORDING = {
    "all fuel consumed": ("def f():\n    while True: pass", Outcome.TIMEOUT, "used up its fuel"),
    "call stack exhausted": (
        f"import sys\nfrom functools import lru_cache\nsys.setrecursionlimit(2**31 - 1)\n{DEEP}",
        Outcome.UNSUPPORTED,
        "RecursionError: the native stack is exhausted",
    ),
    "unknown import": ("import os\ndef f(): os._exit(0)", Outcome.RUNTIME, "the interpreter was told to exit"),
    "wasm trap": ("import os\ndef f(): os.abort()", Outcome.RUNTIME, "the interpreter crashed: wasm trap: "),
}


@pytest.mark.parametrize("wording", WORDING)
def test_wasmtime_words_a_trap_as_it_is_read(wording: str) -> None:
    code, outcome, said = WORDING[wording]
    verdict = Judge(Limits(fuel=1_000_000_000, memory_bytes=128 << 20)).judge(code, "f", [Case((), 1)])
    found = (verdict.outcome, verdict.cases[0].detail[: len(said)])
    assert found == (outcome, said), (
        f"wasmtime no longer says {wording!r} for this trap ({verdict.cases[0].detail}): put its new words into "
        "`_death` of harness/sandbox/engine.py"
    )
