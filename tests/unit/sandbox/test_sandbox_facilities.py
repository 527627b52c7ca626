"""An exception makes a run undecided only where the candidate's own text asked for what was refused."""

from __future__ import annotations

import pytest

from glassbox.harness.sandbox.facilities import imported, refused, refused_by_host
from glassbox.harness.sandbox.protocol import Output, Raised

MISSING = ("ModuleNotFoundError", "ImportError", "Exception", "BaseException")
REFUSED = ("OSError", "Exception", "BaseException")


def raised(names: tuple[str, ...], message: str = "", module: str | None = None, errno: int | None = None) -> Raised:
    return Raised(names, message, (), module, errno, Output())


@pytest.mark.parametrize(
    ("source", "module", "wanted"),
    [
        ("import numpy as np", "numpy", "module numpy"),
        ("from scipy.stats import norm", "scipy", "module scipy"),
        ("def f():\n    import tkinter", "tkinter", "module tkinter"),
        ("np = __import__('numpy')", "numpy", "module numpy"),
        ("import importlib\nimportlib.import_module('pandas.core')", "pandas", "module pandas"),
        ("import multiprocessing.pool", "multiprocessing.pool", "module multiprocessing.pool"),
        ("import json.nope", "json.nope", None),
        ("import this.nope", "this.nope", None),
        ("import nummpy", "nummpy", None),
        ("raise ModuleNotFoundError(name='numpy')", "numpy", None),
        ("import math", "numpy", None),
        ("import numpy", None, None),
    ],
)
def test_a_missing_module(source: str, module: str | None, wanted: str | None) -> None:
    assert refused(raised(MISSING, module=module), source) == wanted


def test_a_name_that_a_module_lacks_is_the_candidates_affair() -> None:
    error = raised(("ImportError", "Exception"), "cannot import name 'sqroot' from 'math'", module="math")
    assert refused(error, "from math import sqroot") is None


def test_threads_processes_and_sockets() -> None:
    thread = raised(("RuntimeError", "Exception"), "can't start new thread")
    assert refused(thread, "import threading") == "threads"
    assert refused(thread, 'raise RuntimeError("can\'t start new thread")') is None
    process = raised(REFUSED, "[Errno 58] wasi does not support processes.", errno=58)
    assert refused(process, "import subprocess") == "processes"
    assert refused(process, "raise OSError(58, 'wasi does not support processes.')") is None
    assert refused(raised(REFUSED, "no", errno=58), "import socket") == "sockets"
    assert refused(raised(REFUSED, "no", errno=2), "import socket") is None


def test_what_the_host_refused_needs_no_word_of_the_guest() -> None:
    assert refused_by_host("wasi:sockets/tcp@0.2.9#connect", "import socket") == "sockets"
    assert refused_by_host("wasi:cli/exit@0.2.9#exit", "import socket") is None
    assert refused_by_host(None, "import socket") is None


def test_imports_are_read_from_text_that_parses() -> None:
    assert imported("import a.b, c\nfrom d.e import f\nfrom . import g") == {"a", "c", "d"}
    assert imported("import (") == frozenset()
