"""News is looked for once enough was said, and only among what has been looked at."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import update

from feedback_app.database import transaction
from feedback_app.themes.models import Codebook, CodebookMachine, Mention
from feedback_app.themes.suggestions.queries import ENOUGH, with_news
from tests.factories import a_contact, a_response, a_survey
from tests.themes.seed import a_codebook, a_theme, some_mentions


@pytest.fixture
def codebook(app: Flask) -> int:
    """A codebook whose machine has learnt, and just enough mentions."""
    survey = a_survey()
    number = a_codebook([survey.id])
    some_mentions(a_response(survey, a_contact(), expected="x"), ["came late"] * ENOUGH, a_theme(number, "Late"))
    with transaction() as session:
        session.add(CodebookMachine(codebook_id=number, data=b"learnt"))
    return number


def change(model: type, **values: object) -> None:
    with transaction() as session:
        session.execute(update(model).values(**values))


def test_enough_new_mentions_are_worth_a_look_up_to_the_newest(codebook: int) -> None:
    assert with_news() == [(codebook, ENOUGH)]


def test_what_was_looked_at_before_does_not_count_again(codebook: int) -> None:
    change(Codebook, looked_upto=1)
    assert with_news() == []


@pytest.mark.parametrize("values", [{"judged_at": None}, {"state": "no_content"}, {"state": "set_aside"}])
def test_what_waits_or_counts_nowhere_is_no_news(codebook: int, values: dict[str, object]) -> None:
    change(Mention, **values)
    assert with_news() == []


def test_a_codebook_whose_machine_has_learnt_nothing_is_left_alone(codebook: int) -> None:
    with transaction() as session:
        session.query(CodebookMachine).delete()
    assert with_news() == []


def test_each_codebook_counts_its_own(codebook: int) -> None:
    survey = a_survey()
    other = a_codebook([survey.id], "Other")
    some_mentions(a_response(survey, a_contact(), expected="x"), ["too dear"] * (ENOUGH - 1))
    with transaction() as session:
        session.add(CodebookMachine(codebook_id=other, data=b"learnt"))
    assert [number for number, _ in with_news()] == [codebook]
