"""The page of letters tells what is in trouble, and lets those who may do something about it."""

from __future__ import annotations

from collections.abc import Callable

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from feedback_app import clock
from feedback_app.accounts.models import AuditEntry
from feedback_app.database import transaction
from feedback_app.delivery import queries as post_office
from feedback_app.delivery.models import LetterVariant, OutgoingEmail
from feedback_app.extensions import db


def letters(**states: int) -> None:
    """Put letters into the queue: ``letters(failed=2, sent=1)``."""
    with transaction() as session:
        variant = LetterVariant(kind="test", language="en", subject="Hello <b>you</b>", text="t", html="h")
        session.add(variant)
        session.flush()
        for state, number in states.items():
            for one in range(number):
                address = f"{state}{one}@example.org"
                session.add(
                    OutgoingEmail(
                        kind="test", variant_id=variant.id, address=address, email_key=address, state=state,
                        reply="550 no such user" if state == "failed" else "",
                        sent_at=clock.now() if state in ("sent", "bounced", "complained") else None,
                    )
                )  # fmt: skip


def test_counts_reasons_and_filters(as_role: Callable[[str], FlaskClient]) -> None:
    letters(failed=2, sent=1, queued=3)
    browser = as_role("viewer")
    page = browser.get("/letters").text
    assert "2 letters: 550 no such user" in page
    assert "Hello &lt;b&gt;you&lt;/b&gt;" in page
    shown = browser.get("/letters?state=sent").text
    assert "sent0@example.org" in shown
    assert "failed0@example.org" not in shown
    assert "queued1@example.org" in browser.get("/letters?search=QUEUED1").text
    assert "No letter matches" in browser.get("/letters?search=nobody").text


def test_failed_and_doubtful_letters_wait_again_and_the_trail_says_so(as_role: Callable[[str], FlaskClient]) -> None:
    letters(failed=2, in_doubt=1, sent=1)
    browser = as_role("announcer")
    assert browser.post("/letters/resend/failed").status_code == 303
    assert post_office.counts_by_state() == {"queued": 2, "in_doubt": 1, "sent": 1}
    assert browser.post("/letters/take-as-sent").status_code == 303
    assert post_office.counts_by_state() == {"queued": 2, "sent": 2}
    assert browser.post("/letters/resend/sent").status_code == 404
    assert {"queued again", "took as sent"} <= set(db.session.scalars(select(AuditEntry.action)))


def test_pause_and_resume(as_role: Callable[[str], FlaskClient]) -> None:
    letters(queued=1)
    browser = as_role("announcer")
    browser.post("/letters/pause")
    assert post_office.is_paused()
    assert "All letters are held back" in browser.get("/letters").text
    browser.post("/letters/resume")
    assert not post_office.is_paused()


def test_viewers_look_and_do_not_touch(app: Flask, as_role: Callable[[str], FlaskClient]) -> None:
    browser = as_role("viewer")
    for path in ("resend/failed", "take-as-sent", "pause", "resume"):
        assert browser.post(f"/letters/{path}").status_code == 403


def test_empty_queue(as_role: Callable[[str], FlaskClient]) -> None:
    assert "No letters yet" in as_role("viewer").get("/letters").text
