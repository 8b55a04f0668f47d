"""A person at the switch while a real worker sends at full speed: pause, resume, stop, end."""

from __future__ import annotations

import signal
from collections import Counter

import pytest
from sqlalchemy import select, text, update

from feedback_app import clock
from feedback_app.database import is_postgresql, transaction
from feedback_app.delivery import actions, queries
from feedback_app.delivery.models import OutgoingEmail
from feedback_app.delivery.queue import claims
from feedback_app.delivery.sending.in_flight import MOST_AHEAD
from feedback_app.extensions import db
from tests.delivery.helpers import journals, letters, queue, states
from tests.delivery.processes import worker
from tests.fakes import Relay
from tests.waiting import until

pytestmark = pytest.mark.usefixtures("app")
KIND, GROUP = "announcement", 5
COUNT = 2000


def _group(count: int = COUNT) -> list[str]:
    people = [f"p{n}@example.org" for n in range(count)]
    queue(*people, kind=KIND, group_id=GROUP)
    return people


def _quiet() -> bool:
    """True when no letter of the group is in a worker's hands."""
    db.session.rollback()
    return queries.counts_by_state(KIND, GROUP).get("leased", 0) == 0


def test_pause_holds_the_group_within_a_batch_and_resume_sends_the_rest_exactly_once() -> None:
    people = _group()
    with Relay() as relay:
        with worker(relay) as sending:
            relay.wait_for(200, seconds=60)
            with transaction():
                assert actions.pause(KIND, GROUP, "Ada")
            at_pause = len(relay.letters)
            until(_quiet)
            held = len(relay.letters)
            assert held - at_pause <= MOST_AHEAD
            assert held < COUNT, "nothing was left to hold back"
            queue("other@example.org", kind=KIND, group_id=GROUP + 1)
            until(lambda: "other@example.org" in relay.recipients())  # the worker goes on, and with it not one of ours
            assert len(relay.letters) == held + 1
            assert queries.counts_by_state(KIND, GROUP) == {"sent": held, "queued": COUNT - held}
            with transaction():
                assert actions.resume(KIND, GROUP)
            relay.wait_for(COUNT + 1, seconds=120)
            sending.send_signal(signal.SIGTERM)
            assert sending.wait(30) == 0
        assert Counter(relay.recipients()) == Counter([*people, "other@example.org"])
    assert set(states().values()) == {"sent"}


def test_stop_cancels_the_rest_and_says_so() -> None:
    _group()
    with Relay() as relay:
        with worker(relay) as sending:
            relay.wait_for(200, seconds=60)
            with transaction():
                stopped = actions.cancel(kind=KIND, group_id=GROUP)
            at_stop = len(relay.letters)
            queue("other@example.org", kind=KIND, group_id=GROUP + 1)
            until(lambda: "other@example.org" in relay.recipients())
            sending.send_signal(signal.SIGTERM)
            assert sending.wait(30) == 0
        taken = set(relay.recipients()) - {"other@example.org"}
    assert stopped > 0
    assert len(taken) - at_stop <= MOST_AHEAD
    found = {address: one for address, one in letters().items() if one.group_id == GROUP}
    assert {one.state for one in found.values()} == {"sent", "cancelled"}
    assert {address for address, one in found.items() if one.state == "sent"} == taken
    assert {one.reply for one in found.values() if one.state == "cancelled"} == {"stopped by a person"}


def test_sigterm_leaves_no_lease_behind_and_the_next_worker_sends_the_rest() -> None:
    people = _group()
    with Relay() as relay:
        for moment in (150, 700):
            with worker(relay) as sending:
                relay.wait_for(moment, seconds=60)
                sending.send_signal(signal.SIGTERM)
                assert sending.wait(30) == 0
            db.session.rollback()
            counts = queries.counts_by_state(KIND, GROUP)
            assert counts == {"sent": len(relay.letters), "queued": COUNT - len(relay.letters)}
            left = select(OutgoingEmail.id).where(OutgoingEmail.lease_owner.is_not(None))
            assert db.session.scalars(left).all() == []
            assert not list(journals().glob("*"))
        with worker(relay, "--until-idle") as last:
            assert last.wait(120) == 0
        assert Counter(relay.recipients()) == Counter(people)


def test_a_held_back_group_however_large_is_not_read_by_the_claims_of_others() -> None:
    """Both engines go from lane to lane by the index of waiting letters, and read no letter of the paused group."""
    _many(20_000, GROUP)
    _many(500, GROUP + 1)
    with transaction():
        actions.pause(KIND, GROUP)
    with transaction() as session:
        rows = claims.claim(session, "w", 200)
        assert {row.group_id for row in rows} == {GROUP + 1}
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM ANALYZE outgoing_email" if is_postgresql() else "ANALYZE"))
    assert claims.lanes(db.session()) == [claims.Lane(KIND, GROUP + 1)]
    plan = _plan(claims.LANES)
    assert "ix_outgoing_email_lane" in plan
    assert "Seq Scan" not in plan
    assert "SCAN o\n" not in plan
    assert _pages_read() < 200  # a few for each step, not the hundreds of the whole index


def test_letters_sent_long_ago_are_not_read_either() -> None:
    _many(20_000, GROUP)
    with transaction() as session:
        session.execute(update(OutgoingEmail).values(state="sent", sent_at=clock.now()))
    _many(10, GROUP + 1)
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM ANALYZE outgoing_email" if is_postgresql() else "ANALYZE"))
    assert claims.lanes(db.session()) == [claims.Lane(KIND, GROUP + 1)]
    if not is_postgresql():
        assert _plan(claims.LANES).count("ix_outgoing_email_lane") >= 4
    assert _pages_read() < 200


def _pages_read() -> int:
    """Return how many pages PostgreSQL reads to find the lanes; SQLite does not say: 0."""
    if not is_postgresql():
        return 0
    found = db.session.execute(text(f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {claims.LANES}")).scalar_one()
    return int(found[0]["Plan"]["Shared Hit Blocks"] + found[0]["Plan"]["Shared Read Blocks"])


def _many(count: int, group: int) -> None:
    """Queue letters by the thousand."""
    [first] = queue(f"first{group}@example.org", kind=KIND, group_id=group)
    columns = "kind, variant_id, name, state, created_at, not_before, attempts, reply"
    numbers = "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n WHERE x < :count)"
    with transaction() as session:
        session.execute(
            text(f"INSERT INTO outgoing_email ({columns}, group_id, address, email_key)"
                 f" {numbers} SELECT {columns}, group_id, 'm' || x || address, 'm' || x || email_key"
                 " FROM outgoing_email, n WHERE id = :first"),
            {"count": count - 1, "first": first},
        )  # fmt: skip


def _plan(statement: str) -> str:
    explain = "EXPLAIN" if is_postgresql() else "EXPLAIN QUERY PLAN"
    return "\n".join(str(row[-1]) for row in db.session.execute(text(f"{explain} {statement}")))
