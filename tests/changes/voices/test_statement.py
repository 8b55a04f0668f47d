"""What a change says, as sentences."""

from __future__ import annotations

import pytest

from feedback_app.changes.voices.engine.statement import read_statement


def test_a_change_is_heard_sentence_by_sentence_in_each_language() -> None:
    said = read_statement(
        {
            "what": {"en": "We call you. Twice a day.", "pl": "Dzwonimy."},
            "why": {"en": "You waited."},
            "themes": [3, "x"],
        }
    )
    assert said.sentences == ("We call you.", "Twice a day.", "Dzwonimy.", "You waited.")
    assert said.languages == ("en", "en", "pl", "en")
    assert said.themes == {"3", "x"}


def test_a_text_alone_is_english_and_the_reason_of_a_no_is_not_heard() -> None:
    said = read_statement({"what": "We call you.", "reason": {"en": "It costs too much."}})
    assert (said.sentences, said.languages, said.themes) == (("We call you.",), ("en",), frozenset())


def test_a_long_change_is_heard_as_far_as_forty_sentences() -> None:
    assert len(read_statement({"what": "This is one more sentence. " * 60}).sentences) == 40


@pytest.mark.parametrize("given_", [{}, {"what": {}}, {"what": " ", "why": {"en": 3}}, {"what": [1]}, {"reason": "x"}])
def test_a_change_that_says_nothing_is_refused(given_: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="says nothing"):
        read_statement(given_)
