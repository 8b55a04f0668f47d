"""How often the machine is right: nothing from nothing, an interval that shrinks, never outside 0 to 1."""

from __future__ import annotations

import pytest

from feedback_app.themes.guided.estimate import ENOUGH, estimate


def test_too_few_drawn_say_nothing() -> None:
    assert estimate(0, 0).share is None
    assert estimate(ENOUGH - 1, ENOUGH - 1).share is None
    assert (estimate(0, 0).low, estimate(0, 0).high) == (0.0, 1.0)


@pytest.mark.parametrize(("right", "drawn"), [(0, 5), (3, 5), (5, 5), (14, 20), (80, 100)])
def test_the_share_lies_within_its_bounds(right: int, drawn: int) -> None:
    found = estimate(right, drawn)
    assert found.share == right / drawn
    assert 0 <= found.low <= found.share <= found.high <= 1


def test_more_draws_are_surer() -> None:
    few, many = estimate(6, 10), estimate(60, 100)
    assert many.high - many.low < few.high - few.low
