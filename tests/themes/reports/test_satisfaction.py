"""How content people are: nothing below ten scores, and an interval that holds what it promises."""

from __future__ import annotations

import random

import pytest

from feedback_app.themes.reports.satisfaction import LEAST, satisfaction


def test_no_mean_of_fewer_than_ten() -> None:
    assert satisfaction(LEAST - 1, 63.0, 450.0) is None
    told_ = satisfaction(10, 70.0, 494.0)
    assert told_ is not None
    assert (told_.mean, told_.scores) == (7.0, 10)
    assert 5 < told_.low < 7 < told_.high < 8.5
    same = satisfaction(10, 90.0, 810.0)
    assert same is not None
    assert same.low < 8.5  # ten nines prove no nine


@pytest.mark.parametrize("weights", [(1, 0, 0, 0, 0, 0, 0, 1, 2, 3, 4), (4, 0, 0, 0, 0, 1, 0, 0, 1, 1, 4), (1,) * 11])
@pytest.mark.parametrize("scores", [10, 30])
def test_the_interval_holds_the_true_mean_as_often_as_it_says(weights: tuple[int, ...], scores: int) -> None:
    true = sum(at * one for at, one in enumerate(weights)) / sum(weights)
    dice = random.Random(7)  # noqa: S311 - a draw, no secret
    held = 0
    for _ in range(800):
        row = dice.choices(range(11), weights, k=scores)
        found = satisfaction(scores, float(sum(row)), float(sum(one * one for one in row)))
        assert found is not None
        held += found.low <= true <= found.high
    assert held / 800 > 0.93
