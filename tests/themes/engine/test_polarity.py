"""Words that praise and words that complain, by their stems, and what a "not" makes of them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as some

from feedback_app.themes.engine.mentions.polarity import polarity

GOOD, BAD, GOOD_DENIED, BAD_DENIED, MORE_GOOD, MORE_BAD, NOTHING = range(7)


@pytest.mark.parametrize(
    ("text", "leans"),
    [
        ("The staff were friendly and helpful", MORE_GOOD),
        ("Rude staff and a broken chair", MORE_BAD),
        ("Obsługa bardzo miła, świetnie!", MORE_GOOD),
        ("Kurier spóźniony, rower uszkodzony", MORE_BAD),
        ("KURIER SPOZNIONY", MORE_BAD),  # typed on a telephone
        ("not helpful at all", MORE_BAD),
        ("not late", MORE_GOOD),
        ("nie polecam", MORE_BAD),
    ],
)
def test_texts_lean_as_a_reader_would_say(text: str, leans: int) -> None:
    found = polarity(text)
    assert found[leans] == 1
    assert found[MORE_GOOD] + found[MORE_BAD] == 1


@pytest.mark.parametrize("text", ["", "123 !!!", "The parcel is here", "Paczka leży na stole", "\ud800"])
def test_what_takes_no_side_says_so(text: str) -> None:
    assert polarity(text)[NOTHING] == 1
    assert polarity(text)[MORE_GOOD] == polarity(text)[MORE_BAD] == 0


def test_denied_words_are_counted_apart() -> None:
    assert polarity("helpful")[:4] == [pytest.approx(1 / 1.5), 0, 0, 0]
    assert polarity("not helpful")[:4] == [0, 0, pytest.approx(1 / 1.5), 0]
    assert polarity("not rude")[:4] == [0, 0, 0, pytest.approx(1 / 1.5)]


def test_a_not_reaches_three_words_ahead_and_no_further() -> None:
    assert polarity("not very very helpful")[GOOD_DENIED]
    assert not polarity("not once in months. Helpful")[GOOD_DENIED]


def test_a_short_stem_is_no_beginning_of_a_long_word() -> None:
    assert polarity("gem")[GOOD]
    assert polarity("gems")[GOOD]
    assert not polarity("gemstone")[GOOD]


def test_three_or_more_of_a_kind_weigh_the_same_so_that_a_rant_does_not_drown_the_rest() -> None:
    assert polarity("late " * 3)[BAD] == polarity("late " * 300)[BAD] == 2


@given(some.text(max_size=80))
def test_any_text_gives_seven_numbers_between_0_and_2(text: str) -> None:
    found = polarity(text)
    assert len(found) == 7
    assert all(0 <= number <= 2 for number in found)
