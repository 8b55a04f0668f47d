"""Reasons to start from are respectful, whole in every language, and cannot be sent as they are."""

from __future__ import annotations

import pytest

from feedback_app.changes.reasons import REASONS
from feedback_app.changes.words import GAP, TEXT_LIMIT, Words, check
from feedback_app.errors import Refused
from feedback_app.settings import LANGUAGES

EVERY = [(code, language) for code in REASONS for language in LANGUAGES]


@pytest.mark.parametrize("code", REASONS)
def test_each_reason_is_there_in_every_language_and_named_for_staff(code: str) -> None:
    assert set(REASONS[code].text) == set(LANGUAGES)
    assert REASONS[code].name


@pytest.mark.parametrize(("code", "language"), EVERY)
def test_what_only_the_organisation_knows_is_a_gap_and_a_gap_is_refused(code: str, language: str) -> None:
    text = REASONS[code].text[language]
    assert GAP.search(text)
    with pytest.raises(Refused, match="gap"):
        check(Words("delivery", "On Sundays, too", "You asked", text), "declined")


@pytest.mark.parametrize(("code", "language"), EVERY)
def test_filled_in_it_can_be_sent(code: str, language: str) -> None:
    text = GAP.sub("what we found", REASONS[code].text[language])
    check(Words("delivery", "On Sundays, too", "", text), "declined")
    assert len(text) < TEXT_LIMIT


@pytest.mark.parametrize("code", REASONS)
def test_languages_ask_for_the_same_gaps(code: str) -> None:
    assert len({len(GAP.findall(text)) for text in REASONS[code].text.values()}) == 1


@pytest.mark.parametrize(("code", "language"), EVERY)
def test_nobody_is_argued_with_or_blamed(code: str, language: str) -> None:
    text = REASONS[code].text[language].casefold()
    blame = {
        "en": ("unfortunately you", "your fault", "you should have", "misunderst"),
        "pl": ("państwa wina", "nie rozum"),
    }
    assert not any(word in text for word in blame[language])


def test_names_and_beginnings_are_told_apart() -> None:
    assert len({reason.name for reason in REASONS.values()}) == len(REASONS)
    for language in LANGUAGES:
        assert len({reason.text[language][:20] for reason in REASONS.values()}) == len(REASONS)
