"""What a returned message changes: letters, addresses, and the sending of an announcement."""

from __future__ import annotations

import io
from datetime import timedelta

import pytest
import time_machine
from click.testing import CliRunner
from flask import Flask
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from sqlalchemy import select

from feedback_app import clock
from feedback_app.cli import feedback_app
from feedback_app.database import transaction
from feedback_app.delivery import actions, queries, suppression
from feedback_app.delivery.bounces import apply as returns
from feedback_app.delivery.bounces.apply import Taken
from feedback_app.delivery.bounces.parse import Kind, Return
from feedback_app.delivery.identity import identity
from feedback_app.delivery.models import LetterReturn, OutgoingEmail, ReturnCount
from feedback_app.events.models import Event
from feedback_app.extensions import current_settings, db
from feedback_app.letters import returns as mail_returns
from tests.delivery.helpers import queue
from tests.delivery.test_bounces import WHO, raw_of

KEY = "ada@x.example"


def sent(*addresses: str, state: str = "sent", **more: object) -> list[int]:
    """Queue letters and take them as sent now."""
    ids = queue(*addresses, **more)
    with transaction() as session:
        for one in session.scalars(select(OutgoingEmail).where(OutgoingEmail.id.in_(ids))):
            one.state = state
            if state == "leased":
                one.lease_owner, one.lease_until = "a-worker", clock.now()
            one.sent_at = clock.now() if state not in ("queued", "leased", "in_doubt") else None
    return ids


def announced(group: int, address: str = KEY, **more: object) -> int:
    [letter] = sent(address, kind="announcement", scope="announcements", group_id=group, **more)
    return letter


def came_back(
    letter_id: int, kind: Kind = Kind.SOFT, status: str = "4.2.2", who: str = KEY, source: str = "mailbox"
) -> Taken:
    with transaction():
        return returns.take_in(Return(kind, letter_id, frozenset([who]), status, "550 why"), source)


def letter(letter_id: int) -> OutgoingEmail:
    db.session.rollback()
    db.session.expire_all()
    return db.session.get_one(OutgoingEmail, letter_id)


def stops(key: str = KEY) -> dict[str, str]:
    db.session.rollback()
    return suppression.scopes_of(key)


def test_a_hard_bounce_ends_the_letters_to_that_address(app: Flask) -> None:
    [one] = sent("Ada@x.example")
    taken = came_back(one, Kind.HARD, "5.1.1")
    assert (letter(one).state, letter(one).reply) == ("bounced", "5.1.1 550 why")
    assert stops() == {"all": "hard_bounce"}
    assert taken.settled
    assert "not written to any more" in taken.did


@pytest.mark.parametrize("state", ["leased", "sent", "in_doubt"])
def test_a_bounce_proves_that_a_letter_had_left(app: Flask, state: str) -> None:
    [one] = sent(KEY, state=state)
    came_back(one, Kind.HARD, "5.1.1")
    assert letter(one).state == "bounced"
    assert letter(one).sent_at is not None


@pytest.mark.parametrize("state", ["queued", "failed", "skipped", "cancelled"])
def test_a_letter_that_never_left_keeps_its_state(app: Flask, state: str) -> None:
    [one] = sent(KEY, state=state)
    came_back(one, Kind.HARD, "5.1.1")
    assert letter(one).state == state


def test_a_complaint_ends_the_letters_too(app: Flask) -> None:
    [one] = sent(KEY)
    came_back(one, Kind.COMPLAINT, "")
    assert letter(one).state == "complained"
    assert stops() == {"all": "complaint"}


def test_what_is_our_own_fault_stops_nobody(app: Flask) -> None:
    for group in range(1, 6):
        came_back(announced(group), Kind.BLOCKED, "5.7.1")
    assert stops() == {}
    assert queries.counts_by_state() == {"bounced": 5}


def test_a_delay_is_noted_only(app: Flask) -> None:
    one = announced(1)
    assert came_back(one, Kind.DELAYED, "4.4.1").outcome == "delayed"
    assert letter(one).state == "sent"
    assert [row.kind for row in db.session.scalars(select(LetterReturn))] == ["delayed"]


@pytest.mark.parametrize("kind", [Kind.AUTOMATIC, Kind.DELIVERED, Kind.OTHER])
def test_replies_of_people_and_their_programs_change_nothing(app: Flask, kind: Kind) -> None:
    one = announced(1)
    taken = came_back(one, kind)
    assert (letter(one).state, stops()) == ("sent", {})
    assert taken.settled is (kind is not Kind.OTHER)


def test_the_third_announcement_in_a_row_stops_letters(app: Flask) -> None:
    for group in (1, 2):
        came_back(announced(group))
        assert stops() == {}
    came_back(announced(3))
    assert stops() == {"all": "hard_bounce"}
    [stop] = db.session.scalars(select(suppression.Suppression))
    assert "3 announcements in a row came back" in stop.proof


def test_a_letter_that_arrives_clears_the_strikes(app: Flask) -> None:
    came_back(announced(1))
    came_back(announced(2))
    sent(KEY, kind="invitation", scope="surveys", group_id=1)  # arrives
    came_back(announced(3))
    came_back(announced(4))
    assert stops() == {}
    came_back(announced(5))
    assert stops() == {"all": "hard_bounce"}


def test_bounces_in_the_wrong_order_count_as_what_they_are(app: Flask) -> None:
    letters = [announced(group) for group in (1, 2, 3)]
    for one in reversed(letters):
        assert stops() == {}
        came_back(one)
    assert stops() == {"all": "hard_bounce"}


def test_one_announcement_is_one_strike(app: Flask) -> None:
    for _copy in range(4):
        came_back(announced(1))
    assert stops() == {}


def test_invitations_that_come_back_are_no_strikes_and_end_no_row(app: Flask) -> None:
    for group in (1, 2, 3, 4):
        came_back(sent(KEY, kind="invitation", scope="surveys", group_id=group)[0])
    assert stops() == {}
    for group in (5, 6):
        came_back(announced(group))
    came_back(sent(KEY, kind="invitation", scope="surveys", group_id=7)[0])
    came_back(announced(8))
    assert stops() == {"all": "hard_bounce"}


def test_the_same_message_twice_changes_nothing_the_second_time(app: Flask) -> None:
    one = announced(1)
    assert came_back(one, Kind.HARD, "5.1.1").outcome == "hard"
    with transaction():
        suppression.lift(KEY, "all")  # a person knows better
    again = came_back(one, Kind.HARD, "5.1.1", source="postmark")
    assert (again.outcome, again.settled) == ("known", True)
    assert stops() == {}
    assert db.session.query(LetterReturn).count() == 1


def test_a_dead_address_behind_an_alias_is_only_a_strike(app: Flask) -> None:
    """The report names another address than the letter went to: perhaps a copy was forwarded to a dead one."""
    came_back(announced(1), Kind.HARD, "5.1.1", who="old@elsewhere.example")
    assert stops() == {}
    assert [row.kind for row in db.session.scalars(select(LetterReturn))] == ["soft"]


def test_without_one_of_our_ids_nothing_is_believed(app: Flask) -> None:
    sent(KEY)
    with transaction():
        for letter_id in (None, 424242):
            taken = returns.take_in(Return(Kind.HARD, letter_id, frozenset([KEY]), "5.1.1"), "mailbox")
            assert (taken.outcome, taken.settled) == ("unmatched", False)
    assert stops() == {}


def test_an_erased_person_leaves_no_address_behind(app: Flask) -> None:
    [one] = sent(KEY)
    with transaction() as session:
        was = session.get_one(OutgoingEmail, one)
        was.address = was.email_key = was.name = ""
    with transaction():
        returns.take_in(Return(Kind.HARD, one, frozenset(), "5.1.1", "550 <ada@x.example> unknown"), "mailbox")
    assert stops("") == {}
    assert "ada" not in letter(one).reply
    assert "ada" not in db.session.scalars(select(LetterReturn.reason)).one()


def test_everything_that_comes_in_is_counted(app: Flask) -> None:
    one = announced(1)
    for _time in range(2):
        came_back(one, Kind.HARD, "5.1.1")
    came_back(one, Kind.OTHER)
    with transaction():
        returns.take_in(Return(Kind.HARD, None), "ses")
    counted = {(row.source, row.outcome): row.count for row in db.session.scalars(select(ReturnCount))}
    assert counted == {
        ("mailbox", "hard"): 1, ("mailbox", "known"): 1, ("mailbox", "other"): 1, ("ses", "unmatched"): 1,
    }  # fmt: skip


def a_sending(readers: int, waiting: int = 5, group: int = 1) -> list[int]:
    ids = sent(*(f"p{n}@x.example" for n in range(readers)), kind="announcement", scope="announcements", group_id=group)
    queue(*(f"w{n}@x.example" for n in range(waiting)), kind="announcement", scope="announcements", group_id=group)
    return ids


def complain(*ids: int) -> list[Taken]:
    taken = []
    for one in ids:
        raw = raw_of("arf-redacted.eml").replace(
            WHO.message_id(7).encode(), identity(current_settings()).message_id(one).encode()
        )
        taken.append(mail_returns.take_in(raw, "mailbox"))
    return taken


def test_too_many_complaints_halt_an_announcement(app: Flask) -> None:
    ids = a_sending(1000)
    complain(*ids[:2])
    assert not queries.is_paused("announcement", 1)
    [third] = complain(ids[2])
    assert queries.is_paused("announcement", 1)
    assert not queries.is_paused("announcement", 2)
    halted = queries.halt_of("announcement", 1)
    assert halted is not None
    assert halted.words == "3 of 1000 readers reported it as unwanted; the limit is 0.3%."
    assert third.halt is not None
    noted = db.session.scalars(select(Event).where(Event.code == "announcement.halted")).one()
    assert (noted.subject, noted.subject_id, noted.actor) == ("announcement", 1, "worker")


def test_below_the_limit_it_goes_on(app: Flask) -> None:
    complain(*a_sending(1001)[:3])
    assert not queries.is_paused("announcement", 1)


def test_two_angry_readers_of_a_few_halt_nothing(app: Flask) -> None:
    ids = a_sending(20)
    complain(*ids[:2])
    assert not queries.is_paused("announcement", 1)
    complain(ids[2])
    assert queries.is_paused("announcement", 1)


def test_a_sending_that_is_over_is_not_halted(app: Flask) -> None:
    complain(*a_sending(20, waiting=0)[:5])
    assert not queries.is_paused("announcement", 1)


def test_after_a_person_resumed_only_later_letters_are_weighed(app: Flask) -> None:
    ids = a_sending(20)
    complain(*ids[:3])
    with transaction():
        actions.resume("announcement", 1)
    complain(*ids[3:8])  # of the letters that the person had known about
    assert not queries.is_paused("announcement", 1)
    with time_machine.travel(clock.now() + timedelta(minutes=5), tick=False):
        later = a_sending(10, waiting=0)
        complain(*later[:3])
    assert queries.is_paused("announcement", 1)


@hypothesis_settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(st.characters(codec="utf-8"), max_size=300), st.text(max_size=15))
def test_whatever_a_mail_server_says_can_be_stored(app: Flask, reason: str, status: str) -> None:
    [one] = sent(KEY)
    raw = (
        raw_of("postfix-user-unknown.eml")
        .replace(WHO.envelope_sender(7).encode(), b"x@y")
        .replace(WHO.message_id(7).encode(), identity(current_settings()).message_id(one).encode())
    )
    said = (reason + status).encode("utf-8", "replace")
    mail_returns.take_in(raw.replace(b"User unknown in virtual mailbox table", said), "mailbox")
    assert letter(one).state == "bounced"


def _ours(raw: bytes, letter_id: int) -> bytes:
    return raw.replace(WHO.message_id(7).encode(), identity(current_settings()).message_id(letter_id).encode()).replace(
        WHO.envelope_sender(7).encode(), b"hello@velo.example"
    )


def test_the_command_takes_a_message_from_a_pipe(bare_app: Flask) -> None:
    with bare_app.app_context():
        [one] = sent(KEY)
        raw = _ours(raw_of("postfix-user-unknown.eml"), one)
    result = CliRunner().invoke(feedback_app, ["mail", "bounce"], obj=lambda: bare_app, input=io.BytesIO(raw))
    assert result.exit_code == 0
    assert "ada@x.example is not written to any more" in result.output
    junk = io.BytesIO(b"\xff\x00junk")
    result = CliRunner().invoke(feedback_app, ["mail", "bounce"], obj=lambda: bare_app, input=junk)
    assert (result.exit_code, result.output.startswith("nothing to do")) == (0, True)
    with bare_app.app_context():
        assert [one.code for one in db.session.query(Event)] == ["letter.returned"]


def test_each_letter_has_an_envelope_sender_of_its_own_when_there_is_a_bounce_address() -> None:
    who = identity(current_settings_with("bounce@velo.example"))
    assert who.envelope_sender(7).startswith("bounce+7-")
    assert len(who.envelope_sender(10**17).partition("@")[0]) <= 64
    assert identity(current_settings_with("")).envelope_sender(7) == "hello@velo.example"


def current_settings_with(address: str) -> object:
    from feedback_app.settings import Settings

    return Settings(
        secret_key="x" * 32, base_url="http://localhost", mail_from="hello@velo.example", bounce_address=address
    )
