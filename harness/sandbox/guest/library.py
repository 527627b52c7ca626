"""Every module of the standard library that this build of CPython has; an instance has no files to import from."""

from __future__ import annotations

import importlib
import pkgutil
import sys
from collections.abc import Iterator
from types import ModuleType

_LEFT_OUT = frozenset({"antigravity", "idlelib", "test", "this", "turtledemo"})
"""Programs rather than libraries: they print, open browsers, or are the interpreter's own tests."""

_WHOLE = (
    "asyncio collections concurrent concurrent.futures email email.mime html http importlib importlib.metadata "
    "importlib.resources json logging os pathlib re string sysconfig unittest urllib wsgiref xml "
    "xml.dom xml.etree xml.parsers xml.sax xmlrpc zipfile zoneinfo"
).split()
"""Packages whose every module is taken in."""

_CODECS = (
    "ascii base64_codec bz2_codec charmap cp1252 cp437 hex_codec idna latin_1 punycode quopri_codec raw_unicode_escape "
    "rot_13 undefined unicode_escape utf_16 utf_16_be utf_16_le utf_32 utf_7 utf_8 utf_8_sig zlib_codec"
).split()


def _names() -> Iterator[str]:
    yield from sorted(sys.stdlib_module_names - _LEFT_OUT)
    for package in _WHOLE:
        module = sys.modules.get(package) or _imported(package)
        for found in pkgutil.iter_modules(getattr(module, "__path__", [])):
            if found.name != "__main__":
                yield f"{package}.{found.name}"
    yield from (f"encodings.{name}" for name in _CODECS)


def _imported(name: str) -> ModuleType | None:
    try:
        return importlib.import_module(name)
    except (ImportError, OSError, AttributeError, NotImplementedError, RuntimeError):
        # Not part of this build. Half an import would be found by a candidate as if it were whole.
        sys.modules.pop(name, None)
        return None


for _name in _names():
    _imported(_name)
