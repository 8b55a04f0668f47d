"""Many people are written to in pieces: what a crash, a stop, or a second writer in between must not spoil."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import update

from feedback_app import clock
from feedback_app.announcements import actions, queries
from feedback_app.announcements.models import Announcement, Notice, Piece
from feedback_app.announcements.sending import actions as sending
from feedback_app.announcements.sending import audience, control_actions, progress
from feedback_app.announcements.sending.audience import Span
from feedback_app.contacts.models import Contact
from feedback_app.database import transaction
from feedback_app.delivery.models import LetterVariant, OutgoingEmail
from feedback_app.errors import Refused
from feedback_app.events.actor import COMMAND
from feedback_app.extensions import current_settings, db
from feedback_app.places import ROOT
from tests.announcements.conftest import Company
from tests.announcements.factories import a_mention, a_voice, suppressed, table
from tests.factories import a_contact, a_response, an_invitation

MORE = 7  # people beside the three of the company: five pieces of two
KILLED = """
import os, signal
from feedback_app.announcements.sending import actions as sending
from feedback_app.cli import feedback_app

sending.SIZE = 2
write, calls = sending._write, []
def dying(*given):
    write(*given)
    calls.append(1)
    if len(calls) == 3:
        os.kill(os.getpid(), signal.SIGKILL)
sending._write = dying
feedback_app()
"""


@pytest.fixture(autouse=True)
def small_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sending, "SIZE", 2)


@pytest.fixture
def many(company: Company) -> Company:
    for number in range(MORE):
        person = a_contact(f"many{number}@example.org")
        said = a_mention(a_response(company.survey, person, missing=f"words of {number}"), company.theme)
        a_voice(company.change, said)
    return company


def drafted(company: Company) -> int:
    return actions.draft([company.change], COMMAND)


def letters_by_address() -> Counter[str]:
    db.session.rollback()
    return Counter(row.address for row in table(OutgoingEmail))


def everybody_once() -> dict[str, int]:
    people = ["ada", "zofia", "bob", *(f"many{number}" for number in range(MORE))]
    return {f"{name}@example.org": 1 for name in people}


def killed_in_the_middle(announcement_id: int) -> None:
    """Let another process send it and die by kill -9 in its third piece, written and not committed."""
    settings = current_settings()
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("FEEDBACK_")},
        "FEEDBACK_SECRET_KEY": settings.secret_key,
        "FEEDBACK_DATABASE_URL": db.engine.url.render_as_string(hide_password=False),
        "FEEDBACK_VAR": settings.var,
        "FEEDBACK_BASE_URL": settings.base_url,
        "FEEDBACK_MAIL_FROM": settings.mail_from,
    }
    command = [sys.executable, "-c", KILLED, "announcements", "send", str(announcement_id), "--yes"]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == -signal.SIGKILL, done.stdout + done.stderr
    db.session.rollback()


def test_everybody_gets_one_letter_with_their_own_words(many: Company) -> None:
    sent = sending.send(drafted(many), COMMAND, expected=MORE + 3)
    assert (sent.letters, sent.left_out) == (MORE + 3, 0)
    assert letters_by_address() == everybody_once()
    assert table(Piece) == []
    quotes = {row.contact_id: [one["text"] for one in row.quotes] for row in table(Notice)}
    assert sorted(text for texts in quotes.values() for text in texts if text.startswith("words")) == [
        f"words of {number}" for number in range(MORE)
    ]
    assert {row.why for row in table(Notice) if row.contact_id == many.bob.id} == {"took_part"}
    assert len(table(LetterVariant)) == 2


def test_the_plan_counts_what_is_then_written(many: Company) -> None:
    suppressed(many.bob)
    one = drafted(many)
    plan = audience.plan(queries.get(one), 4)
    assert (plan.letters, plan.left_out) == (MORE + 2, 1)
    assert plan.spans[0].above == 0
    assert plan.spans[-1].upto is None
    assert [span.upto for span in plan.spans[:-1]] == [span.above for span in plan.spans[1:]]
    assert len(plan.spans) == 3
    sent = sending.send(one, COMMAND)
    assert (sent.letters, sent.left_out) == (plan.letters, plan.left_out)
    assert audience.plan(queries.get(one), 10).spans == [Span(0, None)]


@pytest.mark.parametrize("kind", ["mentioned", "respondents", "invited"])
def test_pieces_reach_whom_one_piece_would_reach(many: Company, monkeypatch: pytest.MonkeyPatch, kind: str) -> None:
    for number in range(3):
        an_invitation(many.survey, a_contact(f"asked{number}@example.org"))
    reach = audience.reach(queries.get(actions.draft([many.change], COMMAND, audience=kind)))
    whole = actions.draft([many.change], COMMAND, audience=kind)
    monkeypatch.setattr(sending, "SIZE", 1000)
    sending.send(whole, COMMAND)
    parted = actions.draft([many.change], COMMAND, audience=kind)
    monkeypatch.setattr(sending, "SIZE", 3)
    assert sending.send(parted, COMMAND).letters == reach.letters

    def told(announcement_id: int) -> list[tuple[object, ...]]:
        rows = [row for row in table(Notice) if row.announcement_id == announcement_id]
        return sorted((row.contact_id, row.language, row.why, row.included, str(row.quotes)) for row in rows)

    assert told(parted) == told(whole)


def test_another_number_than_agreed_writes_no_piece(many: Company) -> None:
    one = drafted(many)
    with pytest.raises(Refused, match="changed from 4 to 10"):
        sending.send(one, COMMAND, expected=4)
    db.session.rollback()
    assert queries.get(one).state == "draft"
    assert table(Piece) == table(Notice) == table(OutgoingEmail) == table(LetterVariant) == []


def test_the_page_says_that_letters_are_still_being_written(
    many: Company, as_role: Callable[[str], FlaskClient]
) -> None:
    one = drafted(many)
    killed_in_the_middle(one)
    browser, note = as_role("viewer"), "Letters are still being written"
    assert note in browser.get(f"/announcements/{one}/sending").text
    assert browser.get(f"/announcements/{one}/progress.json").json["written"] is False  # type: ignore[index]
    sending.write_waiting()
    assert note not in browser.get(f"/announcements/{one}/sending").text
    assert browser.get(f"/announcements/{one}/progress.json").json["written"] is True  # type: ignore[index]


def test_killed_in_the_middle_the_rest_is_written_and_nobody_twice(many: Company) -> None:
    one = drafted(many)
    killed_in_the_middle(one)
    before = letters_by_address()
    assert 0 < len(before) < MORE + 3
    assert set(before.values()) == {1}
    assert not progress.of(one, "sending").written
    with transaction() as session:  # what was written may leave meanwhile
        session.execute(update(OutgoingEmail).values(state="sent", sent_at=clock.now()))
    assert control_actions.finish_done() == 0
    with pytest.raises(Refused, match="already being sent"):
        sending.send(one, COMMAND)
    assert sending.write_waiting().endswith("pieces written")
    assert sending.write_waiting() == ""
    assert letters_by_address() == everybody_once()
    assert sum(row.state == "sent" for row in table(OutgoingEmail)) == len(before)
    assert progress.of(one, "sending").written


def test_stopped_in_the_middle_the_others_are_told_of_as_stopped(many: Company) -> None:
    one = drafted(many)
    killed_in_the_middle(one)
    written = len(table(OutgoingEmail))
    assert control_actions.stop(one, COMMAND).left_out == written
    sending.write_waiting()
    assert letters_by_address() == everybody_once()
    assert {row.state for row in table(OutgoingEmail)} == {"cancelled"}
    assert len({row.reply for row in table(OutgoingEmail)}) == 1
    found = progress.of(one, "stopped")
    assert (found.people, found.group("left_out"), found.group("waiting")) == (MORE + 3, MORE + 3, 0)


def test_several_may_write_at_once(many: Company, bare_app: Flask) -> None:
    one = drafted(many)
    killed_in_the_middle(one)
    db.session.remove()
    gate = threading.Barrier(3)

    def write() -> None:
        with bare_app.app_context():
            gate.wait(10)
            sending.write_waiting()

    threads = [threading.Thread(target=write) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert letters_by_address() == everybody_once()
    assert table(Piece) == []


def test_a_piece_that_fails_is_written_later(many: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    one = drafted(many)
    notify, calls = sending._notify, []

    def failing(*given: object) -> None:
        calls.append(given)
        if len(calls) == 2:
            raise OSError("the disk is full")
        notify(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(sending, "_notify", failing)
    with pytest.raises(OSError, match="disk is full"):
        sending.send(one, COMMAND)
    assert db.session.get(Announcement, one).state == "sending"  # type: ignore[union-attr]
    sending.write_waiting()
    assert letters_by_address() == everybody_once()


def test_who_unsubscribes_before_their_piece_gets_no_letter(many: Company) -> None:
    one = drafted(many)
    killed_in_the_middle(one)
    last = table(Piece)[-1]
    late = max(table(Contact), key=lambda row: row.id)
    assert late.id > last.above
    suppressed(late)
    sending.write_waiting()
    assert [row.contact_id for row in table(Notice) if not row.included] == [late.id]
    assert len(table(OutgoingEmail)) == MORE + 2
