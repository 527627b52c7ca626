"""A module run as a program, in a process of its own that need not import torch, transformers and inspect first.

    status, said = forked("inspect_ai", "eval", "tasks/ir_arith.py@ir_arith", cwd=ROOT, variables=os.environ).ended()

It is forked from a server that holds what other packages bring: 11 s of a core once, not each time. Of Glassbox the
server holds nothing, and the program finds it as a new interpreter would, by PYTHONPATH or as it is installed. What a
fork cannot show, that it also works from nothing and with another seed of hashes, some other test must.
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
    """A program that runs, or has ended."""

    process: ForkServerProcess
    said: IO[str]

    @property
    def pid(self) -> int:
        """The number of its process, which leads a group of its own."""
        assert self.process.pid is not None
        return self.process.pid

    @property
    def status(self) -> int | None:
        """As in `Popen.poll`: None while it runs, the signal's number below zero where one ended it."""
        return self.process.exitcode

    def ended(self, timeout: float = 900) -> tuple[int, str]:
        """Its status and what it said, stdout and stderr together, once it has ended.

        Raises:
          TimeoutError: It still runs.
        """
        self.process.join(timeout)
        said = Path(self.said.name).read_text(encoding="utf-8")
        if self.process.exitcode is None:
            raise TimeoutError(f"it still runs after {timeout} s and said {said[-2000:]}")
        return self.process.exitcode, said


def forked(module: str, *arguments: str, cwd: Path, variables: Mapping[str, str]) -> Forked:
    """`python -m MODULE ARGUMENTS`, running.

    Args:
      module: What to run.
      arguments: Its command line.
      cwd: The folder to run in.
      variables: The whole environment. What a library reads while it is imported comes too late: OMP_NUM_THREADS.
    """
    said = tempfile.NamedTemporaryFile("w", encoding="utf-8")  # noqa: SIM115 -- it lives as long as what is returned
    process = _SERVER.Process(target=_run, args=(module, arguments, cwd, dict(variables), said.name), daemon=True)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HF_HUB_OFFLINE", "1")  # read by the server, which the first one starts
        process.start()
    return Forked(process, said)


def _run(module: str, arguments: tuple[str, ...], cwd: Path, variables: dict[str, str], said: str) -> None:
    os.setsid()
    with open(said, "wb") as file:
        os.dup2(file.fileno(), 1)
        os.dup2(file.fileno(), 2)
    os.chdir(cwd)
    os.environ.clear()
    os.environ.update(variables)
    # Of the tests' own path, only what the interpreter has and not what pytest laid before it.
    installed = [path for path in sys.path if "site-packages" in path or not Path(path).is_relative_to(ROOT)]
    sys.path[:] = [*filter(None, variables.get("PYTHONPATH", "").split(os.pathsep)), *installed]
    sys.argv = [module, *arguments]
    runpy.run_module(module, run_name="__main__", alter_sys=True)
