"""Files that are written whole or not at all.

write_atomically(Path("board.md"), text)
"""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path


def write_atomically(path: Path, content: str | bytes) -> None:
    """Write a file so that a reader, or a crash, sees the old content or the new, never half of it.

    Text is UTF-8 with `\\n`. A new file has the mode that the process's mask gives, an old one keeps its own.

    Raises:
      OSError: The folder is not there or cannot be written.
    """
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
