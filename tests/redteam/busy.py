"""Every core kept busy by something else, while a block runs."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

_SPIN = "while True: pass"


@contextmanager
def busy_cores() -> Iterator[int]:
    """Two processes for every core that do nothing but compute; gives their number, and ends them."""
    spinners = [
        subprocess.Popen([sys.executable, "-S", "-c", _SPIN], stdin=subprocess.DEVNULL)
        for _ in range(2 * (os.cpu_count() or 1))
    ]
    try:
        yield len(spinners)
        ended = [spinner.pid for spinner in spinners if spinner.poll() is not None]
        if ended:
            raise RuntimeError(f"{len(ended)} of {len(spinners)} busy processes ended early; the load was not there")
    finally:
        for spinner in spinners:
            spinner.kill()
            spinner.wait()
