"""The second level: parts of a theme are found in the background, and become themes only when people say so."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from feedback_app.database import transaction
from feedback_app.errors import NotFound, Refused
from feedback_app.events.actor import COMMAND
from feedback_app.extensions import db
from feedback_app.themes import queries
from feedback_app.themes.curation import mention_actions, undo
from feedback_app.themes.models import Placement, SubTheme, SubThemeMention, Theme, ThemeEvent
from feedback_app.themes.suggestions import promote_subtopic, subtopic_queries
from feedback_app.themes.worker import jobs
from tests.factories import a_contact, a_response, a_survey
from tests.themes.seed import a_codebook, a_theme, some_mentions

COURIERS = ["The courier was {} minutes late.", "My parcel came {} days late.", "Delivery took {} weeks, far too long."]
REFUNDS = ["I wait for my refund of {} euro.", "You did not pay back {} zloty.", "The refund of {} pounds never came."]


@pytest.fixture
def theme(app: Flask) -> int:
    """A theme that holds two things, thirty mentions each."""
    survey = a_survey()
    theme_id = a_theme(a_codebook([survey.id]), "Trouble")
    texts = [one.format(number) for number in range(3, 13) for one in (*COURIERS, *REFUNDS)]
    some_mentions(a_response(survey, a_contact(), expected="x"), texts, theme_id)
    return theme_id


def a_part(theme_id: int, name: str, most: int) -> int:
    """A part with the first mentions of the theme."""
    ids = db.session.scalars(select(Placement.mention_id).where(Placement.theme_id == theme_id).limit(most)).all()
    with transaction() as session:
        part = SubTheme(theme_id=theme_id, name=name, phrases=[name], quotes=list(ids[:2]))
        session.add(part)
        session.flush()
        session.add_all(SubThemeMention(sub_theme_id=part.id, mention_id=one) for one in ids)
    return part.id


def sizes(theme_id: int) -> list[tuple[str, int]]:
    return [(one.part.name, one.mentions) for one in subtopic_queries.parts_of(theme_id)]


def test_a_theme_is_looked_into_once_until_it_has_grown(theme: int) -> None:
    assert subtopic_queries.due() == theme
    assert "theme" in jobs.look_inside_themes()
    found = sizes(theme)
    assert len(found) == 2
    assert sorted(size for _, size in found) == [30, 30]
    assert subtopic_queries.due() is None
    assert jobs.look_inside_themes() == ""
    survey = queries.surveys_of(queries.theme_by_id(theme).codebook_id)[0]
    more = [f"The courier was rude for the {n}th time." for n in range(20)]
    some_mentions(a_response(survey, a_contact(), expected="x"), more, theme)
    assert subtopic_queries.due() == theme


def test_a_part_becomes_a_theme_and_undo_makes_it_a_part_again(theme: int) -> None:
    part = a_part(theme, "late couriers", 30)
    made = promote_subtopic.make_theme(part, COMMAND)
    assert (made.name, made.parent_id) == ("late couriers", theme)
    assert [one.id for one in subtopic_queries.themes_within(theme)] == [made.id]
    assert sizes(theme) == []
    with pytest.raises(Refused):
        promote_subtopic.make_theme(part, COMMAND)
    step = db.session.scalars(select(ThemeEvent).order_by(ThemeEvent.id.desc())).first()
    assert step is not None
    assert undo.undo(step.id, COMMAND) == 30
    assert sizes(theme) == [("late couriers", 30)]
    assert subtopic_queries.themes_within(theme) == []


def test_mentions_that_left_the_theme_left_its_part(theme: int) -> None:
    part = a_part(theme, "late couriers", 10)
    ids = list(db.session.scalars(subtopic_queries.inside(subtopic_queries.part_by_id(part))))
    mention_actions.take_out(ids[:4], theme, COMMAND)
    assert sizes(theme) == [("late couriers", 6)]
    mention_actions.take_out(ids[4:8], theme, COMMAND)
    assert sizes(theme) == []  # two are too few to be shown
    with pytest.raises(NotFound):
        subtopic_queries.part_by_id(99_999)


def test_pages_show_parts_and_write_nothing(theme: int, as_role: Callable[[str], FlaskClient]) -> None:
    part = a_part(theme, "late couriers", 30)
    browser = as_role("product_owner")
    page = browser.get(f"/themes/{theme}?part={part}").text
    assert "late couriers" in page
    assert page.count('name="mention"') == 30
    assert "In it:" in browser.get("/themes").text
    assert db.session.scalar(select(func.count()).select_from(Theme)) == 1
    reply = browser.post(f"/themes/parts/{part}/theme", data={"name": "Couriers"})
    assert reply.status_code == 303
    assert "Couriers" in browser.get(f"/themes/{theme}").text
    assert browser.post(f"/themes/parts/{part}/theme").status_code == 303  # nothing is left: refused, and said
    assert as_role("viewer").post(f"/themes/parts/{part}/theme").status_code == 403
