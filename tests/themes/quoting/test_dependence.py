"""Which sentences hang on the one before."""

from __future__ import annotations

import pytest

from feedback_app.themes.engine.quoting.dependence import names_no_person, needs_before, says_little, turns_meaning


@pytest.mark.parametrize(
    ("sentence", "language", "hangs"),
    [
        ("But nobody called.", "en", True),
        ("Nobody called.", "en", False),
        ("This was broken.", "en", True),
        ("It is hard to park.", "en", False),
        ("No to dzwonię.", "pl", True),
        ("No parking at all.", "en", False),
        ("She told me to wait.", "en", True),
        ("Powiedziała, że oddzwoni.", "pl", True),
        ("Telefon milczy.", "pl", False),
        ("On Monday.", "en", True),
        ("I waited and…", "en", True),
        ("", "en", True),
    ],
)
def test_which_sentences_hang_on_the_one_before(sentence: str, language: str, hangs: bool) -> None:
    assert needs_before(sentence, language, "The phone was dead.") is hangs


def test_a_short_answer_to_a_question_needs_the_question() -> None:
    assert needs_before("Nothing at all.", "en", "What did you like?")
    assert not needs_before("Nothing at all.", "en", "I told you.")


def test_who_she_is_must_be_said() -> None:
    assert names_no_person("She was rude", "en")
    assert not names_no_person("She, the receptionist, was rude", "en")
    assert not names_no_person("The phone was dead", "en")


def test_two_words_say_little_and_but_takes_back() -> None:
    assert [says_little(one) for one in ("The phones.", "The phones rang.", "")] == [True, False, True]
    assert [turns_meaning(one) for one in ("But slow.", "Jednak drogo.", "And slow.", "")] == [True, True, False, False]
