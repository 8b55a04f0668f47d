"""The trail: filters, pages, and a file that spreadsheet programs open safely."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from datetime import UTC, date, datetime

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st

from feedback_app.accounts import audit_csv, queries
from feedback_app.accounts.audit import COMMAND, WORKER, Actor, note, note_once
from feedback_app.accounts.models import AuditEntry
from feedback_app.accounts.queries import TrailWish
from feedback_app.database import transaction
from feedback_app.extensions import db

AsRole = Callable[[str], FlaskClient]


@pytest.fixture
def trail(app: Flask) -> None:
    with transaction():
        note(Actor("ada@velo.example"), "merged", "theme", 7, "Delivery", into=3).at = moment(1, 12)
        note(COMMAND, "added", "staff", 1, "ada@velo.example", roles=["viewer"]).at = moment(2, 12)
        note(WORKER, "sent", "announcement", 2, "=HYPERLINK(1)").at = moment(3, 22, 30)


def moment(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 7, day, hour, minute, tzinfo=UTC)


@pytest.mark.usefixtures("trail")
@pytest.mark.parametrize(
    ("wish", "found"),
    [
        (TrailWish(), ["sent", "added", "merged"]),
        (TrailWish(who="ADA"), ["merged"]),
        (TrailWish(action="added"), ["added"]),
        (TrailWish(target="theme"), ["merged"]),
        (TrailWish(since=date(2026, 7, 2)), ["sent", "added"]),
        (TrailWish(until=date(2026, 7, 2)), ["added", "merged"]),
        # 22:30 in UTC is half past midnight of the next day in Warsaw
        (TrailWish(since=date(2026, 7, 4), until=date(2026, 7, 4)), ["sent"]),
        (TrailWish(until=date(9999, 12, 31)), ["sent", "added", "merged"]),
    ],
)
def test_filters(wish: TrailWish, found: list[str]) -> None:
    assert [one.action for one in queries.trail_page(wish, 1).items] == found
    assert [one.action for one in queries.trail_rows(wish, at_once=1)] == found


@pytest.mark.usefixtures("trail")
def test_the_page_shows_who_what_and_when(as_role: AsRole) -> None:
    page = as_role("admin").get("/audit?lang=en").text
    for words in ("Command line", "Worker", "ada@velo.example", "merged", "Delivery", "into: 3", "roles: viewer"):
        assert words in page


@pytest.mark.usefixtures("trail")
def test_the_file_holds_what_the_page_shows_and_runs_nothing(as_role: AsRole) -> None:
    reply = as_role("admin").get("/audit.csv?target=announcement")
    assert reply.mimetype == "text/csv"
    assert "attachment" in reply.headers["Content-Disposition"]
    header, row = csv.reader(io.StringIO(reply.text.removeprefix("\ufeff")))
    assert tuple(header) == audit_csv.HEADER
    assert row[1:6] == ["worker", "sent", "announcement", "2", "'=HYPERLINK(1)"]


def test_a_long_trail_has_pages_and_one_file(as_role: AsRole) -> None:
    with transaction() as session:
        session.add_all(AuditEntry(actor="x", action="did", target="thing", target_id=n) for n in range(2105))
    admin = as_role("admin")
    assert admin.get("/audit?page=43").text.count("<tr>") == 6
    assert admin.get("/audit.csv").text.count("\r\n") == 2106


@pytest.mark.parametrize(
    "query", ["since=x", "since=0001-01-01", "until=9999-12-31", "action=%00", "who=" + "x" * 9000]
)
def test_takes_any_question(as_role: AsRole, query: str) -> None:
    admin = as_role("admin")
    assert admin.get(f"/audit?{query}").status_code == 200
    assert admin.get(f"/audit.csv?{query}").status_code == 200


def test_knocking_does_not_fill_the_trail(app: Flask) -> None:
    for minutes in (5, 5, 0):
        with transaction():
            note_once(minutes, COMMAND, "failed", "staff", 1)
    assert db.session.scalar(db.select(db.func.count(AuditEntry.id))) == 2


@given(st.text())
def test_no_cell_begins_like_a_formula(text: str) -> None:
    cell = audit_csv.safe(text)
    assert not cell.lstrip(" ").startswith(audit_csv.STARTS_A_FORMULA)
    assert cell in (text, f"'{text}")
