"""Figures turned into shapes."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedback_app.web.plots import Block, Column, area, round_up, stacked

TABLES = st.lists(
    st.dictionaries(st.sampled_from(["good", "bad", "new"]), st.integers(0, 500)), min_size=1, max_size=12
)


@pytest.mark.parametrize(
    ("value", "top"),
    [(0, 10), (10, 10), (11, 20), (20, 20), (21, 50), (50, 50), (51, 100), (100, 100), (101, 200), (4321, 5000)],
)
def test_the_top_of_an_axis_is_the_next_round_number(value: int, top: int) -> None:
    assert round_up(value) == top


def test_columns_stand_on_the_floor_and_pile_up_in_the_order_of_the_series() -> None:
    table = [("May", {"bad": 1, "good": 3}), ("June", {"good": 8}), ("July", {})]
    first, second, empty = stacked(table, ["good", "bad"])
    assert first == Column("May", 4, (Block("good", 75.0, 45.0, 3), Block("bad", 60.0, 15.0, 1)))
    assert second == Column("June", 8, (Block("good", 0.0, 120.0, 8),))
    assert empty == Column("July", 0, ())


def test_nothing_at_all_is_no_error() -> None:
    assert stacked([], ["good"]) == []
    assert stacked([("May", {"good": 0})], ["good"]) == [Column("May", 0, ())]


@given(TABLES, st.floats(20, 400))
def test_heights_are_in_proportion_and_nothing_leaves_the_plot(table: list[dict[str, int]], height: float) -> None:
    series = ["good", "bad", "new"]
    columns = stacked([(str(n), values) for n, values in enumerate(table)], series, height)
    most = max(sum(values.values()) for values in table)
    for values, column in zip(table, columns, strict=True):
        assert column.total == sum(values.values())
        assert [(one.series, one.value) for one in column.blocks] == [(s, values[s]) for s in series if values.get(s)]
        edges = [height, *(one.y for one in column.blocks)]
        for below, block in zip(edges, column.blocks, strict=False):
            assert block.y + block.height == pytest.approx(below, abs=0.02)
            assert block.height == pytest.approx(height * block.value / most, abs=0.01)
        assert edges[-1] >= -0.01


def test_a_line_runs_from_edge_to_edge_with_nought_at_the_bottom() -> None:
    drawn = area([0, 10, 5], width=200, height=100)
    assert drawn.line == "M0.0 100.0 L100.0 0.0 L200.0 50.0"
    assert drawn.area == "M0.0 100.0 L100.0 0.0 L200.0 50.0 L200.0 100.0 L0 100.0 Z"
    assert (drawn.top, drawn.most) == (10, 10)


def test_one_value_and_none_can_be_drawn() -> None:
    assert area([20]).line == "M0.0 0.0"
    nothing = area([])
    assert (nothing.line, nothing.area, nothing.top, nothing.most) == ("", "", 10, 0)


@given(st.lists(st.integers(0, 10_000), min_size=2, max_size=30))
def test_a_line_stays_within_its_frame(values: list[int]) -> None:
    drawn = area(values)
    points = [tuple(map(float, pair)) for pair in re.findall(r"([\d.]+) ([\d.]+)", drawn.line)]
    assert len(points) == len(values)
    assert (points[0][0], points[-1][0]) == (0, 600)
    assert all(0 <= y <= 120 for _, y in points)
    assert drawn.top >= drawn.most == max(values)
