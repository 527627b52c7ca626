"""Figures as inline SVG that take their colours from the page, so that one drawing serves light and dark.

    figure, (axes,) = panels(5.2, 3.4)
    axes.plot(places, shares, color=series(0))
    drawing = inline(figure, "layers", "Accuracy by layer", "one sentence for who cannot see it")

matplotlib knows no CSS variables: each role of the page's palette has a stand-in colour here, replaced when the figure
is written. Text stays text. Nothing depends on the clock, and ids carry the figure's name, so figures share a page.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from io import BytesIO
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree

from markupsafe import Markup

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

INK, MUTED, RULE = "#010101", "#020202", "#030303"
SERIES = 8
"""Colours of series on the page: `--s1` to `--s8` in style.css."""

_ROLES = {INK: "--ink", MUTED: "--muted", RULE: "--rule"}
_ROLES |= {f"#05000{number}": f"--s{number}" for number in range(1, SERIES + 1)}
_COLOUR = re.compile("|".join(_ROLES))
_DECIMALS = re.compile(r"-?\d+\.\d{3,}")
_URL = re.compile(r"url\(#([^)]+)\)")
_FAMILY = re.compile(r"font-family: [^;]*;? ?")
_SVG, _LINK = "{http://www.w3.org/2000/svg}", "{http://www.w3.org/1999/xlink}href"
_LEFT_OUT = ("metadata", "style")
"""A style element would reach the whole page."""

# Typed as matplotlib's own dictionary of settings is.
_STYLE: dict[Any, Any] = {
    "svg.fonttype": "none",
    "svg.hashsalt": "glassbox",
    "text.parse_math": False,
    "font.size": 10,
    "text.color": INK,
    "axes.edgecolor": RULE,
    "axes.labelcolor": MUTED,
    "axes.labelsize": 10,
    "axes.titlesize": 10,
    "axes.titleweight": "normal",
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
    "legend.frameon": False,
    "legend.fontsize": 9.5,
    "lines.linewidth": 1.6,
    "lines.markersize": 4.5,
    "lines.solid_capstyle": "round",
}


def series(number: int) -> str:
    """The stand-in for the colour of a series, from 0; beyond the palette colours begin anew."""
    return f"#05000{number % SERIES + 1}"


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


def inline(figure: Figure, name: str, title: str, about: str, tips: Mapping[str, str] | None = None) -> Markup:
    """Write a figure as an SVG element for HTML.

    Args:
      figure: From `panels`.
      name: Unique on the page, of letters, digits and hyphens; goes before every id.
      title: The accessible name.
      about: The accessible description: what is to be seen.
      tips: What a pointer over an artist shows, by the `gid` it was drawn with.
    """
    written = BytesIO()
    nothing: dict[str, Any] = dict.fromkeys(("Date", "Creator", "Format", "Type"))
    with styled():
        figure.savefig(written, format="svg", transparent=True, metadata=nothing)
    root = ElementTree.fromstring(written.getvalue())
    _strip(root)
    _explain(root, tips or {})
    _localise(root, name)
    for kind, text in (("desc", about), ("title", title)):
        element = ElementTree.Element(kind, {"id": f"{name}-{kind}"})
        element.text = text
        root.insert(0, element)
    root.attrib.update({"role": "img", "aria-labelledby": f"{name}-title {name}-desc"})
    return Markup(ElementTree.tostring(root, encoding="unicode"))


def _strip(root: ElementTree.Element) -> None:
    """Names without their namespace, as HTML has them; no metadata, no size but that of the view box."""
    for parent in list(root.iter()):
        for child in list(parent):
            if child.tag.removeprefix(_SVG) in _LEFT_OUT:
                parent.remove(child)
    for element in root.iter():
        element.tag = element.tag.removeprefix(_SVG)
        if _LINK in element.attrib:
            element.set("href", element.attrib.pop(_LINK))
    for size in ("width", "height", "version"):
        root.attrib.pop(size, None)


def _explain(root: ElementTree.Element, tips: Mapping[str, str]) -> None:
    for element in root.iter():
        tip = tips.get(element.get("id", ""))
        if tip is not None:
            title = ElementTree.Element("title")
            title.text = tip
            element.insert(0, title)


def _localise(root: ElementTree.Element, name: str) -> None:
    """Ids under the figure's name, and only those that are referred to; colours by role; two decimals."""
    values = [value for element in root.iter() for value in element.attrib.values()]
    used = {found for value in values for found in _URL.findall(value)}
    used |= {element.get("href", "").removeprefix("#") for element in root.iter()}
    for element in root.iter():
        own = element.attrib.pop("id", "")
        for key, value in element.attrib.items():
            element.set(key, _plain(value, name))
        if own in used:
            element.set("id", f"{name}-{own}")
        if "href" in element.attrib:
            element.set("href", f"#{name}-{element.attrib['href'].removeprefix('#')}")


def _plain(value: str, name: str) -> str:
    value = _COLOUR.sub(lambda found: f"var({_ROLES[found.group()]})", value)
    value = _URL.sub(rf"url(#{name}-\1)", _FAMILY.sub("", value))
    return _DECIMALS.sub(lambda found: f"{float(found.group()):.2f}", value).replace("\n", "")
