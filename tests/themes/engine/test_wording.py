"""The wording of a text as hashed pieces of words: alike for typing errors, the same on every machine."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some

from feedback_app.themes.engine.mentions.wording import BUCKETS, fold, grams


def likeness(one: str, other: str) -> float:
    """Cosine of two wordings."""
    spread = np.zeros((2, BUCKETS))
    for row, text in zip(spread, (one, other), strict=True):
        buckets, values = grams(text)
        row[buckets] = values
    return float(spread[0] @ spread[1])


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("Łódź", "lodz"),
        ("ZAŻÓŁĆ", "zazolc"),
        ("Straße", "strasse"),
        ("o\u0301", "o"),
        ("café", "cafe"),
        ("ﬁne", "fine"),
    ],
)
def test_case_and_diacritics_do_not_matter(typed: str, read: str) -> None:
    assert fold(typed) == read


@given(some.text(max_size=60))
def test_values_have_unit_length_and_buckets_ascend(text: str) -> None:
    buckets, values = grams(text)
    assert (np.diff(buckets) > 0).all()
    assert not len(buckets) or (buckets.min() >= 0 and buckets.max() < BUCKETS)
    assert not values.any() or abs(float(values @ values) - 1) < 1e-5


def test_a_typing_error_hardly_matters_and_another_word_does() -> None:
    assert likeness("spóźniona dostawa", "spozniona dostwa") > 0.6
    assert likeness("spóźniona dostawa", "rower skrzypi") < 0.3
    assert likeness("dostawa", "dostawa") == pytest.approx(1, abs=1e-5)


def test_the_order_of_words_does_not_matter_but_where_a_word_ends_does() -> None:
    assert likeness("late courier", "courier late") == pytest.approx(1, abs=1e-5)
    assert likeness("now here", "nowhere") < 0.9


BUCKET_OF = {" a": 1939, "ab": 2157, "b ": 6930, " ab": 1376, "ab ": 4584, " ab ": 6360}  # models are taught by these


def test_buckets_are_the_same_everywhere() -> None:
    buckets, values = grams("ab")
    assert buckets.tolist() == sorted(BUCKET_OF.values())
    heard = dict(zip(buckets.tolist(), np.abs(values).tolist(), strict=True))
    assert heard.pop(BUCKET_OF[" ab "]) == pytest.approx(2 / 3)  # the whole of a short word counts twice
    assert list(heard.values()) == pytest.approx([1 / 3] * 5)


def test_nothing_has_no_wording_and_a_long_text_is_read_at_its_beginning() -> None:
    assert grams("")[0].tolist() == grams("   ")[0].tolist() == []
    assert grams("courier " * 50)[0].tolist() == grams("courier " * 5_000)[0].tolist()
    assert len(grams("\ud800")[0])  # half a character, as some browsers send it
