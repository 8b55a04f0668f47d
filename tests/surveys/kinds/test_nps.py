"""The Net Promoter Score and the interval that holds the true one."""

from __future__ import annotations

import dataclasses
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedback_app.surveys.form_spec import QuestionSpec
from feedback_app.surveys.kinds.base.counts import Counts
from feedback_app.surveys.kinds.nps import KIND, Recommendation, recommendation

COUNTS = st.builds(Recommendation, *[st.integers(0, 5000)] * 3)


def test_each_number_counts_on_its_side() -> None:
    sides = [recommendation({number: 1}) for number in range(11)]
    assert [one.detractors for one in sides] == [1] * 7 + [0] * 4
    assert [one.passives for one in sides] == [0] * 7 + [1, 1, 0, 0]
    assert [one.promoters for one in sides] == [0] * 9 + [1, 1]


@pytest.mark.parametrize(
    ("counts", "score"),
    [({10: 1}, 100), ({9: 3}, 100), ({0: 2}, -100), ({6: 1}, -100), ({7: 4, 8: 1}, 0), ({10: 5, 8: 2, 3: 3}, 20)],
)
def test_the_score_is_the_share_that_promotes_less_the_share_that_detracts(counts: dict[int, int], score: int) -> None:
    assert recommendation(counts).score == score
    assert recommendation(counts).answers == sum(counts.values())


def test_of_nobody_there_is_neither_score_nor_interval() -> None:
    nobody = recommendation({})
    assert (nobody.answers, nobody.score, nobody.interval) == (0, None, None)


@pytest.mark.parametrize(
    ("sides", "low", "high"),
    [
        ((50, 30, 20), 14.05, 44.20),  # in decimals by hand: 103 people, of them 50.75 and 20.75
        ((5, 3, 2), -19.05, 65.20),
        ((1, 0, 0), -48.50, 98.50),
        ((0, 40, 0), -5.58, 5.58),
    ],
)
def test_the_interval_is_that_of_the_adjusted_wald_method(sides: tuple[int, int, int], low: float, high: float) -> None:
    assert Recommendation(*sides).interval == (pytest.approx(low, abs=0.01), pytest.approx(high, abs=0.01))


@given(COUNTS)
def test_the_interval_lies_on_the_scale_and_mirrors(found: Recommendation) -> None:
    interval = found.interval
    if interval is None:
        assert found.answers == 0
        return
    low, high = interval
    assert -100 <= low < high <= 100
    mirrored = Recommendation(found.detractors, found.passives, found.promoters).interval
    assert mirrored == (pytest.approx(-high), pytest.approx(-low))


def test_ten_times_as_many_people_know_about_three_times_as_well() -> None:
    (low, high), (lower, higher) = (Recommendation(*sides).interval for sides in ((500, 300, 200), (5000, 3000, 2000)))  # type: ignore[misc]
    assert (high - low) / (higher - lower) == pytest.approx(10**0.5, rel=0.01)


@given(st.lists(st.integers(0, 10), min_size=1, max_size=60))
def test_the_summary_draws_every_number_and_its_score(numbers: list[int]) -> None:
    counts = Counts(answered=len(numbers), numbers=Counter(numbers))
    shown = KIND.summary(QuestionSpec("q", "nps", {"en": "?"}), counts)
    assert list(shown.chart) == [str(point) for point in range(11)]
    assert [shown.chart[str(point)] for point in range(11)] == [numbers.count(point) for point in range(11)]
    assert shown.recommendation == recommendation(Counter(numbers))
    assert shown.answered == len(numbers)


def test_a_score_that_was_counted_is_never_changed() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        Recommendation(1, 0, 0).promoters = 2  # type: ignore[misc]
