"""Whoever unsubscribes in the middle of a sending gets nothing more: real letters, a real relay, the real page."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient

from feedback_app import create_app, tokens
from feedback_app.delivery import suppression
from feedback_app.extensions import db
from feedback_app.settings import Settings
from tests.delivery.helpers import letters, queue, sender, smtp, states
from tests.delivery.test_returns import sent
from tests.factories import SECRET
from tests.fakes import Relay

PEOPLE = [f"p{n}@example.org" for n in range(400)]
CLICK = {"List-Unsubscribe": "One-Click"}


@pytest.fixture
def held() -> Iterator[Relay]:
    """A relay that answers no text before the test lets it."""
    with Relay(hold=threading.Event()) as relay:
        yield relay


def press(client: FlaskClient, letter_id: int) -> int:
    link = "/unsubscribe/" + tokens.sign(SECRET, "unsubscribe", str(letter_id))
    return client.post(link, data=CLICK).status_code


@pytest.mark.parametrize(
    ("scope", "wish", "stops"),
    [
        ("announcements", "one-click", True),
        ("surveys", "one-click", False),  # they are tired of questions, and still want the answers
        ("surveys", "everything", True),
    ],
)
def test_the_letter_that_is_not_claimed_yet_does_not_leave(
    app: Flask, client: FlaskClient, held: Relay, scope: str, wish: str, stops: bool
) -> None:
    assert held.faults.hold is not None
    last = PEOPLE[-1]
    [earlier] = sent(last, kind="earlier", scope=scope)
    queue(*PEOPLE, kind="announcement", scope="announcements", group_id=1)
    running = sender(smtp(held), connections=2)

    def run() -> None:
        with app.app_context():
            running.run(until_idle=True)

    thread = threading.Thread(target=run)
    thread.start()
    try:
        while not held.tries:  # the sending is on its way, its first letters hang at the relay
            thread.join(0.02)
        assert letters()[last].state in ("queued", "sent")
        link = "/unsubscribe/" + tokens.sign(SECRET, "unsubscribe", str(earlier))
        told = CLICK if wish == "one-click" else {"wish": wish}
        assert client.post(link, data=told).status_code in (200, 303)
    finally:
        held.faults.hold.set()
        thread.join(60)
    assert not thread.is_alive()
    got = held.recipients()
    assert (last in got) is not stops
    assert sorted(got) == sorted(PEOPLE if not stops else PEOPLE[:-1])
    by_kind = {one.kind: one.state for one in _letters_to(last)}
    assert by_kind["announcement"] == ("skipped" if stops else "sent")


def _letters_to(address: str) -> list[object]:
    from sqlalchemy import select

    from feedback_app.delivery.models import OutgoingEmail

    db.session.rollback()
    db.session.expire_all()
    return list(db.session.scalars(select(OutgoingEmail).where(OutgoingEmail.address == address)))


def test_a_whole_sending_can_unsubscribe_through_one_provider(settings: Settings) -> None:
    """Hundreds of readers press in one minute, all through the same address of their provider."""
    app = create_app(settings.with_(rate_limits=True))
    with app.app_context():
        ids = queue(*PEOPLE[:200], kind="announcement", scope="announcements", group_id=1)
        client = app.test_client()
        assert {press(client, one) for one in ids} == {200}
        assert {tuple(suppression.scopes_of(one).items()) for one in PEOPLE[:200]} == {
            (("announcements", "unsubscribed"),)
        }
        assert set(states().values()) == {"queued"}
        db.session.remove()
        db.engine.dispose()


@pytest.mark.parametrize("body", [b"", b"List-Unsubscribe=One-Click&x=%ff", b"\xff\xfe", b"a=" + b"b" * 5000])
def test_whatever_the_body_a_press_is_a_press(client: FlaskClient, body: bytes) -> None:
    [one] = queue(PEOPLE[0], scope="announcements")
    link = "/unsubscribe/" + tokens.sign(SECRET, "unsubscribe", str(one))
    reply = client.post(link, data=body, content_type="application/x-www-form-urlencoded")
    assert reply.status_code in (200, 303)
    assert "Set-Cookie" not in reply.headers
    assert suppression.scopes_of(PEOPLE[0]) == {"announcements": "unsubscribed"}


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH"])
def test_other_methods_are_not_there(client: FlaskClient, method: str) -> None:
    [one] = queue(PEOPLE[0], scope="announcements")
    link = "/unsubscribe/" + tokens.sign(SECRET, "unsubscribe", str(one))
    assert client.open(link, method=method, data=CLICK).status_code == 405
    assert suppression.scopes_of(PEOPLE[0]) == {}
