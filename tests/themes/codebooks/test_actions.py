"""Which codebook a survey is grouped by, and how one is taken in: whole, or not at all."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import func, select

from feedback_app.errors import NotFound, Refused
from feedback_app.events.actor import COMMAND
from feedback_app.events.models import Event
from feedback_app.extensions import db
from feedback_app.surveys.models import Survey
from feedback_app.themes.codebooks import actions
from feedback_app.themes.codebooks.document import ExampleRow, ThemeRow
from feedback_app.themes.curation import mention_actions, theme_actions
from feedback_app.themes.models import Codebook, Mention, Placement, Theme, ThemeExample
from feedback_app.themes.queries import codebook_of, surveys_of
from tests.factories import a_contact, a_response, a_survey
from tests.themes.seed import a_codebook, a_theme, some_mentions

LATE = ThemeRow(name="Late", description="Not on the day", examples=(ExampleRow("It came late", "en"),))


def how_many(model: type) -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(model)) or 0


@pytest.fixture
def survey(app: Flask) -> Survey:
    return a_survey("customers")


def test_a_survey_without_a_codebook_gets_one_with_its_title(survey: Survey) -> None:
    book = actions.codebook_for(["customers"], COMMAND)
    assert book.name == "How was it?"
    assert codebook_of(survey.id) == book
    assert actions.codebook_for(["customers", "customers"], COMMAND) == book
    assert how_many(Codebook) == 1


def test_a_name_that_is_taken_gets_a_number(survey: Survey) -> None:
    for name in ("How was it?", "How was it? 2"):
        actions.start_codebook(name, COMMAND)
    assert actions.codebook_for(["customers"], COMMAND).name == "How was it? 3"


def test_a_survey_joins_the_codebook_that_the_others_use(survey: Survey) -> None:
    lost = a_survey("lost")
    book = actions.codebook_for(["lost"], COMMAND, "Voices")
    assert actions.codebook_for(["customers", "lost"], COMMAND) == book
    assert [one.slug for one in surveys_of(book.id)] == ["customers", "lost"]
    assert codebook_of(lost.id) == book


def test_surveys_of_two_codebooks_need_to_be_told_which(survey: Survey) -> None:
    a_survey("lost")
    actions.codebook_for(["customers"], COMMAND, "One")
    actions.codebook_for(["lost"], COMMAND, "Two")
    with pytest.raises(Refused, match=r"One, Two"):
        actions.codebook_for(["customers", "lost"], COMMAND)
    assert codebook_of(survey.id).name == "One"  # type: ignore[union-attr]
    assert actions.codebook_for(["customers", "lost"], COMMAND, " Two ").name == "Two"
    assert codebook_of(survey.id).name == "Two"  # type: ignore[union-attr]


def test_nothing_is_started_for_a_survey_that_is_not_there(survey: Survey) -> None:
    with pytest.raises(NotFound):
        actions.codebook_for(["customers", "nowhere"], COMMAND, "New")
    with pytest.raises(Refused, match="at least one survey"):
        actions.codebook_for([], COMMAND)
    assert how_many(Codebook) == 0
    assert how_many(Event) == 0


@pytest.mark.parametrize("name", ["", "   ", "x" * 201])
def test_a_codebook_needs_a_name_that_can_be_shown(app: Flask, name: str) -> None:
    with pytest.raises(Refused, match="name"):
        actions.start_codebook(name, COMMAND)
    assert how_many(Codebook) == 0


def test_two_codebooks_of_one_name_are_refused(app: Flask) -> None:
    actions.start_codebook("Voices", COMMAND)
    with pytest.raises(Refused, match="already"):
        actions.start_codebook(" Voices ", COMMAND)


def test_leaving_a_codebook_takes_the_machines_placements_along_and_asks_again(survey: Survey) -> None:
    first, second = a_codebook([survey.id], "First"), a_codebook([], "Second")
    some_mentions(a_response(survey, a_contact(), expected="x"), ["came late"], a_theme(first, "Late"))
    actions.share([survey.id], second, COMMAND)
    assert how_many(Placement) == 0
    assert db.session.scalars(select(Mention.judged_at)).all() == [None]  # looked at again by the new machine
    assert codebook_of(survey.id).id == second  # type: ignore[union-attr]


def test_what_people_have_sorted_keeps_the_survey_where_it_is(survey: Survey) -> None:
    first, second = a_codebook([survey.id], "First"), a_codebook([], "Second")
    theme = a_theme(first, "Late")
    ids = some_mentions(a_response(survey, a_contact(), expected="x"), ["came late"], theme)
    mention_actions.confirm(ids, theme, COMMAND)
    other = a_survey("lost")
    with pytest.raises(Refused, match=r"sorted 1 mention.*customers"):
        actions.share([other.id, survey.id], second, COMMAND)
    assert codebook_of(other.id) is None  # all of it or nothing
    assert how_many(Placement) == 1


def test_sharing_with_the_codebook_it_has_changes_nothing(survey: Survey) -> None:
    book = a_codebook([survey.id])
    some_mentions(a_response(survey, a_contact(), expected="x"), ["came late"], a_theme(book, "Late"))
    actions.share([survey.id], book, COMMAND)
    assert how_many(Placement) == 1
    assert how_many(Event) == 0


def test_a_codebook_taken_in_twice_is_there_once(app: Flask) -> None:
    book = a_codebook([])
    more = ThemeRow(name="LATE", examples=(ExampleRow("It came late", "en"), ExampleRow("Dopiero wczoraj", "pl")))
    assert actions.add_themes(book, [LATE], COMMAND) == 1
    assert actions.add_themes(book, [LATE, more], COMMAND) == 0
    assert db.session.scalars(select(Theme.name)).all() == ["Late"]
    assert sorted(db.session.scalars(select(ThemeExample.text))) == ["Dopiero wczoraj", "It came late"]


def test_a_theme_set_aside_does_not_swallow_the_one_taken_in(app: Flask) -> None:
    book = a_codebook([])
    actions.add_themes(book, [LATE], COMMAND)
    theme_actions.set_aside(db.session.scalars(select(Theme.id)).one(), COMMAND)
    assert actions.add_themes(book, [LATE], COMMAND) == 1


def test_one_theme_without_a_name_and_none_is_taken_in(app: Flask) -> None:
    book = a_codebook([])
    with pytest.raises(Refused, match="needs a name"):
        actions.add_themes(book, [LATE, ThemeRow(name=" ")], COMMAND)
    assert how_many(Theme) == how_many(ThemeExample) == how_many(Event) == 0


def test_what_is_taken_in_is_tidied(app: Flask) -> None:
    long = ThemeRow(
        name=" Two\nlines ", phrases=("a\tb",), examples=(ExampleRow("  ", "en"), ExampleRow("x" * 9_000, "en"))
    )
    actions.add_themes(a_codebook([]), [long], COMMAND)
    theme = db.session.scalars(select(Theme)).one()
    assert (theme.name, theme.phrases) == ("Two lines", ["a b"])
    assert [len(text) for text in db.session.scalars(select(ThemeExample.text))] == [2_000]


def test_a_ready_codebook_is_taken_in_by_language_and_taught_in_both(app: Flask) -> None:
    book = a_codebook([])
    number = actions.start_from(book, "customer-service", "pl", COMMAND)
    assert number == how_many(Theme) >= 8
    assert set(db.session.scalars(select(ThemeExample.language).distinct())) == {"en", "pl"}
    assert actions.start_from(book, "customer-service", "pl", COMMAND) == 0
