"""The component: CPython, its standard library and our guest, built once and kept in compiled form.

    python -m glassbox.harness.sandbox.build    # what `make setup` does; the first use does it otherwise, once

Named by content: another guest, componentize-py, wasmtime or machine gives another file, so nothing stale is ever
loaded, and what two processes build at once is the same.
"""

from __future__ import annotations

import hashlib
import os
import platform
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from importlib import metadata
from importlib.resources import files
from pathlib import Path

from filelock import FileLock
from wasmtime import Config, Engine, WasmtimeError
from wasmtime.component import Component

from glassbox.harness.sandbox import linking
from glassbox.harness.sandbox.errors import SandboxError

STACK_BYTES = (2 << 20) - (64 << 10)
"""The native stack of an instance; wasmtime allows less than 2 MiB, and every thread of Python's has more."""

_WORLD = "interpreter"
_APP = "glassbox.harness.sandbox.guest.app"
_PACKAGES = ("glassbox", "glassbox.harness", "glassbox.harness.sandbox", "glassbox.harness.sandbox.guest")
_SHARED = (
    "glassbox/__init__.py",
    "glassbox/harness/__init__.py",
    "glassbox/harness/sandbox/__init__.py",
    "glassbox/harness/sandbox/codec.py",
)


def engine() -> Engine:
    """An engine as every instance needs it: fuel, which counts the same everywhere, and epochs as a last guard."""
    config = Config()
    config.consume_fuel = True
    config.epoch_interruption = True
    config.max_wasm_stack = STACK_BYTES
    config.cranelift_nan_canonicalization = True
    return Engine(config)


def cache_folder() -> Path:
    """Where built components are kept: GLASSBOX_CACHE, else the user's cache folder."""
    cache = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    return Path(os.environ.get("GLASSBOX_CACHE") or Path(cache) / "glassbox") / "sandbox"


def sources() -> dict[str, bytes]:
    """What the guest is built from, by its path in the guest."""
    found = {}
    for package in _PACKAGES:
        for item in files(package).iterdir():
            path = f"{package.replace('.', '/')}/{item.name}"
            if path in _SHARED or (package == _PACKAGES[-1] and item.name.endswith((".py", ".wit"))):
                found[path] = item.read_bytes()
    return dict(sorted(found.items()))


def identity() -> str:
    """16 hexadecimal digits that name what would be built."""
    digest = hashlib.sha256()
    versions = (metadata.version("componentize-py"), metadata.version("wasmtime"))
    system = (platform.system(), platform.machine(), _cpu_features())
    builders = [Path(__file__), *sorted(Path(linking.__file__).parent.glob("*.py"))]
    written = [path.read_bytes() for path in builders]
    digest.update(repr((versions, system, STACK_BYTES, sources(), written)).encode())
    return digest.hexdigest()[:16]


def _cpu_features() -> str:
    """What the processor can do, where the system says it: code compiled here may not run on an older one."""
    path = Path("/proc/cpuinfo")
    lines = path.read_text(encoding="utf-8", errors="replace").splitlines() if path.is_file() else []
    return next((line for line in lines if line.lower().startswith(("flags", "features"))), "")


def compiled() -> Path:
    """The compiled component; built if it is not there yet.

    Raises:
      SandboxError: It cannot be built.
    """
    path = cache_folder() / f"{identity()}.cwasm"
    if path.is_file():
        return path
    path.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(f"{path}.lock"):
        if not path.is_file():
            print(
                f"sandbox: building CPython for WebAssembly into {path.parent} (under a minute, once)", file=sys.stderr
            )
            _build(path)
    return path


def _build(path: Path) -> None:
    from glassbox.harness.sandbox.linking.binary import LinkingError
    from glassbox.harness.sandbox.linking.component import linked

    with tempfile.TemporaryDirectory(dir=path.parent, prefix=".building-") as folder:
        component = _componentized(Path(folder))
        try:
            content = Component(engine(), linked(component.read_bytes())).serialize()
        except (LinkingError, WasmtimeError) as error:
            raise SandboxError(f"the sandbox cannot be linked and compiled: {error}") from error
        staged = Path(folder) / path.name
        staged.write_bytes(content)
        staged.replace(path)


def _componentized(folder: Path) -> Path:
    """The component, from nothing but our own sources: no site-packages are to be seen."""
    for name, content in sources().items():
        target = folder / "app" / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
    packages = folder / "empty" / "lib" / "python3" / "site-packages"
    packages.mkdir(parents=True)
    built = folder / "sandbox.wasm"
    wit = folder / "app" / "glassbox" / "harness" / "sandbox" / "guest" / "sandbox.wit"
    done = subprocess.run(
        [_tool(), "-q", "-d", wit, "-w", _WORLD, "componentize", "-p", folder / "app", "-o", built, _APP],
        env={**os.environ, "VIRTUAL_ENV": str(folder / "empty")},
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode or not built.is_file():
        said = " ".join((done.stderr or done.stdout).split())[-600:]
        raise SandboxError(f"componentize-py failed with {done.returncode}: {said}")
    return built


def _tool() -> str:
    beside = Path(sysconfig.get_path("scripts")) / "componentize-py"
    found = str(beside) if beside.is_file() else shutil.which("componentize-py")
    if found is None:
        raise SandboxError("componentize-py is not installed; pip install componentize-py")
    return found


if __name__ == "__main__":
    print(compiled())
