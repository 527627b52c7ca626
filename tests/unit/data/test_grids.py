"""The text form of grids loses nothing, and what is no grid is refused in one line."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from glassbox.harness.data.grids import LARGEST_SIDE, Grid, GridError, cell_accuracy, checked, from_text, shape, to_text


@st.composite
def grids(draw: st.DrawFn, most: int = 12) -> Grid:
    columns = draw(st.integers(1, most))
    row = st.lists(st.integers(0, 9), min_size=columns, max_size=columns).map(tuple)
    return tuple(draw(st.lists(row, min_size=1, max_size=most)))


@given(grids())
def test_a_grid_comes_back_from_its_text(grid: Grid) -> None:
    assert from_text(to_text(grid)) == grid
    assert len(to_text(grid)) == len(grid) * (len(grid[0]) + 1) - 1


@given(st.text(alphabet="0123456789\n \r\uff11x", max_size=30))
def test_every_text_that_is_read_is_the_text_of_its_grid(text: str) -> None:
    try:
        grid = from_text(text)
    except GridError:
        return
    assert to_text(grid) == text


def test_the_largest_grid_is_read_and_a_larger_one_is_not() -> None:
    row = "7" * LARGEST_SIDE
    assert shape(from_text("\n".join([row] * LARGEST_SIDE))) == (30, 30)
    with pytest.raises(GridError, match="the grid is 1 by 31, the largest is 30 by 30"):
        from_text(row + "7")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "the grid is empty"),
        ("12\n3", "rows have 1, 2 cells, a grid has equal ones"),
        ("12\n34\n", "rows have 0, 2 cells, a grid has equal ones"),
        ("1 2", "row 1 holds ' ', a grid has digits only"),
        ("12\n1a", "row 2 holds 'a', a grid has digits only"),
        ("\u0661", "row 1 holds '\u0661', a grid has digits only"),
    ],
)
def test_a_text_that_is_no_grid_is_refused_by_name(text: str, message: str) -> None:
    with pytest.raises(GridError) as caught:
        from_text(text)
    assert str(caught.value) == message


@pytest.mark.parametrize("cell", [10, -1, True, "1", None, 1.0])
def test_a_cell_that_is_no_digit_is_refused(cell: object) -> None:
    with pytest.raises(GridError, match=r"cell .* is no digit 0\.\.9"):
        checked([[0, cell]])


def test_cell_accuracy_counts_right_cells_and_is_zero_for_another_shape() -> None:
    wanted = from_text("12\n34")
    assert cell_accuracy(from_text("12\n04"), wanted) == 0.75
    assert cell_accuracy(from_text("1234"), wanted) == 0
    assert cell_accuracy(wanted, wanted) == 1
