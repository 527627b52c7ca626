"""Figures as matplotlib draws them, each an SVG image inside the page.

    figure, (axes,) = panels(5.2, 3.4)
    axes.plot(places, shares, color=series(0))
    drawing = image(figure, "Accuracy by layer: pointer 0: 48.9 %, 1: 99.9 %")

An image cannot reach the page around it: no script of it runs, no style and no id of it leaks. The same figure gives
the same bytes. Dark pages turn its lightness over (style.css).
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from io import BytesIO
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

INK, MUTED, RULE = "#1c1c1a", "#66645e", "#dcdad3"
_SERIES = ("#2b62b5", "#c4541c", "#2a7f5c", "#8d3f91", "#8c6b00", "#147c8c", "#b03a4a", "#5c5f66")

# Typed as matplotlib's own dictionary of settings is.
_STYLE: dict[Any, Any] = {
    "svg.fonttype": "none",
    "svg.hashsalt": "glassbox",
    "text.parse_math": False,
    "font.family": "sans-serif",
    "font.size": 10,
    "text.color": INK,
    "axes.edgecolor": RULE,
    "axes.labelcolor": MUTED,
    "axes.labelsize": 10,
    "axes.titlesize": 10,
    "axes.titlelocation": "left",
    "axes.titlecolor": INK,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.spines.left": False,
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.color": RULE,
    "grid.linewidth": 0.6,
    "xtick.color": RULE,
    "ytick.color": RULE,
    "xtick.labelcolor": MUTED,
    "ytick.labelcolor": MUTED,
    "xtick.labelsize": 9.5,
    "ytick.labelsize": 9.5,
    "ytick.major.size": 0,
    "xtick.minor.size": 0,
    "ytick.minor.size": 0,
    "lines.linewidth": 1.6,
    "lines.markersize": 4.5,
    "lines.solid_capstyle": "round",
}


def series(number: int) -> str:
    """The colour of a series, from 0; beyond the palette colours begin anew."""
    return _SERIES[number % len(_SERIES)]


@contextmanager
def styled() -> Iterator[None]:
    """What is drawn inside has the report's style; nothing outside changes."""
    import matplotlib

    with matplotlib.rc_context(_STYLE):
        yield


def panels(width: float, height: float, columns: int = 1) -> tuple[Figure, Sequence[Axes]]:
    """An empty figure, in inches of 72 units each, with axes side by side that share what stands upright."""
    from matplotlib.figure import Figure

    with styled():
        figure = Figure(figsize=(width, height), dpi=72, layout="constrained")
        return figure, list(figure.subplots(1, columns, sharey=True, squeeze=False)[0])


def image(figure: Figure, about: str) -> Markup:
    """Write a figure as an element for HTML; `about` says what is to be seen, for who cannot see it."""
    written = BytesIO()
    nothing: dict[str, Any] = dict.fromkeys(("Date", "Creator", "Format", "Type"))
    with styled():
        figure.savefig(written, format="svg", transparent=True, metadata=nothing)
    data = b64encode(written.getvalue()).decode("ascii")
    width, height = (round(72 * side) for side in figure.get_size_inches())
    return Markup('<img width="{}" height="{}" alt="{}" src="data:image/svg+xml;base64,{}">').format(
        width, height, about, data
    )
