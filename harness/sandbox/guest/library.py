"""Every module of the standard library that this build of CPython has; an instance has no files to import from."""

import importlib
import sys

_LEFT_OUT = frozenset({"antigravity", "idlelib", "test", "this", "turtledemo"})
"""Programs rather than libraries: they print, open browsers, or are the interpreter's own tests."""

_INSIDE = (
    "collections.abc",
    "concurrent.futures",
    "email.message",
    "email.mime.text",
    "html.entities",
    "html.parser",
    "importlib.metadata",
    "importlib.resources",
    "json.decoder",
    "logging.handlers",
    "os.path",
    "unittest.mock",
    "urllib.parse",
    "urllib.request",
    "xml.dom.minidom",
    "xml.etree.ElementTree",
    *(
        f"encodings.{name}"
        for name in "ascii base64_codec charmap cp1252 cp437 hex_codec idna latin_1 punycode".split()
    ),
    *(f"encodings.{name}" for name in "quopri_codec raw_unicode_escape rot_13 undefined unicode_escape".split()),
    *(f"encodings.{name}" for name in "utf_16 utf_16_be utf_16_le utf_32 utf_7 utf_8 utf_8_sig zlib_codec".split()),
)

for _name in (*sorted(sys.stdlib_module_names - _LEFT_OUT), *_INSIDE):
    try:
        importlib.import_module(_name)
    except (ImportError, OSError, AttributeError, NotImplementedError, RuntimeError):
        # Not part of this build. Half an import would be found by a candidate as if it were whole.
        sys.modules.pop(_name, None)
