"""Growing, fading, new or steady: told only where chance would rarely do the same."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as some

from feedback_app.themes.reports.figures import every_month
from feedback_app.themes.reports.trends import LEAST, at_least, trend

COUNTS = some.lists(some.tuples(some.integers(0, 60), some.integers(0, 200)), max_size=18)


@given(COUNTS)
def test_a_trend_is_never_told_against_the_figures(pairs: list[tuple[int, int]]) -> None:
    counts = [count for count, _ in pairs]
    totals = [count + others for count, others in pairs]
    found = trend(counts, totals)
    assert 0 <= found.chance <= 1
    assert found.recent == sum(counts[-2:])
    if found.way in ("growing", "new"):
        assert found.recent > found.expected
    if found.way == "fading":
        assert found.recent < found.expected


@pytest.mark.parametrize(
    ("counts", "totals", "way"),
    [
        ([2, 2, 2, 2, 9, 9], [50] * 6, "growing"),
        ([9, 9, 9, 9, 1, 1], [50] * 6, "fading"),
        ([5, 5, 5, 5, 5, 5], [50] * 6, "steady"),
        ([0, 0, 0, 0, 3, 3], [50] * 6, "new"),
        ([0, 0, 0, 0, 2, 2], [50] * 6, "steady"),  # four are too few to speak of
        ([5, 5, 5, 5, 20, 20], [50, 50, 50, 50, 200, 200], "steady"),  # people only say more of everything
        ([9, 9, 9, 9, 9, 9], [50, 50, 50, 50, 200, 200], "fading"),  # and here less of this
        ([1, 0, 1, 0, 0, 0], [50] * 6, "steady"),
        ([9, 9], [50, 50], "steady"),  # nothing to compare with
        ([], [], "steady"),
        ([9, 9, 0, 0], [50, 50, 0, 0], "steady"),  # nobody said anything lately
    ],
)
def test_ways(counts: list[int], totals: list[int], way: str) -> None:
    assert trend(counts, totals).way == way


@given(some.integers(0, 40), some.integers(0, 40), some.floats(0.01, 0.99))
def test_the_tail_is_the_sum_of_its_terms(hits: int, tries: int, share: float) -> None:
    terms = [math.comb(tries, n) * share**n * (1 - share) ** (tries - n) for n in range(hits, tries + 1)]
    assert at_least(hits, tries, share) == pytest.approx(min(1.0, sum(terms)), abs=1e-9)


def test_certain_and_impossible() -> None:
    assert at_least(0, 10, 0.0) == at_least(-1, 0, 0.5) == at_least(10, 10, 1.0) == 1.0
    assert at_least(1, 10, 0.0) == at_least(11, 10, 1.0) == 0.0


def test_so_few_recent_ones_are_no_trend_however_unlikely() -> None:
    assert trend([0] * 40 + [0, LEAST - 1], [1_000] * 42).way == "steady"


@pytest.mark.parametrize(
    ("there", "months"),
    [
        ([], []),
        (["2026-05"], ["2026-05"]),
        (["2026-02", "2025-11"], ["2025-11", "2025-12", "2026-01", "2026-02"]),
        (["2026-03", "2026-03"], ["2026-03"]),
    ],
)
def test_months_without_a_word_are_shown_too(there: list[str], months: list[str]) -> None:
    assert every_month(there) == months


def test_at_most_three_years_are_shown_the_latest_of_them() -> None:
    months = every_month(["2019-01", "2026-06"])
    assert len(months) == 36
    assert (months[0], months[-1]) == ("2023-07", "2026-06")
