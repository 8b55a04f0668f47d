"""What the link of a letter stands for, and what a reader may choose and take back: never what we stopped."""

from __future__ import annotations

import pytest
from flask import Flask

from feedback_app import tokens
from feedback_app.contacts import actions, subscriptions
from feedback_app.contacts.subscriptions import Subscription
from feedback_app.database import transaction
from feedback_app.delivery import outbox, suppression
from feedback_app.errors import NotFound
from feedback_app.events.actor import COMMAND
from feedback_app.events.models import Event
from feedback_app.extensions import db
from tests.factories import SECRET, a_contact

KEY = "ada@example.org"


@pytest.fixture(autouse=True)
def ada(app: Flask) -> int:
    return a_contact(KEY).id


def a_letter(scope: str = "surveys", language: str = "pl") -> str:
    """The token in a letter to Ada."""
    with transaction():
        variant = outbox.add_variant("note", language, scope, outbox.Words("Hello", "text", "<p>html</p>"))
        letter = outbox.put("note", variant, KEY, "Ada", values={})
    return tokens.sign(SECRET, "unsubscribe", str(letter))


def stops() -> dict[str, str]:
    db.session.rollback()
    return suppression.scopes_of(KEY)


def stop(scope: str, reason: str) -> None:
    with transaction():
        suppression.suppress(KEY, scope, reason, "")


def test_a_letter_knows_its_reader_its_scope_and_its_language() -> None:
    found = subscriptions.subscription(a_letter("announcements"))
    assert (found.email_key, found.scope, found.language, found.stops) == (KEY, "announcements", "pl", {})
    assert subscriptions.subscription(a_letter("")).scope == "all"  # a service letter stops everything


@pytest.mark.parametrize("token", ["", "1", "x.y", "1.", ".abc", "ł.ł", "1.AAAAAAAAAAAAAAAAAAAAAA", "9" * 400])
def test_a_forged_or_damaged_link_stands_for_nobody(token: str) -> None:
    for verb in (subscriptions.subscription, subscriptions.unsubscribe, subscriptions.undo):
        with pytest.raises(NotFound, match="damaged or too old"):
            verb(token)


@pytest.mark.parametrize(("purpose", "content"), [("password", "1"), ("unsubscribe", "77"), ("unsubscribe", "-1")])
def test_a_link_for_something_else_or_of_no_letter_stands_for_nobody(purpose: str, content: str) -> None:
    a_letter()
    with pytest.raises(NotFound):
        subscriptions.subscription(tokens.sign(SECRET, purpose, content))


def test_one_press_stops_what_the_letter_is_about_and_twice_is_once() -> None:
    token = a_letter("surveys")
    for _ in range(2):
        subscriptions.unsubscribe(token)
    assert stops() == {"surveys": "unsubscribed"}
    assert db.session.query(Event).filter_by(code="contact.letters_chosen").count() == 1


@pytest.mark.parametrize(
    ("wanted", "left"),
    [
        ({"surveys", "announcements"}, {}),
        ({"surveys"}, {"announcements": "unsubscribed"}),
        ({"announcements"}, {"surveys": "unsubscribed"}),
        (set(), {"all": "unsubscribed"}),
        ({"nonsense"}, {"all": "unsubscribed"}),
    ],
)
@pytest.mark.parametrize("before", ["", "surveys", "announcements", "all"])
def test_a_choice_holds_whatever_was_chosen_before(before: str, wanted: set[str], left: dict[str, str]) -> None:
    token = a_letter()
    if before:
        subscriptions.unsubscribe(token, before)
    subscriptions.choose(token, wanted)
    assert stops() == left


@pytest.mark.parametrize("reason", ["hard_bounce", "complaint", "manual", "erased"])
def test_what_we_stopped_ourselves_no_link_takes_back(reason: str) -> None:
    token = a_letter()
    stop("all", reason)
    subscriptions.choose(token, {"surveys", "announcements"})
    subscriptions.undo(token)
    assert stops() == {"all": reason}
    assert subscriptions.subscription(token).ours


def test_undo_takes_back_what_this_letters_button_did_and_nothing_besides() -> None:
    token = a_letter("surveys")
    subscriptions.unsubscribe(token, "announcements")
    subscriptions.unsubscribe(token)
    subscriptions.undo(token)
    assert stops() == {"announcements": "unsubscribed"}
    subscriptions.undo(a_letter(""))  # that letter's button stops everything
    assert stops() == {}


def test_undo_with_nothing_to_take_back_does_nothing() -> None:
    subscriptions.undo(a_letter())
    assert stops() == {}
    assert db.session.query(Event).count() == 0


def test_whoever_was_erased_is_nobody_to_any_link(ada: int) -> None:
    token = a_letter()
    actions.remove(ada, by=COMMAND)
    before = db.session.query(Event).count()
    assert subscriptions.subscription(token).email_key == ""
    subscriptions.choose(token, {"surveys"})
    subscriptions.unsubscribe(token)
    assert db.session.query(Event).count() == before


@pytest.mark.parametrize(
    ("stopped", "in_force", "own"),
    [
        ({}, set(), set()),
        ({"surveys": "unsubscribed"}, {"surveys"}, {"surveys"}),
        ({"all": "unsubscribed"}, {"surveys", "announcements"}, {"all"}),
        ({"all": "complaint", "surveys": "unsubscribed"}, {"surveys", "announcements"}, {"surveys"}),
        ({"announcements": "manual"}, {"announcements"}, set()),
    ],
)
def test_what_is_stopped_and_what_of_it_is_the_readers_own(
    stopped: dict[str, str], in_force: set[str], own: set[str]
) -> None:
    found = Subscription(1, KEY, "surveys", "en", stopped)
    assert (found.stopped, found.own) == (in_force, own)
    assert found.ours is (stopped.get("all") == "complaint")
