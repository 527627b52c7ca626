"""Setting the sandbox up: the shipped component unpacked and compiled for this machine, once.

    python -m glassbox.harness.sandbox.build              # what `make setup` does; the first use does it otherwise
    python -m glassbox.harness.sandbox.build --rebuild    # for developers: make the component itself anew

Compiled code is kept in the cache, named by the component, wasmtime and the machine, so nothing stale is ever loaded.
"""

from __future__ import annotations

import argparse
import hashlib
import platform
import sys
import tempfile
from importlib import metadata
from pathlib import Path

from filelock import FileLock
from wasmtime import Config, Engine, WasmtimeError
from wasmtime.component import Component

from glassbox.harness.cache import CACHE_VARIABLE, cache_folder
from glassbox.harness.sandbox.component import card, folder, wasm
from glassbox.harness.sandbox.direct import raise_stack
from glassbox.harness.sandbox.errors import SandboxError, SetupError

ROOM = "sandbox"
"""Where compiled components are kept in the cache."""
STACK_BYTES = 4 << 20
"""The native stack of an instance: half of what a thread has by default. Recursion through C needs 2 KiB a level."""
_LEAST_STACK_BYTES = (2 << 20) - (64 << 10)
"""The same where wasmtime allows no more."""

_SETTINGS = {
    "consume_fuel": True,
    "epoch_interruption": True,
    "max_wasm_stack": _LEAST_STACK_BYTES,
    "cranelift_nan_canonicalization": True,
}


def engine() -> Engine:
    """An engine as every instance needs it: fuel, which counts the same everywhere, and epochs as a last guard."""
    config = Config()
    for name, value in _SETTINGS.items():
        setattr(config, name, value)
    raise_stack(config, STACK_BYTES)
    return Engine(config)


def identity() -> str:
    """16 hexadecimal digits that name what would be compiled."""
    system = (platform.system(), platform.machine(), _cpu_features())
    compiler = (metadata.version("wasmtime"), _SETTINGS, STACK_BYTES)
    return hashlib.sha256(repr((card().sha256, compiler, system)).encode()).hexdigest()[:16]


def _cpu_features() -> str:
    """What the processor can do, where the system says it: code compiled here may not run on an older one."""
    path = Path("/proc/cpuinfo")
    lines = path.read_text(encoding="utf-8", errors="replace").splitlines() if path.is_file() else []
    return next((line for line in lines if line.lower().startswith(("flags", "features"))), "")


def compiled() -> Path:
    """The compiled component; compiled now if it is not there yet.

    Raises:
      SetupError: The cache cannot be written, or the component is broken.
      SandboxError: It cannot be compiled.
    """
    path = cache_folder(ROOM) / f"{identity()}.cwasm"
    if path.is_file():
        return path
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(f"{path}.lock"):
            if not path.is_file():
                _compile(path)
    except OSError as error:
        raise SetupError(
            f"the sandbox's cache {path.parent} cannot be written: {error.strerror or error}; "
            f"make room there (80 MB), or set {CACHE_VARIABLE} to another folder"
        ) from error
    return path


def _compile(path: Path) -> None:
    print(f"sandbox: compiling CPython for WebAssembly into {path.parent} (half a minute, once)", file=sys.stderr)
    with tempfile.TemporaryDirectory(dir=path.parent, prefix=".compiling-") as place:
        staged = Path(place) / path.name
        try:
            staged.write_bytes(Component(engine(), wasm()).serialize())
        except WasmtimeError as error:
            said = " ".join(str(error).split())[:300]
            raise SandboxError(f"wasmtime {metadata.version('wasmtime')} cannot compile the sandbox: {said}") from error
        staged.replace(path)


def main() -> None:
    """Set the sandbox up, or make its component anew."""
    parser = argparse.ArgumentParser(prog="python -m glassbox.harness.sandbox.build", description=__doc__)
    parser.add_argument("--rebuild", action="store_true", help="make the component anew (developers; minutes)")
    try:
        if parser.parse_args().rebuild:
            from glassbox.harness.sandbox.component.making import rebuild

            print(f"{folder()}: {rebuild(folder()).name}")
        print(compiled())
    except SandboxError as error:
        sys.exit(f"sandbox: {error}")


if __name__ == "__main__":
    main()
