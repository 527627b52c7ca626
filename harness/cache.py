"""Where this machine keeps what can be made again: GLASSBOX_CACHE, else the user's cache folder.

cache_folder("models")
"""

from __future__ import annotations

import os
from pathlib import Path

CACHE_VARIABLE = "GLASSBOX_CACHE"


def cache_folder(room: str) -> Path:
    """The folder of one room of the cache; it need not be there yet."""
    cache = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    return Path(os.environ.get(CACHE_VARIABLE) or Path(cache) / "glassbox") / room
