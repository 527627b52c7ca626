"""The candidate's standard streams: an empty input, and outputs that keep their beginning and forget the rest."""

from __future__ import annotations

import io
import sys


class _Kept(io.BufferedIOBase):
    """A file that never fails and never grows beyond `limit`."""

    name = "<captured>"

    def __init__(self) -> None:
        self.limit = 0
        self.kept = bytearray()

    def writable(self) -> bool:
        return True

    def write(self, data) -> int:  # type: ignore[no-untyped-def]  # typeshed's buffer type is not there at run time
        size = len(data)
        self.kept += memoryview(data)[: max(0, self.limit - len(self.kept))]
        return size

    def close(self) -> None:
        """Stay open: what was printed before counts, and what is printed after harms nobody."""


class _Output(io.TextIOWrapper):
    """Text as `print` writes it; closing it does nothing."""

    def close(self) -> None:
        self.flush()


_out, _err = _Kept(), _Kept()
_stdout = _Output(_out, encoding="utf-8", errors="backslashreplace", newline="\n", write_through=True)
_stderr = _Output(_err, encoding="utf-8", errors="backslashreplace", newline="\n", write_through=True)


def _input(text: str) -> io.TextIOWrapper:
    return io.TextIOWrapper(io.BytesIO(text.encode()), encoding="utf-8")


_no_input = _input("")


def install(limit: int, text: str = "") -> None:
    """Put the streams where Python looks for them.

    Args:
      limit: Bytes kept of each output.
      text: What input holds.
    """
    _out.limit = _err.limit = limit
    sys.stdin = sys.__stdin__ = _input(text) if text else _no_input  # type: ignore[misc]
    sys.stdout = sys.__stdout__ = _stdout  # type: ignore[misc]
    sys.stderr = sys.__stderr__ = _stderr  # type: ignore[misc]


def taken() -> tuple[bytes, bytes]:
    """What was written to stdout and stderr since the last time; the limits hold for all of it together."""
    return _take(_out), _take(_err)


def _take(stream: _Kept) -> bytes:
    if not stream.kept:
        return b""
    content = bytes(stream.kept)
    stream.limit -= len(content)
    stream.kept.clear()
    return content
