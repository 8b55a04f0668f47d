"""The weekly look: once, to those who look after a theme, unless they said no."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from feedback_app import clock
from feedback_app.accounts.models import Staff
from feedback_app.database import transaction
from feedback_app.delivery.models import LetterVariant, OutgoingEmail
from feedback_app.events.actor import Actor
from feedback_app.events.models import Event
from feedback_app.extensions import db
from feedback_app.registry import JOBS
from feedback_app.surveys.models import Survey
from feedback_app.themes.alerts import actions, queries
from feedback_app.themes.alerts.detect import Finding, History, Window
from feedback_app.themes.alerts.mail import KIND, look_and_tell
from feedback_app.themes.alerts.models import AlertWeek, ThemeAlert
from feedback_app.themes.models import Mention, Theme
from tests.browser import read
from tests.factories import a_contact, a_response, a_survey
from tests.statements import statements
from tests.themes.seed import a_codebook, a_theme, some_mentions


@dataclass
class Room:
    survey: Survey
    codebook: int
    late: int
    price: int
    owner: Staff


def said(survey: Survey, theme: int, count: int, days: int, tone: str = "complaint") -> None:
    """So many people, so many days ago; each says it twice."""
    for _ in range(count):
        response = a_response(survey, a_contact(), at=clock.now() - timedelta(days=days), expected="x")
        ids = some_mentions(response, ["late", "late again"], theme)
        with transaction() as session:
            session.query(Mention).filter(Mention.id.in_(ids)).update({"tone": tone})


@pytest.fixture
def room(app: Flask, a_staff: Callable[..., Staff]) -> Room:
    """Thirty people spoke of the price before, and two of lateness; lately nine of lateness and three of the price."""
    survey, owner = a_survey("customers"), a_staff("product_owner")
    codebook = a_codebook([survey.id])
    late = a_theme(codebook, "Late {{name}}", owner_id=owner.id, names={"en": "Late {{name}}", "pl": "Spóźnienia"})
    price = a_theme(codebook, "Price", owner_id=owner.id)
    said(survey, price, 30, 150)
    said(survey, late, 2, 150)
    said(survey, late, 9, 3)
    said(survey, price, 3, 3)
    return Room(survey, codebook, late, price, owner)


def letters() -> list[OutgoingEmail]:
    return list(db.session.scalars(select(OutgoingEmail).where(OutgoingEmail.kind == KIND)))


def next_week() -> None:
    """As if the last look had been a week ago."""
    with transaction() as session:
        session.query(AlertWeek).delete()
        for one in session.query(ThemeAlert):
            one.monday -= timedelta(days=7)


def test_responses_are_counted_not_mentions(room: Room) -> None:
    themes, everything = queries.histories(room.codebook, clock.now())
    assert themes[room.late] == History(Window(9, 9), Window(), Window(2, 2))
    assert themes[room.price] == History(Window(3, 3), Window(), Window(30, 30))
    assert everything == History(Window(12), Window(), Window(32))


def test_the_owner_has_one_letter_and_the_look_is_taken_once_a_week(room: Room) -> None:
    assert look_and_tell() == 1
    (alert,) = db.session.scalars(select(ThemeAlert))
    assert (alert.theme_id, alert.kind, alert.hits) == (room.late, "grows", 9)
    (letter,) = letters()
    assert letter.address == room.owner.email
    variant = db.session.get_one(LetterVariant, letter.variant_id)
    assert variant.subject == "A theme you look after has changed"
    assert "“Late { {name} }” grows: 9 people in the last four weeks; about 1 would be usual." in variant.text
    assert f"/themes/{room.late}" in variant.text
    assert "/themes/alerts" in variant.html
    codes = db.session.scalars(select(Event.code).where(Event.subject == "theme"))
    assert list(codes) == ["theme.grew"]
    assert look_and_tell() == 0  # the same week
    next_week()
    assert look_and_tell() == 0  # the same answers again
    assert len(letters()) == 1


def test_a_letter_is_in_the_language_of_its_reader(room: Room) -> None:
    with transaction() as session:
        session.query(Staff).update({"language": "pl"})
    look_and_tell()
    variant = db.session.get_one(LetterVariant, letters()[0].variant_id)
    assert "Spóźnienia" in variant.text
    assert "four weeks" not in variant.text + variant.html


def test_who_said_no_or_left_has_no_letter_but_the_desk_tells(
    room: Room, as_role: Callable[[str], FlaskClient]
) -> None:
    actions.switch(Actor.of(room.owner), letters=False)
    actions.switch(Actor.of(room.owner), letters=False)  # twice is once
    assert look_and_tell() == 1
    assert letters() == []
    assert [one.theme_id for one in queries.lately(room.owner.id)] == [room.late]
    assert queries.lately(999) == []  # somebody else's theme
    with transaction() as session:
        session.query(Theme).update({"owner_id": None})
    assert "grows: 9 people" in read(as_role("viewer").get("/").text)  # nobody's theme is everybody's


def test_many_alerts_are_read_with_their_themes_in_one_statement(room: Room) -> None:
    week, other = queries.monday(clock.now()), a_theme(room.codebook, "Other")
    with transaction():
        actions.note(week, [Finding(room.late, kind, 9, 9, 1, 9, 0.01) for kind in ("grows", "worse")])
        actions.note(week, [Finding(other, "grows", 9, 9, 1, 9, 0.02)])
    db.session.expire_all()
    owner = room.owner.id
    with statements() as sent:
        found = queries.lately(owner)
        assert {one.theme.name for one in found} == {"Late {{name}}", "Other"}
    assert [one.theme_id == room.late for one in found] == [True, True, False]
    assert len(sent) == 1


def test_an_account_that_is_closed_has_no_letter(room: Room) -> None:
    with transaction() as session:
        session.query(Staff).update({"active": False})
    assert look_and_tell() == 1
    assert letters() == []


def test_the_switch_is_on_the_page(room: Room, as_role: Callable[[str], FlaskClient]) -> None:
    browser = as_role("viewer")
    assert "Nothing out of the ordinary" in read(browser.get("/themes/alerts").text)
    page = browser.post("/themes/alerts/switch", data={"letters": "off"}, follow_redirects=True).text
    assert "Write to me again" in read(page)
    page = browser.post("/themes/alerts/switch", data={"letters": "on"}, follow_redirects=True).text
    assert "No more such letters" in read(page)
    assert browser.get("/themes/alerts/switch").status_code == 405


def test_a_theme_that_is_set_aside_or_quiet_says_nothing(room: Room) -> None:
    with transaction() as session:
        session.query(Theme).filter_by(id=room.late).update({"state": "set_aside"})
    assert look_and_tell() == 0
    assert db.session.scalar(select(func.count()).select_from(AlertWeek)) == 1


def test_a_silent_theme_returns_and_a_kind_one_turns(room: Room) -> None:
    back = a_theme(room.codebook, "Back", owner_id=room.owner.id)
    kind = a_theme(room.codebook, "Kind", owner_id=room.owner.id)
    said(room.survey, back, 12, 150)
    said(room.survey, room.price, 25, 60)
    said(room.survey, back, 6, 2)
    said(room.survey, kind, 20, 150, "praise")
    said(room.survey, kind, 9, 2)
    look_and_tell()
    found = {(one.theme_id, one.kind) for one in db.session.scalars(select(ThemeAlert))}
    assert {(back, "returns"), (kind, "worse")} <= found
    text = db.session.get_one(LetterVariant, letters()[0].variant_id).text
    assert "“Back” is back: 6 people in the last four weeks, nobody in the eight weeks before." in text
    assert "“Kind” turns for the worse: complaints in 9 of 9 responses, 0 of 20 before." in text


def test_the_job_is_weekly_on_monday_morning() -> None:
    (job,) = [one for one in JOBS if one.name == "watch_themes"]
    slot = job.slot(clock.now())
    assert (slot.weekday(), slot.hour, job.every) == (0, 5, timedelta(weeks=1))
    assert callable(job.load())
