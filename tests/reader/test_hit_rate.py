"""What the reader's word weighs: nothing until people's judgements say so."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedback_app.reader.hit_rate import MEASURED, HitRate


def test_nothing_is_known_at_first() -> None:
    assert HitRate().share == 0.5
    assert HitRate().bounds == (0.0, 1.0)
    assert not HitRate().heard


@pytest.mark.parametrize(("hits", "cases", "heard"), [(9, 9, False), (10, 10, True), (5, 10, False), (8, 10, False),
                                                      (9, 10, True), (60, 100, True), (55, 100, False)])  # fmt: skip
def test_it_is_heard_when_it_is_surely_better_than_a_coin(hits: int, cases: int, heard: bool) -> None:
    assert HitRate(hits, cases).heard is heard


def test_who_always_says_the_commonest_is_not_heard() -> None:
    assert not HitRate(50, 50, alike=50).heard, "people said yes to everything: nothing is known"
    assert not HitRate(45, 50, alike=45).heard
    assert HitRate(50, 50, alike=30).heard
    assert HitRate(50, 50, alike=30).weight < HitRate(50, 50, alike=20).weight


def test_a_tried_reader_weighs_more_than_a_lucky_one() -> None:
    assert 0 < HitRate(10, 10).weight < HitRate(100, 100).weight < HitRate(10_000, 10_000).weight < 7


@given(st.integers(0, 500), st.integers(0, 500))
def test_the_weight_follows_the_lower_bound(hits: int, misses: int) -> None:
    rate = HitRate(hits, hits + misses)
    assert rate.bounds[0] <= rate.share <= rate.bounds[1]
    assert (rate.weight > 0) == (rate.cases >= MEASURED and rate.bounds[0] > 0.5)
