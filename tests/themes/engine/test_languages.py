"""Which language a text is in, among those the collection plausibly speaks; a hint settles what could be either."""

from __future__ import annotations

import pytest

from feedback_app.themes.engine.text.languages import known_languages, language_of, languages_of, plausible

ENGLISH = [
    "The courier came two days late and nobody called me.",
    "The price went up without a word of explanation.",
    "I waited at home for the whole day and nothing came.",
    "Your staff were very kind to my mother in the shop.",
]
POLISH = [
    "Kurier przyjechał dwa dni za późno i nikt nie zadzwonił.",
    "Cena wzrosła bez słowa wyjaśnienia.",
    "Czekałam w domu cały dzień i nic nie przyszło.",
    "Obsługa w sklepie była bardzo miła dla mojej mamy.",
]


def test_shipped_languages_can_be_told_apart() -> None:
    assert {"en", "pl"} <= known_languages()


def test_a_collection_speaks_what_it_mostly_speaks_most_frequent_first() -> None:
    assert plausible(ENGLISH * 5 + POLISH * 2)[:2] == ("en", "pl")
    assert plausible(POLISH * 5) == ("pl",)


def test_one_strange_text_makes_no_language() -> None:
    assert plausible([*ENGLISH * 40, "ok", "Grazie mille per tutto quello che avete fatto"]) == ("en",)


def test_a_hint_adds_a_language_but_not_one_that_nobody_can_tell() -> None:
    assert set(plausible(ENGLISH * 5, ["pl"] * 20)) == {"en", "pl"}
    assert plausible(ENGLISH * 5, ["xx", "", None, "klingon"] * 5) == ("en",)


def test_nothing_at_all_is_taken_for_english() -> None:
    assert plausible([]) == plausible(["", "123"]) == ("en",)


@pytest.mark.parametrize("text", ENGLISH)
def test_english_is_english(text: str) -> None:
    assert language_of(text, ("en", "pl")) == "en"
    assert language_of(text, ("en", "pl"), hint="pl") == "en"  # people do answer in another language


@pytest.mark.parametrize("text", POLISH)
def test_polish_is_polish_also_from_a_telephone(text: str) -> None:
    plain = text.translate(str.maketrans("ąćęłńóśźż", "acelnoszz"))
    assert language_of(text, ("en", "pl")) == language_of(plain, ("en", "pl")) == "pl"


def test_where_only_one_is_spoken_nothing_is_asked() -> None:
    assert language_of(POLISH[0], ("en",)) == "en"


@pytest.mark.parametrize("text", ["", "123", "OK"])
def test_what_could_be_any_is_what_the_survey_was_shown_in(text: str) -> None:
    assert language_of(text, ("en", "pl"), hint="pl") == "pl"
    assert language_of(text, ("en", "pl"), hint="en") == "en"


def test_a_row_per_text_with_hints_or_without() -> None:
    assert languages_of([ENGLISH[0], POLISH[0]], ("en", "pl")).tolist() == ["en", "pl"]
    assert languages_of(["", ""], ("en", "pl"), ["pl", "en"]).tolist() == ["pl", "en"]
    assert languages_of([], ("en", "pl")).tolist() == []
