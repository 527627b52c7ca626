"""What a candidate asks for that exists outside but not in here: such a run is undecided, not wrong.

Unscored is worth something to a candidate that would otherwise be wrong, so its word is not enough. The exception
must be the one that the refusal gives, and the candidate's own text must ask for that very thing: an import statement
of the module, or an import of a module that leads to threads, processes or sockets. Text that asks for them on
purpose is undecided too; scorers report how many there were, so nobody gains by it unseen.
"""

from __future__ import annotations

import ast
import importlib.util
import sys

from glassbox.harness.sandbox import parsing
from glassbox.harness.sandbox.protocol import Raised

THIRD_PARTY = frozenset(
    "aiohttp astropy attr attrs bs4 boto3 click cryptography cv2 cython dateutil django fastapi flask gmpy2 h5py "
    "httpx jax joblib keras lxml markdown matplotlib mpmath mypy nltk networkx numba numexpr numpy openpyxl orjson "
    "pandas PIL plotly polars psutil psycopg2 pyarrow pydantic pygments pymongo pytest pytz regex requests rich scipy "
    "seaborn setuptools shapely six sklearn skimage sortedcontainers spacy sqlalchemy statsmodels sympy tabulate "
    "tensorflow tiktoken toolz torch torchvision tornado tqdm transformers typing_extensions ujson websockets "
    "xgboost yaml zmq".split()
)
"""Packages of PyPI that candidates are known to import; a module that nobody has is the candidate's fault."""

_LEADING_TO_THREADS = frozenset({"_thread", "threading", "concurrent", "queue", "multiprocessing", "asyncio"})
_LEADING_TO_PROCESSES = frozenset({"os", "subprocess", "multiprocessing", "concurrent", "asyncio", "pty", "signal"})
_LEADING_TO_SOCKETS = frozenset({"socket", "ssl", "urllib", "http", "smtplib", "ftplib", "asyncio", "socketserver"})
_WITH_EFFECTS = frozenset({"antigravity", "this", "idlelib", "test", "turtledemo", "__main__"})
_NOT_SUPPORTED_ERRNOS = frozenset({52, 58})
"""ENOSYS and ENOTSUP as WASI numbers them."""


def refused(raised: Raised, source: str) -> str | None:
    """What was asked for and is not there, or None where the exception is the candidate's own affair."""
    asked = imported(source)
    if "ModuleNotFoundError" in raised.names:
        return _module(raised.module or "", asked)
    said = raised.message.lower()
    if raised.names[0] == "RuntimeError" and said == "can't start new thread" and asked & _LEADING_TO_THREADS:
        return "threads"
    if "OSError" in raised.names and "does not support processes" in said and asked & _LEADING_TO_PROCESSES:
        return "processes"
    if "OSError" in raised.names and raised.errno in _NOT_SUPPORTED_ERRNOS and asked & _LEADING_TO_SOCKETS:
        return "sockets"
    return None


def refused_by_host(name: str | None, source: str) -> str | None:
    """The same for an import of the component's that the host does not have: here nobody's word is taken."""
    if name is not None and name.startswith("wasi:sockets/") and imported(source) & _LEADING_TO_SOCKETS:
        return "sockets"
    return None


def _module(name: str, asked: frozenset[str]) -> str | None:
    top = name.split(".")[0]
    exists = top in THIRD_PARTY or (top in sys.stdlib_module_names and _in_cpython(name))
    return f"module {name}" if exists and top in asked else None


def _in_cpython(name: str) -> bool:
    """Whether the standard library has it; asking for a module inside a package imports the package."""
    if "." not in name or name.split(".")[0] in _WITH_EFFECTS:
        return "." not in name
    try:
        return importlib.util.find_spec(name) is not None
    except (ImportError, ValueError):
        return False


def imported(source: str) -> frozenset[str]:
    """Top-level names of the modules that the text imports, by statement or by a literal name."""
    try:
        tree = parsing.module(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return frozenset()
    found: set[str] = set()
    for node in ast.walk(tree):
        match node:
            case ast.Import(names=names):
                found.update(alias.name.split(".")[0] for alias in names)
            case ast.ImportFrom(module=str() as module, level=0):
                found.add(module.split(".")[0])
            case ast.Call(func=ast.Name(id="__import__"), args=[ast.Constant(value=str() as name), *_]):
                found.add(name.split(".")[0])
            case ast.Call(func=ast.Attribute(attr="import_module"), args=[ast.Constant(value=str() as name), *_]):
                found.add(name.split(".")[0])
    return frozenset(found)
