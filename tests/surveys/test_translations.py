from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from feedback_app.surveys.translations import (
    CODE_LENGTH,
    SLUG_LENGTH,
    half_said,
    is_code,
    is_slug,
    make_code,
    make_slug,
    missing,
    tidy_words,
)


def test_codes_read_like_the_words_they_come_from() -> None:
    assert make_code("Too expensive!") == "too_expensive"
    assert make_code("Zażółć gęślą jaźń, Łódź") == "zazolc_gesla_jazn_lodz"
    assert make_slug("Why did you go?") == "why-did-you-go"


def test_a_taken_code_gets_a_number() -> None:
    assert make_code("Price", {"price"}) == "price_2"
    assert make_code("Price", {"price", "price_2"}) == "price_3"
    assert make_slug("", {"survey"}) == "survey-2"


def test_words_that_leave_nothing_get_the_fallback() -> None:
    assert make_code("???", fallback="option") == "option"
    assert make_code("価格", {"option"}, "option") == "option_2"


@given(st.text(max_size=200), st.sets(st.text(max_size=5), max_size=5))
def test_made_codes_and_slugs_are_always_valid_and_free(text: str, taken: set[str]) -> None:
    code = make_code(text, taken)
    assert is_code(code)
    assert code not in taken
    again = make_code(text, {*taken, code})
    assert is_code(again)
    assert again not in {*taken, code}
    assert len(code) <= CODE_LENGTH
    assert is_slug(make_slug(text, taken))
    assert len(make_slug(text, taken)) <= SLUG_LENGTH


def test_what_is_no_code() -> None:
    for bad in ("", "Price", "a__b", "_a", "a_", "a-b", "a b", "ą", "a" * 41, "a\n", "a.b", "a|b"):
        assert not is_code(bad), bad
    for bad in ("", "New", "a--b", "-a", "a_b", "a/b", "a" * 61, "../x"):
        assert not is_slug(bad), bad


def test_which_languages_are_missing() -> None:
    assert missing({"en": "Hi", "pl": " "}, ("en", "pl")) == ("pl",)
    assert half_said({}, ("en", "pl")) == ()
    assert half_said({"pl": "Cześć"}, ("en", "pl")) == ("en",)
    assert tidy_words({"en": " Hi ", "pl": "", "xx": "?"}, ("en", "pl")) == {"en": "Hi"}
    assert tidy_words("nonsense", ("en",)) == {}
