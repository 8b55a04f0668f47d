"""Who gets which letter: oldest first, groups sharing, held back ones not at all; and letters given back."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

import pytest
from sqlalchemy import select

from feedback_app import clock
from feedback_app.database import transaction
from feedback_app.delivery.models import OutgoingEmail, Suppression
from feedback_app.delivery.queue import claims, pauses
from feedback_app.delivery.queue.claims import LEASE, Lane
from feedback_app.extensions import db
from tests.delivery.helpers import letters, queue

pytestmark = pytest.mark.usefixtures("app")


def _claimed(count: int, owner: str = "one") -> list[str]:
    with transaction() as session:
        return [row.address for row in claims.claim(session, owner, count)]


def _people(prefix: str, count: int) -> list[str]:
    return [f"{prefix}{number}@example.org" for number in range(count)]


def test_the_oldest_due_letters_come_first_and_those_of_the_future_not_at_all() -> None:
    now = clock.now()
    for minutes, address in ((-5, "b@x.org"), (-9, "a@x.org"), (-1, "c@x.org"), (5, "later@x.org")):
        queue(address, not_before=now + timedelta(minutes=minutes))
    assert _claimed(2) == ["a@x.org", "b@x.org"]
    assert _claimed(9, "two") == ["c@x.org"]
    assert _claimed(9) == []


def test_what_is_claimed_is_leased_for_five_minutes() -> None:
    [number] = queue("a@x.org")
    before = clock.now()
    _claimed(1)
    letter = letters()["a@x.org"]
    assert (letter.id, letter.state, letter.lease_owner) == (number, "leased", "one")
    assert letter.lease_until is not None
    assert timedelta() <= letter.lease_until - before - LEASE < timedelta(minutes=1)
    assert timedelta(minutes=5) == LEASE


def test_letters_of_no_group_go_before_all_groups() -> None:
    queue(*_people("many", 30), kind="announcement", group_id=1)
    queue("password@x.org", kind="staff")
    assert "password@x.org" in _claimed(5)


def test_groups_share_what_there_is_room_for() -> None:
    for group, count in ((1, 30), (2, 30), (3, 2)):
        queue(*_people(f"g{group}-", count), kind="announcement", group_id=group)
    shares = Counter(address[:2] for address in _claimed(20))
    assert shares == {"g1": 9, "g2": 9, "g3": 2}
    assert sum(Counter(_claimed(100)).values()) == 42


@pytest.mark.parametrize("count", [0, 1, 2, 3, 7])
def test_never_more_than_asked_for(count: int) -> None:
    for group in (1, 2, 3):
        queue(*_people(f"g{group}-", 4), kind="announcement", group_id=group)
    queue(*_people("alone", 2))
    assert len(_claimed(count)) == count


def test_lanes_are_the_groups_with_a_letter_waiting() -> None:
    queue("a@x.org", kind="staff")
    queue("b@x.org", kind="announcement", group_id=2)
    queue("c@x.org", kind="announcement", group_id=7)
    queue("d@x.org", kind="announcement")
    queue("e@x.org", kind="wave", group_id=1)
    every = [Lane("announcement", None), Lane("announcement", 2), Lane("announcement", 7), Lane("staff", None)]
    every.append(Lane("wave", 1))
    with transaction() as session:
        assert sorted(claims.lanes(session), key=str) == sorted(every, key=str)
        held = {
            ("announcement", 0): [Lane("staff", None), Lane("wave", 1)],
            ("announcement", 2): [lane for lane in every if lane != Lane("announcement", 2)],
            ("staff", 0): [lane for lane in every if lane.kind != "staff"],
            ("", 0): [],
        }
        for one, left in held.items():
            assert sorted(claims.lanes(session, frozenset({one})), key=str) == sorted(left, key=str)
    _claimed(100)
    with transaction() as session:
        assert claims.lanes(session) == []


def test_only_the_lanes_named_are_claimed_from() -> None:
    queue("a@x.org", kind="staff")
    queue("b@x.org", kind="announcement", group_id=2)
    queue("c@x.org", kind="wave", group_id=2)
    queue("d@x.org", kind="announcement", group_id=3)
    with transaction() as session:
        rows = claims.claim_from(session, "one", [Lane("announcement", 2)], 10)
    assert [row.address for row in rows] == ["b@x.org"]


def test_a_pause_between_claim_and_sending_still_stops_a_letter() -> None:
    ids = queue("a@x.org", "b@x.org", kind="announcement", group_id=2) + queue("c@x.org", kind="staff")
    _claimed(10)
    with transaction() as session:
        assert claims.sendable(session, "one", ids) == set(ids)
        assert claims.sendable(session, "two", ids) == set()
        assert claims.sendable(session, "one", ids[:1]) == set(ids[:1])
    for pause, left in ((("announcement", 2), ids[2:]), (("announcement", 0), ids[2:]), (("staff", 0), ids[:2])):
        with transaction() as session:
            pauses.pause(*pause)
            assert claims.sendable(session, "one", ids) == set(left)
            pauses.resume(*pause)
    with transaction() as session:
        pauses.pause()
        assert claims.sendable(session, "one", ids) == set()


def test_a_pause_of_a_group_leaves_letters_of_no_group_alone() -> None:
    ids = queue("a@x.org", kind="announcement")
    _claimed(1)
    with transaction() as session:
        pauses.pause("announcement", 2)
        assert claims.sendable(session, "one", ids) == set(ids)


@pytest.mark.parametrize(
    ("stop", "reason"), [("all", "unsubscribed"), ("surveys", "unsubscribed"), ("announcements", None)]
)
def test_a_suppression_of_the_letters_scope_stops_it(stop: str, reason: str | None) -> None:
    ids = queue("a@x.org", "b@x.org", scope="surveys")
    with transaction() as session:
        session.add(Suppression(email_key="a@x.org", scope=stop, reason="unsubscribed"))
    with transaction() as session:
        assert claims.suppressed(session, ids) == ({ids[0]: reason} if reason else {})
        assert claims.suppressed(session, ids[1:]) == {}


def test_letters_are_given_back_one_by_one_or_all() -> None:
    ids = queue(*_people("p", 4))
    _claimed(3)
    _claimed(1, "two")
    with transaction() as session:
        assert claims.give_back(session, "one", ids[:1]) == 1
        assert claims.give_back(session, "one", ids[3:]) == 0  # held by another
        assert claims.give_back(session, "one", []) == 0
        assert claims.give_back(session, "one") == 2
        assert claims.give_back(session, "one") == 0
    after = letters()
    assert [after[address].state for address in _people("p", 4)] == ["queued"] * 3 + ["leased"]
    assert all(after[f"p{n}@example.org"].lease_until is None for n in range(3))
    assert {one.lease_owner for one in after.values()} == {None, "two"}


def test_what_its_owner_knows_unsent_goes_back_even_from_doubt_but_not_by_itself() -> None:
    ids = queue("a@x.org")
    _claimed(1)
    with transaction() as session:
        assert claims.doubt(session, "one", clock.now() + 2 * LEASE) == 1
        assert claims.give_back(session, "one") == 0
        assert claims.give_back(session, "one", ids) == 1
    assert letters()["a@x.org"].state == "queued"


def test_leases_run_out_unless_they_are_renewed() -> None:
    queue("a@x.org", "b@x.org")
    _claimed(1)
    _claimed(1, "two")
    with transaction() as session:
        for one in session.scalars(select(OutgoingEmail)):
            one.lease_until = clock.now() - timedelta(seconds=1)
    with transaction() as session:
        assert sorted(claims.expired(session, clock.now())) == ["one", "two"]
        claims.renew(session, "two")
        assert claims.expired(session, clock.now()) == ["one"]
        assert claims.doubt(session, "two", clock.now()) == 0
        assert claims.doubt(session, "one", clock.now()) == 1
        assert claims.expired(session, clock.now()) == []
        assert claims.expired(session, clock.now() + 2 * LEASE) == ["two"]
    lost = letters()["a@x.org"]
    assert (lost.state, lost.lease_until, lost.lease_owner) == ("in_doubt", None, "one")
    assert lost.reply == "its worker fell silent and its journal is not here"


def test_what_an_owner_holds_or_left_unsettled() -> None:
    ids = queue(*_people("p", 5))
    _claimed(5)
    with transaction() as session:
        for number, state in zip(ids, ("leased", "cancelled", "in_doubt", "failed", "leased"), strict=True):
            letter = session.get_one(OutgoingEmail, number)
            letter.state = state
            letter.lease_owner = "two" if number == ids[4] else "one"
        held = claims.held_by(session, "one")
        assert {(row[0], row.state) for row in held} == {
            (ids[0], "leased"), (ids[1], "cancelled"), (ids[2], "in_doubt"),
        }  # fmt: skip
        assert [row[0] for row in claims.held_by(session, "two")] == [ids[4]]


def test_whether_any_letter_is_due() -> None:
    def due() -> bool:
        db.session.rollback()
        return claims.any_due(db.session())

    assert not due()
    queue("later@x.org", not_before=clock.now() + timedelta(hours=1))
    assert not due()
    queue("a@x.org", kind="announcement", group_id=3)
    assert due()
    with transaction():
        pauses.pause("announcement", 3)
    assert not due()
    queue("b@x.org")
    assert due()
    _claimed(5)
    assert not due()
