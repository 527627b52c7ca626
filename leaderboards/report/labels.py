"""Names beside points, placed so that none covers a point or another name.

    place(axes, [Named(1.2, 99.5, "ir_head"), ...])

Greedy: each name takes the first free place around its point, near ones first; a name that had to move away gets a thin
line back. A name without a free place is left out: its point still tells it to a pointer, and the table has it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from glassbox.leaderboards.report.drawing import INK, MUTED, RULE

if TYPE_CHECKING:
    from matplotlib.axes import Axes

SIZE = 9.5
_WIDE, _TALL, _MARKER = 0.54 * SIZE, 1.15 * SIZE, 4.0
_DIRECTIONS: tuple[tuple[float, float], ...] = (
    (1, 0),
    (-1, 0),
    (0, 1),
    (0, -1),
    (0.8, 0.7),
    (0.8, -0.7),
    (-0.8, 0.7),
    (-0.8, -0.7),
)
_DISTANCES = (8.0, 16.0, 26.0, 38.0, 52.0)

Anchor = Literal["left", "center", "right"]


@dataclass(frozen=True, slots=True)
class Named:
    """A point in data units with its name; a quiet one is written in grey."""

    x: float
    y: float
    name: str
    quiet: bool = False


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle, in points of 1/72 inch."""

    left: float
    low: float
    right: float
    high: float

    def meets(self, other: Box) -> bool:
        """Whether the two share any area."""
        apart = self.right <= other.left or other.right <= self.left or self.high <= other.low or other.high <= self.low
        return not apart

    def inside(self, other: Box) -> bool:
        """Whether this one lies within the other."""
        return (
            self.left >= other.left and self.right <= other.right and self.low >= other.low and self.high <= other.high
        )


def place(axes: Axes, points: Sequence[Named]) -> list[str]:
    """Write the names onto the axes, first come first served; the names that found no place are returned."""
    figure = axes.get_figure(root=True)
    assert figure is not None, "axes without a figure cannot be drawn on"
    figure.draw_without_rendering()  # settles the layout, on which places depend
    seats = [tuple(map(float, axes.transData.transform((point.x, point.y)))) for point in points]
    taken = [Box(x - _MARKER, y - _MARKER, x + _MARKER, y + _MARKER) for x, y in seats]
    frame = axes.get_window_extent()
    room = Box(frame.x0 - 4, frame.y0 - 4, frame.x1 + 4, frame.y1 + 12)
    homeless = []
    for point, (x, y) in zip(points, seats, strict=True):
        for (dx, dy), anchor, box in _candidates(x, y, point.name):
            if box.inside(room) and not any(box.meets(other) for other in taken):
                taken.append(box)
                _write(axes, point, (dx, dy), anchor)
                break
        else:
            homeless.append(point.name)
    return homeless


def _candidates(x: float, y: float, name: str) -> Iterator[tuple[tuple[float, float], Anchor, Box]]:
    width = _WIDE * len(name)
    for distance in _DISTANCES:
        for across, up in _DIRECTIONS:
            dx, dy = distance * across, distance * up
            anchor: Anchor = "left" if across > 0 else "right" if across < 0 else "center"
            left = x + dx - {"left": 0.0, "center": width / 2, "right": width}[anchor]
            yield (dx, dy), anchor, Box(left, y + dy - _TALL / 2, left + width, y + dy + _TALL / 2)


def _write(axes: Axes, point: Named, offset: tuple[float, float], anchor: Anchor) -> None:
    far = max(map(abs, offset)) > _DISTANCES[1]
    axes.annotate(
        point.name,
        (point.x, point.y),
        offset,
        textcoords="offset points",
        ha=anchor,
        va="center",
        fontsize=SIZE,
        color=MUTED if point.quiet else INK,
        arrowprops={"arrowstyle": "-", "color": RULE, "linewidth": 0.6, "shrinkA": 1, "shrinkB": 4} if far else None,
        annotation_clip=False,
    )
