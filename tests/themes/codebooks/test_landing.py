"""New surveys join a codebook by themselves: which one, when, and that a person can see and change it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from feedback_app import clock
from feedback_app.database import transaction
from feedback_app.events.actor import COMMAND
from feedback_app.extensions import db
from feedback_app.surveys.models import Survey
from feedback_app.themes import queries
from feedback_app.themes.codebooks import actions
from feedback_app.themes.codebooks.landing_actions import PATIENCE, land_new_surveys
from feedback_app.themes.codebooks.queries import landed
from feedback_app.themes.worker import requests
from tests.browser import read
from tests.factories import a_contact, a_response, a_survey
from tests.themes.seed import a_codebook, a_theme

LONG_AGO = clock.now() - 2 * PATIENCE


def answered(slug: str, published: timedelta = 2 * PATIENCE, languages: tuple[str, ...] = ("en",)) -> Survey:
    survey = a_survey(slug)
    with transaction():
        kept = db.session.get_one(Survey, survey.id)
        kept.published_at, kept.languages = clock.now() - published, list(languages)
    a_response(survey, a_contact(), expected="The courier came two days late.")
    return survey


def home_of(survey: Survey) -> int | None:
    db.session.rollback()
    found = queries.codebook_of(survey.id)
    return found.id if found else None


@pytest.fixture
def book(app: Flask) -> int:
    """A codebook with a theme, for one survey in English."""
    codebook = a_codebook([answered("old").id])
    a_theme(codebook, "Delivery")
    return codebook


def test_a_survey_with_answers_joins_the_codebook_and_the_page_says_so(
    book: int, as_role: Callable[[str], FlaskClient]
) -> None:
    survey = answered("new")
    requests.assign_new_answers(everything=True)
    assert home_of(survey) == book
    assert land_new_surveys() == 0
    page = read(as_role("product_owner").get(f"/themes?codebook={book}").text)
    assert "joined these themes by itself" in page
    assert "Give it themes of its own" in page
    viewer = as_role("viewer")
    assert "Give it themes" not in viewer.get(f"/themes?codebook={book}").text
    actions.codebook_for(["new"], COMMAND, "Its own")
    assert home_of(survey) != book
    assert "joined these themes by itself" not in viewer.get(f"/themes?codebook={book}").text


def test_people_have_an_hour_to_choose_and_drafts_and_silence_wait(book: int) -> None:
    fresh = answered("fresh", PATIENCE / 2)
    silent = a_survey("silent")
    with transaction():
        db.session.get_one(Survey, silent.id).published_at = LONG_AGO
    draft = answered("draft")
    with transaction():
        db.session.get_one(Survey, draft.id).published_at = None
    assert land_new_surveys() == 0
    assert home_of(fresh) is None


def test_the_codebook_with_most_languages_in_common_is_chosen_and_none_without_themes(book: int) -> None:
    polish = a_codebook([answered("polish", languages=("pl", "en")).id], "Polish")
    empty = a_codebook([answered("empty", languages=("de",)).id], "Empty")
    a_theme(polish, "Dostawa")
    both, german = answered("both", languages=("pl", "en")), answered("german", languages=("de",))
    assert land_new_surveys() == 1
    assert home_of(both) == polish
    assert home_of(german) is None
    assert not landed(empty)


def test_without_any_codebook_nothing_lands(app: Flask) -> None:
    survey = answered("alone")
    assert land_new_surveys() == 0
    assert home_of(survey) is None
