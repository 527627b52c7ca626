"""What a candidate asks for that exists outside but not in here: such a run is undecided, not wrong.

Unscored is worth something to a candidate that would otherwise be wrong, so its word is not enough. The exception
must be the one that the refusal gives, and the candidate's own text must ask for that very thing: an import statement
of the module, or an import of a module that leads to threads, processes or sockets. Text that asks for them on
purpose is undecided too; scorers report how many there were, so nobody gains by it unseen.
"""

from __future__ import annotations

import ast
import codecs
import importlib
import importlib.util
import re
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
_LEADING_TO_SOCKETS = frozenset(
    {"socket", "ssl", "urllib", "http", "smtplib", "ftplib", "asyncio", "socketserver", "uuid"}
)
_WITH_EFFECTS = frozenset({"antigravity", "this", "idlelib", "test", "turtledemo", "__main__"})
_NOT_SUPPORTED_ERRNOS = frozenset({52, 58})
"""ENOSYS and ENOTSUP as WASI numbers them."""


_NO_ATTRIBUTE = re.compile(r"module '([\w.]{1,60})' has no attribute '(\w{1,60})'")
_NO_NAME = re.compile(r"cannot import name '(\w{1,60})' from '([\w.]{1,60})'")
_TOO_WIDE = re.compile(
    r"Python int too large to convert to C (?:s?size_t|long)|cannot fit 'int' into an index-sized integer"
    r"|factorial\(\) argument should not exceed|[\w ]*for islice\(\) must be None or an integer: 0 <= x <= sys\.maxsize"
)
"""What CPython says of a number beyond 32 bits, where it needs an index or a C long."""
_TOO_DEEP = ("Parser stack overflowed", "Stack overflow (used")
_LEADING_TO_PARSERS = frozenset({"eval", "exec", "compile", "literal_eval", "parse"})


def refused(raised: Raised, source: str) -> str | None:
    """What was asked for and is not there, or None where the exception is the candidate's own affair."""
    asked = imported(source)
    if "ModuleNotFoundError" in raised.names:
        return _module(raised.module or "", asked)
    if (attribute := _attribute(raised, asked)) is not None:
        return attribute
    said = raised.message.lower()
    if raised.names[0] == "RuntimeError" and said == "can't start new thread" and asked & _LEADING_TO_THREADS:
        return "threads"
    if "OSError" in raised.names and "does not support processes" in said and asked & _LEADING_TO_PROCESSES:
        return "processes"
    if "OSError" in raised.names and raised.errno in _NOT_SUPPORTED_ERRNOS and asked & _LEADING_TO_SOCKETS:
        return "sockets"
    if "FileNotFoundError" in raised.names and "no usable temporary directory" in said and "tempfile" in asked:
        return "temporary files"
    if "ZoneInfoNotFoundError" in raised.names[0] and "zoneinfo" in asked:
        return "zone data"
    if raised.names[0] == "LookupError" and said.startswith("unknown encoding: "):
        return _encoding(raised.message.removeprefix("unknown encoding: "), source)
    return _beyond(raised, source)


def _attribute(raised: Raised, asked: frozenset[str]) -> str | None:
    """A function of the standard library that the host's own has, such as `hashlib.scrypt`."""
    if found := _NO_ATTRIBUTE.match(raised.message) if raised.names[0] == "AttributeError" else None:
        module, name = found.groups()
    elif found := _NO_NAME.match(raised.message) if raised.names[0] == "ImportError" else None:
        name, module = found.groups()
    else:
        return None
    top = module.split(".")[0]
    if top not in asked or top not in sys.stdlib_module_names or top in _WITH_EFFECTS:
        return None
    try:
        return f"{module}.{name}" if hasattr(importlib.import_module(module), name) else None
    except Exception:  # a module of another system: it is not to be had here either
        return None


def _encoding(name: str, source: str) -> str | None:
    try:
        codecs.lookup(name)
    except (LookupError, ValueError):
        return None
    return f"encoding {name}" if name.lower() in source.lower() else None


def _beyond(raised: Raised, source: str) -> str | None:
    """What only an interpreter of 64 bits with a large stack can do; not what the candidate's own line raised."""
    lines = source.splitlines()
    line = raised.frames[-1][0] if raised.frames else 0
    if 0 < line <= len(lines) and "raise" in lines[line - 1]:
        return None
    if raised.names[0] in ("OverflowError", "ValueError") and _TOO_WIDE.match(raised.message):
        return "a number beyond 32 bits in this place"
    if raised.names[0] == "RecursionError" and raised.message.startswith(_TOO_DEEP) and asks_for_depth(source):
        return "recursion this deep"
    if raised.message.startswith(_TOO_DEEP) and any(f"{name}(" in source for name in _LEADING_TO_PARSERS):
        return "nesting this deep"
    return None


def asks_for_depth(source: str) -> bool:
    """Whether a program sets a recursion limit of its own."""
    return "setrecursionlimit" in source


def too_deep_to_compile(said: str, source: str) -> bool:
    """Whether source that does not compile is Python all the same, and only nested too deeply for the guest's stack."""
    if not said.startswith(_TOO_DEEP):
        return False
    if said.endswith("during compilation"):
        return True  # it was parsed
    try:
        parsing.module(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return True


_WIDTHS = re.compile(
    r"\bgetsizeof\b|\b__sizeof__\b|\bhash_info\b|\bitemsize\b|\bcalcsize\b"
    r"|\barray\(\s*['\"][lL]['\"]|\b(?:un)?pack(?:_into|_from)?\(\s*f?['\"]@?[^'\"<>=!]*[lLnNP]"
)


def measures_widths(source: str) -> bool:
    """Whether a program asks how large objects or C's numbers are: the answer is another with 64 bits."""
    return _WIDTHS.search(source) is not None


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
