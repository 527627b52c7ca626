"""Output where the terminal, or PYTHONIOENCODING, has not every sign: a plainer one is written, mostly of one width.

fit_streams()       # then print("µs ─ 95 %") writes "us - 95 %" to an ASCII terminal
"""

# ruff: noqa: RUF001, RUF002 -- the signs themselves
from __future__ import annotations

import codecs
import io
import sys
import unicodedata

PLAIN = "glassbox.plain"
_SIGNS = {
    **dict.fromkeys("─━–—−", "-"),
    **dict.fromkeys("│┃", "|"),
    **dict.fromkeys("╭╮╰╯┌┐└┘├┤┬┴┼╞╡╪", "+"),
    **dict.fromkeys("µμ", "u"),
    **dict.fromkeys("“”", '"'),
    **dict.fromkeys("‘’", "'"),
    **{"·": ".", "•": "*", "…": ".", "×": "x", "÷": "/", "±": "~", "≥": ">=", "≤": "<=", "≠": "!=", "→": ">", "←": "<"},
}


def fit_streams() -> None:
    """Have standard output and error write every text, whatever their encoding."""
    codecs.register_error(PLAIN, _plain)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper) and not stream.encoding.lower().startswith("utf"):
            stream.reconfigure(errors=PLAIN)


def _plain(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    refused = error.object[error.start : error.end]
    return "".join(map(_sign, refused)), error.end


def _sign(sign: str) -> str:
    if sign in _SIGNS:
        return _SIGNS[sign]
    bare = unicodedata.normalize("NFKD", sign).encode("ascii", "ignore").decode()
    return bare or "?"
