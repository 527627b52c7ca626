"""The one way in for files that users bring: bytes, packed or plain, to text, and every fault one line that names it.

opened = open_file(Path("dev.json.gz"))
opened.text, opened.sha256
"""

from __future__ import annotations

import bz2
import gzip
import hashlib
import lzma
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

_PACKED: dict[bytes, tuple[str, Callable[[bytes], bytes]]] = {
    b"\x1f\x8b": ("gzip", gzip.decompress),
    b"BZh": ("bzip2", bz2.decompress),
    b"\xfd7zXZ\x00": ("xz", lzma.decompress),
}
_NO_TEXT = {b"PK\x03\x04": "a zip archive", b"PAR1": "a Parquet table", b"\x28\xb5\x2f\xfd": "packed with zstd"}
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")


class SourceError(ValueError):
    """Data that is missing, damaged or of another form than was asked for, in one line: what, where, the way out."""


@dataclass(frozen=True, slots=True)
class Opened:
    """A file's text.

    Attributes:
      text: Unpacked, without a byte order mark.
      sha256: Of the bytes as they lie on disk.
    """

    text: str
    sha256: str


def open_file(path: Path) -> Opened:
    """Read and unpack a text file; what it is packed with is told from its first bytes, not from its name.

    Raises:
      SourceError: It cannot be read, is damaged, or holds no text.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise SourceError(f"{path} cannot be read: {error.strerror}; name a data file that is there") from error
    for magic, (name, unpacked) in _PACKED.items():
        if content.startswith(magic):
            try:
                return Opened(_decoded(path, unpacked(content)), hashlib.sha256(content).hexdigest())
            except (OSError, EOFError, zlib.error, lzma.LZMAError) as error:
                raise SourceError(f"{path} is a damaged {name} file: {error}; fetch it again") from error
    return Opened(_decoded(path, content), hashlib.sha256(content).hexdigest())


def _decoded(path: Path, content: bytes) -> str:
    for magic, name in _NO_TEXT.items():
        if content.startswith(magic):
            raise SourceError(f"{path} is {name}, no text; unpack or export it as JSON lines first")
    try:
        return content.decode("utf-16" if content.startswith(_UTF_16) else "utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise SourceError(f"{path} line {line}: byte {error.start} is no UTF-8; save the file as UTF-8") from error
