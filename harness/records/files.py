"""Files that are written whole or not at all.

write_atomically(Path("board.md"), text)
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from glassbox.harness.records.lock import Occupied


class KeptElsewhere(ValueError):
    """What was made could not be written where it was to go; the message says where it is."""


def write_atomically(path: Path, content: str | bytes) -> None:
    """Write a file so that a reader, or a crash, sees the old content or the new, never half of it.

    Text is UTF-8 with `\\n`. A new file has the mode that the process's mask gives, an old one keeps its own.

    Raises:
      OSError: The folder is not there or cannot be written.
    """
    try:
        _write(path, content)
    except OSError as error:  # of the hidden file, whose name says nothing to anybody, or of none
        raise OSError(error.errno, error.strerror, str(path)) from error


def write_or_keep(path: Path, write: Callable[[Path], object]) -> None:
    """Write what took long to make; where that fails, into a temporary folder.

    Args:
      path: Where it is to go.
      write: Writes it to the path that it is given.

    Raises:
      KeptElsewhere: It lies in the temporary folder now.
    """
    try:
        write(path)
    except (OSError, Occupied) as error:
        kept = Path(tempfile.mkdtemp(prefix="glassbox-")) / path.name
        write(kept)
        why = error.strerror if isinstance(error, OSError) else "another run has written it"
        raise KeptElsewhere(f"cannot write {path} ({why}); nothing is lost: it is kept as {kept}") from error


def writable(folder: Path) -> None:
    """Make a folder and see that a file can be written there, before work begins that would be lost.

    Raises:
      OSError: It cannot.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder) as file:
            file.write(bytes(1 << 12))
            file.flush()
    except OSError as error:
        raise OSError(error.errno, f"cannot write here ({error.strerror})", str(folder)) from error


def _write(path: Path, content: str | bytes) -> None:
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".part")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content.encode("utf-8") if isinstance(content, str) else content)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(temporary, path.stat().st_mode & 0o777 if path.exists() else 0o666 & ~_mask())
        os.replace(temporary, path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def deliver(content: str, output: Path | None) -> None:
    """Write a text atomically to `output`, or to standard output without one.

    Raises:
      OSError: See `write_atomically`.
    """
    if output is None:
        sys.stdout.write(content)
    else:
        write_atomically(output, content)


def _mask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
