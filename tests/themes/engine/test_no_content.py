"""What says nothing is no mention; but a complaint, however short, is never taken for nothing."""

from __future__ import annotations

import pytest

from feedback_app.themes.engine.text.no_content import says_nothing

NOTHING = [
    "", "   ", "...", "123", "None", "N/A", "n/a.", "-", "Nothing.", "No", "no complaints", "No complaints at all!",
    "Everything was perfect", "All good, thank you very much", "Great job", "keep up the good work", "Don't know",
    "I don't know", "see above", "ditto", "A+", "no problems whatsoever", "couldn't be better",
    "Brak", "brak uwag", "Nie mam uwag", "Nic", "nie wiem", "wszystko ok", "Wszystko w porządku", "Super!", "Polecam",
    "Bardzo dobrze, dziękuję", "jak wyżej", "Trudno powiedzieć", "bez zastrzeżeń", "żadnych zastrzeżeń",
]  # fmt: skip

SOMETHING = [
    "Not good", "not great", "never again", "bad", "wrong", "problems", "terrible", "awful", "Źle", "nie podoba się",
    "nie polecam", "nie jestem zadowolony", "problem", "The courier was great", "Great staff", "Szybka dostawa",
    "uwagi", "too dear", "late", "no parking", "no answer on the phone", "brak parkingu", "brak odpowiedzi",
    "Nie działa", "Everything was perfect except the invoice",
]  # fmt: skip


@pytest.mark.parametrize("answer", NOTHING)
def test_nothing_is_nothing_in_both_languages(answer: str) -> None:
    assert says_nothing(answer)
    assert says_nothing(answer.upper())


@pytest.mark.parametrize("answer", SOMETHING)
def test_a_complaint_or_a_subject_is_something(answer: str) -> None:
    assert not says_nothing(answer)


def test_both_apostrophes_are_one() -> None:
    assert says_nothing("I don’t know")
    assert says_nothing("couldn’t be better")


def test_long_praise_may_hide_a_subject_and_is_kept() -> None:
    assert says_nothing(" ".join(["good"] * 14))
    assert not says_nothing(" ".join(["good"] * 15))


def test_only_the_beginning_of_a_rant_is_read() -> None:
    assert not says_nothing("The courier was rude. " * 50_000)
