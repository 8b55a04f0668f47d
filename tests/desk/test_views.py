"""The desk tells the truth about where the loop is open."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from flask import Flask
from flask.testing import FlaskClient

from feedback_app import clock
from feedback_app.announcements.models import Announcement, Notice
from feedback_app.contacts.models import Contact
from feedback_app.database import transaction
from feedback_app.delivery.models import LetterVariant, OutgoingEmail
from feedback_app.desk import queries
from feedback_app.web import plots
from tests.factories import a_contact, a_response, a_survey


def tell(contact: Contact, state: str = "sent", hours: float = 0) -> None:
    """Write an announcement letter to ``contact`` that left ``hours`` from now."""
    with transaction() as session:
        announcement = Announcement(state="sent", about="made")
        variant = LetterVariant(kind="announcement", language="en", subject="s", text="t", html="h")
        session.add_all([announcement, variant])
        session.flush()
        notice = Notice(announcement_id=announcement.id, contact_id=contact.id, language="en", why="took_part")
        session.add(notice)
        session.flush()
        session.add(
            OutgoingEmail(
                kind="announcement", ref_id=notice.id, variant_id=variant.id, address=contact.email,
                email_key=contact.email_key, state=state, sent_at=clock.now() + timedelta(hours=hours),
            )
        )  # fmt: skip


def test_whoever_answered_waits_until_a_letter_left(app: Flask) -> None:
    survey, told, untold, silent = a_survey(), a_contact(), a_contact(), a_contact()
    two_days = clock.now() - timedelta(days=2)
    a_response(survey, told, at=two_days, expected="A call")
    a_response(survey, untold, at=two_days, expected="A call")
    tell(told)
    tell(untold, state="failed")
    found = queries.open_end()
    assert (found.people, found.oldest, found.unreachable) == (1, two_days, 0)
    assert [row[0].id for row in queries.waiting_people(1).items] == [untold.id]
    assert silent.id not in [row[0].id for row in queries.waiting_people(1).items]


def test_a_letter_from_before_the_answer_closes_nothing(app: Flask) -> None:
    survey, contact = a_survey(), a_contact()
    tell(contact, hours=-48)
    a_response(survey, contact, expected="Still waiting")
    assert queries.open_end().people == 1


def test_the_loop_counts_people_once(app: Flask) -> None:
    survey, other, contact = a_survey(), a_survey(), a_contact()
    a_response(survey, contact, nps=3)
    a_response(other, contact, nps=9)
    found = queries.loop()
    assert (found.contacts, found.answered, found.responses) == (1, 1, 2)


def test_columns_fill_the_plot() -> None:
    columns = plots.stacked([("2026-10", {"a": 1, "b": 3}), ("2026-11", {"a": 2})], ["a", "b"], height=100)
    assert [(b.series, b.y, b.height) for b in columns[0].blocks] == [("a", 75.0, 25.0), ("b", 0.0, 75.0)]
    assert columns[1].blocks[0].height == 50.0
    assert plots.stacked([], ["a"]) == []


def test_empty_desk_says_how_to_begin(as_role: Callable[[str], FlaskClient]) -> None:
    assert "Nobody has been asked yet" in as_role("viewer").get("/").text


def test_desk_and_waiting_show_the_open_end(as_role: Callable[[str], FlaskClient]) -> None:
    contact = a_contact(name="<script>alert(1)</script>")
    a_response(a_survey(), contact, nps=3)
    browser = as_role("viewer")
    assert "1 person told us something and has not heard back" in browser.get("/").text
    page = browser.get("/waiting").text
    assert "&lt;script&gt;alert(1)" in page
    assert "<script>alert" not in page
