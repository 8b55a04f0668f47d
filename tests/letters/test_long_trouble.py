"""A relay that takes nothing for an hour is said aloud; what came back is counted where an operator looks."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient

from feedback_app import clock
from feedback_app.database import transaction
from feedback_app.delivery import queries
from feedback_app.delivery.models import ReturnCount
from feedback_app.delivery.sending.circuit_breaker import CircuitBreaker
from feedback_app.jobs import queries as jobs
from feedback_app.jobs import runs
from feedback_app.letters import status as mail_status
from feedback_app.settings import Settings
from tests.imap_server import Mailboxes
from tests.letters.test_views import letters
from tests.operations.test_doctor import free_port, words


def _troubled(name: str, minutes: int) -> None:
    runs.beat(name, "relay.example:587 cannot be reached", clock.now() - timedelta(minutes=minutes))


def test_an_hour_of_trouble_halts_in_words_and_goes_by_itself(as_role: Callable[[str], FlaskClient]) -> None:
    letters("note", group=4, queued=3)
    client = as_role("admin")
    _troubled("w1", 59)
    assert "halted by the relay" not in client.get("/letters").text
    _troubled("w1", 61)
    page = client.get("/letters").text
    assert "It has taken no letter since" in page
    assert "halted by the relay" in page
    said = mail_status.lines(mail_status.collect())
    assert [one for one in said if one.startswith("halted: the relay takes nothing since")]
    runs.beat("w1")
    assert "halted by the relay" not in client.get("/letters").text
    assert mail_status.collect()["halted_by_relay"] is None


def test_one_worker_that_reaches_the_relay_is_enough(app: Flask) -> None:
    _troubled("w1", 300)
    _troubled("w2", 70)
    halted = jobs.relay_trouble(jobs.workers())
    assert halted is not None
    assert halted.name == "w2"  # nothing has left since it, too, was in trouble
    runs.beat("w3")
    assert jobs.relay_trouble(jobs.workers()) is None
    assert jobs.relay_trouble([]) is None


def test_trouble_began_when_the_relay_was_first_of_no_use() -> None:
    breaker = CircuitBreaker(least=0.0, most=600)
    with time_machine.travel("2026-11-22 10:00Z", tick=False) as moment:
        first = clock.now()
        breaker.trouble("cannot be reached")
        moment.shift(timedelta(minutes=50))
        assert breaker.may_probe()
        breaker.connected()  # it greets, and refuses the letter
        breaker.trouble("451 to MAIL")
        assert breaker.since == first
        breaker.connected()
        breaker.accepted()
        breaker.trouble("cannot be reached again")
        assert breaker.since == clock.now()


def test_what_came_back_is_counted_for_operators(as_role: Callable[[str], FlaskClient]) -> None:
    letters(sent=2)
    today = clock.now().date()
    with transaction() as session:
        for days, source, outcome, count in (
            (0, "mailbox", "hard", 3), (29, "mailbox", "hard", 4), (30, "mailbox", "hard", 50), (1, "ses", "soft", 2),
        ):  # fmt: skip
            session.add(ReturnCount(day=today - timedelta(days=days), source=source, outcome=outcome, count=count))
    assert "came back in 30 days: 7 hard (mailbox), 2 soft (ses)" in mail_status.lines(mail_status.collect())
    page = as_role("viewer").get("/letters").text
    assert "What came back in 30 days" in page
    assert "dead address" in page
    assert [(one.outcome, one.messages) for one in queries.came_back()] == [("hard", 57), ("soft", 2)]


def test_the_doctor_looks_into_the_bounce_mailbox(settings: Settings) -> None:
    assert "bounce mailbox" not in words(settings)
    with Mailboxes([b"x", b"y"]) as server:
        well, said = words(settings.with_(bounce_mailbox=server.url))["bounce mailbox"]
        assert (well, said) == (True, "INBOX at 127.0.0.1 can be read, 2 messages wait")
        assert len(server.held("INBOX")) == 2
        nowhere = f"{server.url.removesuffix('INBOX')}Nowhere"
        well, said = words(settings.with_(bounce_mailbox=nowhere))["bounce mailbox"]
        assert well is False
        assert "FEEDBACK_BOUNCE_MAILBOX" in said
    down = f"imap://ada:secret@127.0.0.1:{free_port()}"
    well, said = words(settings.with_(bounce_mailbox=down))["bounce mailbox"]
    assert well is False
    assert "secret" not in said


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return settings.with_(bounce_address="bounce@example.org")
