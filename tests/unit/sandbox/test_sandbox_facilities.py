"""An exception makes a run undecided only where the candidate's own text asked for what was refused."""

from __future__ import annotations

import pytest

from glassbox.harness.sandbox.facilities import imported, measures_widths, refused, refused_by_host, too_deep_to_compile
from glassbox.harness.sandbox.protocol import Output, Raised

MISSING = ("ModuleNotFoundError", "ImportError", "Exception", "BaseException")
REFUSED = ("OSError", "Exception", "BaseException")


def raised(
    names: tuple[str, ...],
    message: str = "",
    module: str | None = None,
    errno: int | None = None,
    frames: tuple[tuple[int, str], ...] = (),
) -> Raised:
    return Raised(names, message, frames, module, errno, (), Output())


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


@pytest.mark.parametrize(
    ("kind", "message", "source", "wanted"),
    [
        ("AttributeError", "module 'hashlib' has no attribute 'scrypt'", "import hashlib", "hashlib.scrypt"),
        ("ImportError", "cannot import name 'pbkdf2_hmac' from 'hashlib'", "import hashlib", "hashlib.pbkdf2_hmac"),
        ("AttributeError", "module 'hashlib' has no attribute 'scrip'", "import hashlib", None),
        ("AttributeError", "module 'hashlib' has no attribute 'scrypt'", "import math", None),
        ("AttributeError", "module 'this' has no attribute 'a'", "import this", None),
        ("FileNotFoundError", "No usable temporary directory found", "import tempfile", "temporary files"),
        ("ZoneInfoNotFoundError", "'No time zone'", "import zoneinfo", "zone data"),
        ("LookupError", "unknown encoding: cp037", "'a'.encode('cp037')", "encoding cp037"),
        ("LookupError", "unknown encoding: cp037", "x", None),
        ("LookupError", "unknown encoding: none", "'a'.encode('none')", None),
        ("OverflowError", "Python int too large to convert to C ssize_t", "x", "a number beyond 32 bits in this place"),
        ("OverflowError", "Python int too large to convert to C ssize_t", "raise x", None),
        ("OverflowError", "math range error", "x", None),
        ("RecursionError", "Stack overflow (used 1008 kB)", "setrecursionlimit(9)", "recursion this deep"),
        ("RecursionError", "Stack overflow (used 1008 kB)", "x", None),
        ("MemoryError", "Parser stack overflowed - too complex", "eval('')", "nesting this deep"),
    ],
)
def test_what_a_larger_interpreter_has(kind: str, message: str, source: str, wanted: str | None) -> None:
    assert refused(raised((kind, "Exception"), message, frames=((1, "f"),)), source) == wanted


def test_a_program_that_is_python_and_too_deep_for_the_guest_is_told_from_one_that_is_not() -> None:
    said = "Parser stack overflowed - Python source too complex to parse"
    assert too_deep_to_compile(said, f"x = {'(' * 50}1{')' * 50}")
    assert not too_deep_to_compile(said, f"x = {'(' * 5_000}1{')' * 5_000}")
    assert not too_deep_to_compile("invalid syntax", "x = 1")
    assert too_deep_to_compile("Stack overflow (used 1008 kB) during compilation", "x = 1")


def test_who_measures_objects_gets_other_numbers_with_64_bits() -> None:
    for source in ("sys.getsizeof(x)", "array('l', y)", "struct.pack('3l', x)", "struct.calcsize('i')", "a.itemsize"):
        assert measures_widths(source), source
    for source in ("struct.pack('<l', x)", "len(x)", "array('i', y)", "x.size"):
        assert not measures_widths(source), source


def test_what_the_host_refused_needs_no_word_of_the_guest() -> None:
    assert refused_by_host("wasi:sockets/tcp@0.2.9#connect", "import socket") == "sockets"
    assert refused_by_host("wasi:cli/exit@0.2.9#exit", "import socket") is None
    assert refused_by_host(None, "import socket") is None


def test_imports_are_read_from_text_that_parses() -> None:
    assert imported("import a.b, c\nfrom d.e import f\nfrom . import g") == {"a", "c", "d"}
    assert imported("import (") == frozenset()
