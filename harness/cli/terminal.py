"""How wide the output is: what `COLUMNS` says, in a terminal and in a pipe alike, else the terminal, else a default.

width(100)
"""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import RenderableType

NARROWEST = 20


def width(default: int = 100) -> int:
    """Characters a line may have; `default` where nobody says."""
    given = os.environ.get("COLUMNS", "")
    if given.isdigit() and int(given) > 0:
        return max(int(given), NARROWEST)
    if sys.stdout.isatty():
        return max(os.get_terminal_size(sys.stdout.fileno()).columns, NARROWEST)
    return default


def text(renderable: RenderableType, columns: int) -> str:
    """A rich renderable as plain text, for files and pipes."""
    from io import StringIO

    from rich.console import Console

    console = Console(file=StringIO(), width=columns, color_system=None, force_terminal=False, legacy_windows=False)
    with console.capture() as captured:
        console.print(renderable)
    return "".join(f"{line.rstrip()}\n" for line in captured.get().rstrip().splitlines())


def show(renderable: RenderableType, default: int = 100) -> None:
    """Print in colour where there is a terminal, and as plain text where there is none."""
    if sys.stdout.isatty():
        from rich.console import Console

        Console(width=width(default)).print(renderable)
    else:
        sys.stdout.write(text(renderable, width(default)))
