"""Kinds with a row of numbers: what a cell of a file means, mean and median."""

from __future__ import annotations

import statistics
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedback_app.surveys.form_spec import QuestionSpec
from feedback_app.surveys.kinds.base.counts import Counts
from feedback_app.surveys.kinds.base.kind import Problem, Reply
from feedback_app.surveys.kinds.base.scale import mean, median
from feedback_app.surveys.kinds.nps import KIND as NPS
from feedback_app.surveys.kinds.rating import KIND as RATING

QUESTION = QuestionSpec("q", "rating", {"en": "?"})
NUMBERS = st.lists(st.integers(0, 10), min_size=1, max_size=50)


@given(NUMBERS)
def test_mean_and_median_are_those_of_the_numbers_written_out(numbers: list[int]) -> None:
    assert mean(Counter(numbers)) == pytest.approx(statistics.fmean(numbers))
    assert median(Counter(numbers)) == statistics.median(numbers)


def test_of_no_numbers_there_is_neither() -> None:
    assert (mean({}), median({})) == (None, None)
    assert (mean({3: 0}), median({3: 0})) == (None, None)


@pytest.mark.parametrize(
    ("cell", "number"),
    [("4", 4), (" 4 ", 4), ("4.0", 4), ("4,00", 4), ("4/5", 4), ("4 / 5", 4), ("4.0 / 5", 4), ("04", 4), ("5/5", 5)],
)
def test_a_number_however_a_spreadsheet_wrote_it(cell: str, number: int) -> None:
    assert RATING.of_cell(cell, QUESTION) == Reply(number=number)


@pytest.mark.parametrize("cell", ["0", "6", "4.5", "4,5", "004", "four", "-4", "4/", "/5", "4 of 5", "4//5"])
def test_what_is_no_point_of_the_scale_is_named_with_its_column(cell: str) -> None:
    problem = RATING.of_cell(cell, QUESTION)
    assert isinstance(problem, Problem)
    assert str(problem) == f"“{cell}” is not one of the answers to “q”."


def test_a_long_cell_is_named_by_its_beginning() -> None:
    assert str(RATING.of_cell("x" * 200, QUESTION)) == f"“{'x' * 60}” is not one of the answers to “q”."


def test_the_scales_are_what_the_house_says() -> None:
    assert (RATING.scale, NPS.scale) == ((1, 2, 3, 4, 5), (0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10))
    assert all(one.score and one.has_ends and not one.free_text for one in (RATING, NPS))


@given(st.lists(st.integers(1, 5), max_size=30))
def test_a_rating_summed_up(numbers: list[int]) -> None:
    shown = RATING.summary(QUESTION, Counts(answered=len(numbers), numbers=Counter(numbers)))
    assert shown.chart == {str(point): numbers.count(point) for point in range(1, 6)}
    assert list(shown.chart) == ["1", "2", "3", "4", "5"]
    assert (shown.mean, shown.median) == (mean(Counter(numbers)), median(Counter(numbers)))
