"""What a change may say, and the reasons to start a "no" from."""

from __future__ import annotations

import pytest

from feedback_app.changes import words
from feedback_app.changes.reasons import REASONS
from feedback_app.changes.words import GAP, Words
from feedback_app.errors import Refused
from feedback_app.settings import LANGUAGES

FULL = Words("delivery", "A window of two hours.", "You waited.", "No driver is free.")


@pytest.mark.parametrize("state", ["considered", "planned", "made"])
def test_why_is_told_unless_declined(state: str) -> None:
    words.check(FULL, state)
    with pytest.raises(Refused, match="Say why"):
        words.check(Words("delivery", "A window.", "", "A reason"), state)


def test_a_no_needs_its_reason_and_nothing_else_will_do() -> None:
    words.check(Words("delivery", "A window.", "", "No driver is free."), "declined")
    with pytest.raises(Refused, match="needs a valid reason"):
        words.check(Words("delivery", "A window.", "You waited.", ""), "declined")


@pytest.mark.parametrize("code", REASONS)
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_reason_to_start_from_cannot_be_left_with_its_gaps(code: str, language: str) -> None:
    text = REASONS[code].text[language]
    assert GAP.search(text)
    with pytest.raises(Refused, match="still has a gap"):
        words.check(Words("delivery", "A window.", "", text), "declined")
    words.check(Words("delivery", "A window.", "", GAP.sub("seven", text)), "declined")


@pytest.mark.parametrize("code", REASONS)
def test_reasons_blame_nobody(code: str) -> None:
    assert "unfortunately" not in REASONS[code].text["en"].lower()
    assert "niestety" not in REASONS[code].text["pl"].lower()
    assert "impossible" not in REASONS[code].text["en"].lower()


def test_brackets_of_ones_own_are_no_gap() -> None:
    words.check(Words("delivery", "A window.", "", "The law [art. 7] says so… plainly."), "declined")


def test_translations_keep_only_what_says_something() -> None:
    given = {"pl": {"what": " Okno ", "why": "", "other": "x"}, "en": {"what": "own"}, "xx": {"what": "?"}, "de": 7}
    assert words.translations(given, LANGUAGES, "en") == {"pl": {"what": "Okno"}}
    assert words.translations(None, LANGUAGES, "en") == {}


def test_too_long_is_said_so() -> None:
    with pytest.raises(Refused, match="too long: 200"):
        words.check(Words("p" * 201, "w", "w"), "made")
    with pytest.raises(Refused, match="too long: 5000"):
        words.check(Words("p", "w" * 5001, "w"), "made")
