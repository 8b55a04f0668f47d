"""The wording announcements start with: every hole in its place, and good to read with or without a quote."""

from __future__ import annotations

import re

import pytest

from feedback_app.announcements.wording.default_texts import HOLES, load, states
from feedback_app.common.strict_json import LANGUAGES
from feedback_app.errors import NotFound

STATES = ("declined", "made", "planned")


@pytest.fixture(params=LANGUAGES)
def language(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def holes(text: str) -> list[str]:
    return re.findall(r"{{(\w+)}}", text)


def test_there_is_a_text_for_every_state_that_people_are_told_about() -> None:
    assert states() == list(STATES)


def test_an_unknown_state_is_answered_with_the_states_there_are() -> None:
    with pytest.raises(NotFound, match=r"“considered”.*declined, made, planned"):
        load("considered")


@pytest.mark.parametrize("state", STATES)
def test_a_letter_says_who_what_and_why_once_each(state: str, language: str) -> None:
    used = holes(load(state).body[language])
    assert len(used) == len(set(used))
    assert {"name", "your_words", "what", "why", "organisation"} <= set(used) <= set(HOLES)
    assert used.index("your_words") < used.index("what") < used.index("why")


@pytest.mark.parametrize("state", ["made", "planned"])
def test_what_is_done_or_planned_comes_with_its_date(state: str, language: str) -> None:
    assert "since" in holes(load(state).body[language])


@pytest.mark.parametrize("state", STATES)
def test_the_subject_names_the_process_and_claims_nothing_about_the_reader(state: str, language: str) -> None:
    subject = load(state).subject[language]
    assert holes(subject) == ["process"]
    assert "\n" not in subject
    assert not re.search("told us|asked us|Państwa odpowied", subject)


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("hole", ["your_words", "what", "why"])
def test_blocks_stand_as_paragraphs_of_their_own(state: str, language: str, hole: str) -> None:
    assert f"{{{{{hole}}}}}" in load(state).body[language].split("\n\n")


@pytest.mark.parametrize("state", STATES)
def test_without_a_quote_no_sentence_is_left_pointing_at_nothing(state: str, language: str) -> None:
    paragraphs = load(state).body[language].split("\n\n")
    before = paragraphs[paragraphs.index("{{your_words}}") - 1]
    assert before.endswith(".")


@pytest.mark.parametrize("state", STATES)
def test_every_letter_invites_a_reply(state: str, language: str) -> None:
    invitation = {"en": "please tell us", "pl": "prosi"}[language]
    assert invitation in load(state).body[language]


@pytest.mark.parametrize("state", STATES)
def test_nobody_is_blamed_or_addressed_by_gender(state: str) -> None:
    text = load(state)
    assert not re.search(r"\bPan(i|a|em|ią)?\b|\w/\w|\"| - |\.\.\.|niestety", text.body["pl"], re.IGNORECASE)
    assert not re.search(r"unfortunately|you should|however|\"|'| - |\.\.\.", text.body["en"], re.IGNORECASE)
