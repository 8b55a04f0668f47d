"""The trail: filters, pages, words and links, and a file that spreadsheet programs open safely."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from datetime import UTC, date, datetime

import pytest
from flask import Flask
from flask.testing import FlaskClient

from feedback_app import registry
from feedback_app.accounts import events as staff_events
from feedback_app.accounts.pages import trail_views
from feedback_app.announcements import events as announcement_events
from feedback_app.changes import events as change_events
from feedback_app.contacts import events as contact_events
from feedback_app.database import transaction
from feedback_app.events import queries
from feedback_app.events.actions import record
from feedback_app.events.actor import COMMAND, WORKER, Actor
from feedback_app.events.catalogue import Catalogue, EventType
from feedback_app.events.models import Event
from feedback_app.events.queries import EventFilter
from feedback_app.themes import events as theme_events
from feedback_app.themes.models import Codebook, Theme

AsRole = Callable[[str], FlaskClient]
CATALOGUE = Catalogue(registry.EVENT_ROOMS)
SENT, ADDED, MERGED = "announcement.sent", "staff.added", "theme.merged"


@pytest.fixture
def trail(app: Flask) -> None:
    with transaction():
        record(theme_events.THEME_MERGED, Actor("staff", "ada@velo.example"), 7, name="Delivery").at = moment(1, 12)
        record(staff_events.ADDED, COMMAND, 1, name="ada@velo.example", roles=["viewer"]).at = moment(2, 12)
        record(announcement_events.SENT, WORKER, 2, name="=HYPERLINK(1)").at = moment(3, 22, 30)


def moment(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 7, day, hour, minute, tzinfo=UTC)


@pytest.mark.usefixtures("trail")
@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        (EventFilter(), [SENT, ADDED, MERGED]),
        (EventFilter(who="ADA"), [MERGED]),
        (EventFilter(what="staff.added"), [ADDED]),
        (EventFilter(what="themes"), [MERGED]),
        (EventFilter(what="no such"), []),
        (EventFilter(subject="theme"), [MERGED]),
        (EventFilter(subject="theme", subject_id=8), []),
        (EventFilter(since=date(2026, 7, 2)), [SENT, ADDED]),
        (EventFilter(until=date(2026, 7, 2)), [ADDED, MERGED]),
        # 22:30 in UTC is half past midnight of the next day in Warsaw
        (EventFilter(since=date(2026, 7, 4), until=date(2026, 7, 4), zone="Europe/Warsaw"), [SENT]),
        (EventFilter(until=date(9999, 12, 31)), [SENT, ADDED, MERGED]),
    ],
)
def test_filters(wanted: EventFilter, found: list[str]) -> None:
    assert [one.code for one in queries.page(wanted, CATALOGUE, 1).items] == found
    assert [one.code for one in queries.rows(wanted, CATALOGUE, at_once=1)] == found


@pytest.mark.usefixtures("trail")
def test_the_page_says_who_what_and_when_in_the_readers_language(as_role: AsRole) -> None:
    admin = as_role("admin")
    english = admin.get("/audit").text
    for words in ("Command line", "Worker", "ada@velo.example", "merged “Delivery” into it", "roles: viewer"):
        assert words in english
    admin.post("/language", data={"language": "pl"})
    assert "połączono z nim „Delivery”" in admin.get("/audit").text


@pytest.mark.parametrize(
    ("what", "payload", "said"),
    [
        (change_events.VOICES_JUDGED, {"judgement": "part", "mentions": 1}, "„część”"),
        (change_events.VOICES_JUDGED, {"judgement": "no", "mentions": 1}, "„nie”"),
        (staff_events.SIGN_IN_FAILED, {"step": "recovery code"}, "(kod zapasowy)"),
        (contact_events.LETTERS_CHOSEN, {"stopped": ["surveys"]}, "ankiety"),
    ],
)
def test_no_code_of_ours_stands_in_the_trail(
    as_role: AsRole, what: EventType, payload: dict[str, object], said: str
) -> None:
    with transaction():
        record(what, COMMAND, None, **payload)
    admin = as_role("admin")
    admin.post("/language", data={"language": "pl"})
    assert said in admin.get("/audit").text


def test_the_page_links_to_what_still_exists(app: Flask, as_role: AsRole) -> None:
    with transaction() as session:
        codebook = Codebook(name="Delivery")
        session.add(codebook)
        session.flush()
        theme = Theme(codebook_id=codebook.id, name="Long queue")
        session.add(theme)
        session.flush()
        record(theme_events.THEME_DESCRIBED, COMMAND, theme.id)
        record(theme_events.THEME_DESCRIBED, COMMAND, theme.id + 1, name="Gone for good")
    page = as_role("admin").get("/audit").text
    assert f'<a href="/themes/{theme.id}">Long queue</a>' in page
    assert "Gone for good" in page
    assert f"/themes/{theme.id + 1}" not in page


@pytest.mark.usefixtures("trail")
def test_the_file_holds_what_the_page_shows_and_runs_nothing(as_role: AsRole) -> None:
    reply = as_role("admin").get("/audit.csv?subject=announcement")
    assert reply.mimetype == "text/csv"
    assert "attachment" in reply.headers["Content-Disposition"]
    header, row = csv.reader(io.StringIO(reply.text.removeprefix("\ufeff")))
    assert tuple(header) == trail_views.HEADER
    assert row[1:] == ["worker", "announcement.sent", "announcement", "2", '{"name": "=HYPERLINK(1)"}']


def test_a_long_trail_has_pages_and_one_file(as_role: AsRole) -> None:
    with transaction() as session:
        session.add_all(
            Event(actor_kind="worker", actor="worker", code="x.y", subject="thing", subject_id=n) for n in range(2105)
        )
    admin = as_role("admin")
    assert admin.get("/audit?page=43").text.count("<tr>") == 6
    assert admin.get("/audit.csv").text.count("\r\n") == 2106


@pytest.mark.parametrize(
    "query",
    [
        "since=x",
        "since=0001-01-01",
        "until=9999-12-31",
        "what=%00",
        "who=" + "x" * 9000,
        "subject=theme&subject_id=x",
    ],
)
def test_takes_any_question(as_role: AsRole, query: str) -> None:
    admin = as_role("admin")
    assert admin.get(f"/audit?{query}").status_code == 200
    assert admin.get(f"/audit.csv?{query}").status_code == 200
