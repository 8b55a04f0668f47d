"""The plot of satisfaction against frequency stands where the figures say, and its words cover nothing."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from feedback_app.themes.models import Theme
from feedback_app.themes.reports.charts import (
    LABEL,
    LETTERS,
    MONTHS,
    Dot,
    Scatter,
    months,
    satisfaction,
)
from feedback_app.themes.reports.figures import ThemeFigures
from feedback_app.themes.reports.satisfaction import Satisfaction
from feedback_app.themes.reports.svg import LETTER
from feedback_app.themes.reports.trends import Trend


def a_row(name: str, people: int, content: float | None) -> ThemeFigures:
    told = None if content is None else Satisfaction(content, max(0, content - 1), min(10, content + 1), people)
    return ThemeFigures(Theme(name=name), people, people, Counter(), {}, told, Trend("steady", 1.0, 0, 0.0))


def plot(*rows: tuple[str, int, float | None]) -> Scatter:
    found = satisfaction([a_row(*row) for row in rows], 1000, 380)
    assert found is not None
    return found


def test_more_people_stand_to_the_right_and_the_content_higher() -> None:
    found = {dot.figures.theme.name: dot for dot in plot(("a", 10, 2.0), ("b", 40, 9.0), ("c", 80, 5.0)).dots}
    assert found["a"].x < found["b"].x < found["c"].x
    assert found["b"].y < found["c"].y < found["a"].y


def test_the_mean_counts_everybody() -> None:
    found = plot(("a", 10, 4.0), ("b", 30, 8.0), ("c", 10, 4.0))
    (four,) = [height for height, points in found.rows if points == 4]
    (eight,) = [height for height, points in found.rows if points == 8]
    assert found.mean == four + (eight - four) * (6.4 - 4) / 4


def test_what_has_no_mean_is_not_drawn() -> None:
    rows = [a_row("a", 9, None), a_row("b", 10, 3.0), a_row("c", 50, 4.0), a_row("d", 50, None)]
    assert satisfaction(rows, 1000, 380) is None
    assert satisfaction([], 1000, 380) is None


def _box(dot: Dot) -> tuple[float, float]:
    wide = len(dot.words) * LETTERS * LETTER
    return (dot.x - 9 - wide, dot.x - 9) if dot.left else (dot.x + 9, dot.x + 9 + wide)


one_theme = st.tuples(st.text("abcdefgh ", min_size=1, max_size=30), st.integers(10, 90_000), st.floats(0, 10))


@given(st.lists(one_theme, min_size=3, max_size=40))
def test_names_stay_inside_and_apart(rows: list[tuple[str, int, float]]) -> None:
    found = plot(*rows)
    assert len(found.dots) == len(rows)
    named = [dot for dot in found.dots if dot.words]
    for dot in found.dots:
        assert 0 <= dot.x <= found.width
        assert 0 <= dot.y <= found.height
    for at, dot in enumerate(named):
        start, end = _box(dot)
        assert start >= 0
        assert end <= found.width
        for other in named[:at]:
            low, high = _box(other)
            assert end <= low or high <= start or abs(dot.y - other.y) >= LETTERS * 1.3


@given(st.integers(1, 60), st.sampled_from(MONTHS))
def test_names_of_months_never_touch_and_the_first_month_has_one(count: int, size: tuple[float, float]) -> None:
    rows = [(f"20{at // 12:02}-{at % 12 + 1:02}", 1, 1) for at in range(count)]
    places = [x for x, _ in months(rows, *size).labels]

    assert months(rows, *size).labels[0][1] == rows[0][0]
    assert all(later - earlier >= LABEL * 0.9 for earlier, later in pairwise(places))
