"""Python in a process of its own that need not import torch, transformers and inspect first.

    done = forked("-m", "inspect_ai", "eval", "tasks/ir_arith.py@ir_arith", cwd=ROOT, variables=os.environ).ended()

It is forked from a server that holds what other packages bring: 11 s of a core once, not each time. Of Glassbox the
server holds nothing, and the program finds it as a new interpreter would, by PYTHONPATH or as it is installed. What a
fork cannot show, that all works from nothing and with another seed of hashes, some other test must.
"""

from __future__ import annotations

import multiprocessing
import os
import runpy
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from subprocess import CompletedProcess
from typing import IO

import pytest

ROOT = Path(__file__).resolve().parents[1]
HELD = [
    *("inspect_ai._cli.main", "inspect_ai.agent._acp.server", "fastapi", "uvicorn", "markdown_it", "pandas"),
    *("transformers.models.auto.modeling_auto", "transformers.models.llama.modeling_llama", "torch", "scipy.stats"),
]

_SERVER = multiprocessing.get_context("forkserver")
_SERVER.set_forkserver_preload(HELD)


@dataclass(frozen=True, slots=True)
class Forked:
    """A program that runs, or has ended; what it says goes into files that last as long as this does."""

    words: tuple[str, ...]
    process: ForkServerProcess
    out: IO[str]
    err: IO[str]

    @property
    def pid(self) -> int:
        """The number of its process, which leads a group of its own."""
        assert self.process.pid is not None
        return self.process.pid

    @property
    def status(self) -> int | None:
        """As of `Popen.poll`: None while it runs, below zero the signal that ended it."""
        return self.process.exitcode

    def ended(self, timeout: float = 900) -> CompletedProcess[str]:
        """What `subprocess.run` gives, once it has ended.

        Raises:
          TimeoutError: It still runs.
        """
        self.process.join(timeout)
        out, err = (Path(file.name).read_text(encoding="utf-8") for file in (self.out, self.err))
        if self.status is None:
            raise TimeoutError(f"{self.words} still runs after {timeout} s and said {out[-2000:]}{err[-2000:]}")
        return CompletedProcess(self.words, self.status, out, err)


def forked(*words: str, cwd: Path, variables: Mapping[str, str]) -> Forked:
    """`python WORDS`, running.

    Args:
      words: `-m` and a module, or `-c` and a program, and the arguments.
      cwd: The folder to run in.
      variables: The whole environment. What a library reads while it is imported comes too late: OMP_NUM_THREADS.
    """
    out, err = (tempfile.NamedTemporaryFile("w", encoding="utf-8") for _ in range(2))  # noqa: SIM115 -- see `Forked`
    said = (out.name, err.name)
    process = _SERVER.Process(target=_run, args=(words, cwd, dict(variables), said), daemon=True)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HF_HUB_OFFLINE", "1")  # read by the server, which starts with the first process
        process.start()
    return Forked(words, process, out, err)


def _run(words: tuple[str, ...], cwd: Path, variables: dict[str, str], said: tuple[str, str]) -> None:
    os.setsid()
    for number, name in enumerate(said, start=1):
        with open(name, "wb") as file:
            os.dup2(file.fileno(), number)
    os.chdir(cwd)
    os.environ.clear()
    os.environ.update(variables)
    # The interpreter's own path, without what pytest laid before it.
    installed = [path for path in sys.path if "site-packages" in path or not Path(path).is_relative_to(ROOT)]
    sys.path[:] = [*filter(None, variables.get("PYTHONPATH", "").split(os.pathsep)), *installed]
    try:
        _interpret(*words)
    except Exception as error:  # as the interpreter does; multiprocessing has a way of its own
        sys.excepthook(type(error), error, error.__traceback__)
        sys.exit(1)


def _interpret(flag: str, program: str, *arguments: str) -> None:
    if flag == "-m":
        sys.argv = [program, *arguments]
        runpy.run_module(program, run_name="__main__", alter_sys=True)
    else:
        sys.argv = [flag, *arguments]
        exec(program, {"__name__": "__main__"})
