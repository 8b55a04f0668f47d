"""Letters that do not leave are seen wherever somebody waits for them, with the reason and what to do."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask.testing import FlaskClient

from feedback_app import clock
from feedback_app.announcements.models import Announcement, AnnouncementText
from feedback_app.database import transaction
from feedback_app.delivery import actions as post_office
from feedback_app.delivery import queries
from feedback_app.delivery.bounces.apply import COMPLAINTS
from feedback_app.delivery.models import OutgoingEmail
from feedback_app.delivery.queue.claims import Lane
from feedback_app.delivery.queue.smtp_replies import Reply
from feedback_app.delivery.throttle.ramp_up import judge_sender
from feedback_app.delivery.throttle.ramp_up_stats import Window
from feedback_app.events.actor import COMMAND
from feedback_app.extensions import db
from feedback_app.jobs import runs
from feedback_app.letters import actions as mail_actions
from feedback_app.letters.standstill import halted, standstill
from tests.delivery.test_returns import a_sending
from tests.letters.test_views import letters

AsRole = Callable[[str], FlaskClient]


@pytest.fixture
def running(app: object) -> int:
    """An announcement on its way: 12 letters sent, 5 wait; a worker is there."""
    runs.beat("w1")
    with transaction() as session:
        one = Announcement(about="made", state="sending", sent_at=clock.now())
        session.add(one)
        session.flush()
        session.add(AnnouncementText(announcement_id=one.id, language="en", subject="You said, we did", body="x"))
    a_sending(12, group=one.id)
    return one.id


def relay_away() -> None:
    runs.beat("w1", "relay.example:587 cannot be reached", clock.now() - timedelta(minutes=61))


def test_all_is_well(running: int, as_role: AsRole) -> None:
    assert not standstill("announcement")
    browser = as_role("viewer")
    for page in ("/", f"/announcements/{running}/sending"):
        assert "alert-danger" not in browser.get(page).text


@pytest.mark.parametrize("page", ["/", "/announcements/{}/sending", "/letters"])
def test_a_relay_that_is_away_is_told_with_its_words_and_what_to_do(running: int, as_role: AsRole, page: str) -> None:
    relay_away()
    text = as_role("viewer").get(page.format(running)).text
    assert "Halted by the relay." in text
    assert "relay.example:587 cannot be reached" in text
    assert "letters go on by themselves" in text
    assert "feedback-app doctor" in text


def test_what_waits_for_nothing_is_not_disturbed(app: object, as_role: AsRole) -> None:
    letters("note", sent=2)
    relay_away()
    assert "Halted by the relay." not in as_role("viewer").get("/").text


@pytest.mark.parametrize(("kind", "words"), [
    ("", "All letters are held back."), ("announcement", "All letters of this kind are held back."),
    ("invitation", None),
])  # fmt: skip
def test_a_pause_of_more_than_the_sending_is_seen_on_its_page(
    running: int, as_role: AsRole, kind: str, words: str | None
) -> None:
    mail_actions.pause(COMMAND, kind)
    text = as_role("viewer").get(f"/announcements/{running}/sending").text
    assert ("held back." in text) is (words is not None)
    assert words is None or words in text


def test_no_worker_is_said_on_the_page(running: int, as_role: AsRole) -> None:
    runs.leave("w1")
    assert "No worker runs, so letters wait." in as_role("viewer").get(f"/announcements/{running}/sending").text


def test_the_desk_and_the_list_name_what_the_machine_halted(running: int, as_role: AsRole) -> None:
    with transaction():
        post_office.halt("announcement", running, COMPLAINTS, complaints=3, sent=12, limit=1)
    browser = as_role("viewer")
    desk = browser.get("/").text
    assert "The machine has halted 1 sending." in desk
    assert "3 of 12 readers reported it as unwanted; the limit is 1%." in desk
    assert f'href="/announcements/{running}">You said, we did</a>' in desk
    assert "halted</span>" in browser.get("/announcements").text
    with transaction():
        post_office.resume("announcement", running)
    assert halted("en") == []
    assert "halted" not in browser.get("/").text


def test_a_halt_of_which_nothing_waits_needs_nobody(app: object) -> None:
    letters("note", group=4, sent=2, queued=1)
    with transaction():
        post_office.halt("note", 4, "why")
    assert [(one.kind, one.id, one.waiting) for one in halted("en")] == [("note", 4, 1)]
    assert mail_actions.stop(COMMAND, "note", 4) == 1
    assert halted("en") == []
    assert not queries.is_paused("note", 4)


def test_a_halt_by_refusals_is_in_the_story_and_names_nobody(running: int, as_role: AsRole) -> None:
    window = Window()
    for _one in range(30):
        window.add(refused=True)
    with transaction():
        refused = Reply(550, "5.7.1 <ada@x.example>: blocked")
        assert judge_sender(db.session(), Lane("announcement", running), window, refused)
    [halt] = queries.halts_of("announcement", running)
    assert "<…>: blocked" in halt.words
    assert "ada@x.example" not in halt.words
    text = as_role("viewer").get(f"/announcements/{running}/sending").text
    assert "halted by the machine" in text
    assert text.count("blocked") == 2  # in the alert, and in the story


def test_answers_that_differ_in_the_address_alone_are_one(app: object) -> None:
    letters("note", failed=3)
    with transaction() as session:
        for one in session.query(OutgoingEmail):
            one.reply = f"5.1.1 <{one.address}>: no such user"
    assert [(one.letters, one.reply) for one in queries.troubles()] == [(3, "5.1.1 <…>: no such user")]
