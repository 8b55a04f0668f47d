"""A sending that is held back says so on its page, why, and lets those go on who may."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from feedback_app import clock
from feedback_app.announcements.models import Announcement
from feedback_app.announcements.sending import control_actions
from feedback_app.database import transaction
from feedback_app.delivery import actions as delivery_actions
from feedback_app.delivery import queries as letters
from feedback_app.delivery.bounces.apply import COMPLAINTS
from feedback_app.errors import Refused
from feedback_app.events.actor import COMMAND
from feedback_app.events.models import Event
from feedback_app.extensions import db
from tests.delivery.test_returns import a_sending, came_back, complain, sent

AsRole = Callable[[str], FlaskClient]


@pytest.fixture
def running(app: object) -> int:
    """An announcement on its way: 12 letters sent, 5 wait."""
    with transaction() as session:
        one = Announcement(about="made", state="sending", sent_at=clock.now())
        session.add(one)
    a_sending(12, group=one.id)
    return one.id


def test_a_person_holds_back_and_lets_go_on(running: int, as_role: AsRole) -> None:
    browser, page = as_role("announcer"), f"/announcements/{running}/sending"
    assert browser.post(f"/announcements/{running}/pause").status_code == 303
    assert letters.is_paused("announcement", running)
    assert "The letters that still wait are held back." in browser.get(page).text
    assert browser.post(f"/announcements/{running}/resume").status_code == 303
    assert not letters.is_paused("announcement", running)
    assert "held back." not in browser.get(page).text
    assert [one.code for one in db.session.query(Event).filter_by(subject="announcement")] == [
        "announcement.held_back", "announcement.let_go_on",
    ]  # fmt: skip


def test_the_page_says_why_the_machine_halted_it(running: int, as_role: AsRole) -> None:
    complain(1, 2, 3)
    text = as_role("viewer").get(f"/announcements/{running}/sending").text
    assert "The machine has halted this sending." in text
    assert "3 of 12 readers reported it as unwanted; the limit is 0.3%." in text
    assert "25% reported it" in text
    assert f"/letters?kind=announcement&amp;group={running}&amp;state=complained" in text
    assert "halted by the machine" in text
    assert f"/announcements/{running}/resume" not in text


def test_what_is_over_cannot_be_held_back(running: int) -> None:
    with transaction():
        delivery_actions.halt("announcement", running, COMPLAINTS, complaints=3, sent=12, limit="0.3")
    control_actions.stop(running, COMMAND)
    assert not letters.is_paused("announcement", running)
    for verb in (control_actions.pause, control_actions.resume):
        with pytest.raises(Refused, match="not being sent any more"):
            verb(running, COMMAND)


def test_a_contacts_page_says_why_letters_came_back(running: int, as_role: AsRole) -> None:
    from tests.factories import a_contact

    contact = a_contact("ada@x.example")
    for group in (101, 102):
        came_back(sent("ada@x.example", kind="announcement", scope="announcements", group_id=group)[0])
    browser = as_role("viewer")
    text = browser.get(f"/contacts/{contact.id}").text
    assert "4.2.2 550 why" in text
    assert "2 announcements in a row have come back" in text
    came_back(sent("ada@x.example", kind="announcement", scope="announcements", group_id=103)[0])
    text = browser.get(f"/contacts/{contact.id}").text
    assert "Letters came back: the address does not work" in text
    assert "3 announcements in a row came back" in text
