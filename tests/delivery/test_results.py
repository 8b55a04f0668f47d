"""What became of claimed letters is written down by whoever holds them, and counted."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy import select, update

from feedback_app import clock
from feedback_app.database import transaction
from feedback_app.delivery.models import OutgoingEmail, SlotCount
from feedback_app.delivery.queue import claims
from feedback_app.delivery.queue.results import Result, record
from feedback_app.extensions import db
from tests.delivery.helpers import letters, queue

pytestmark = pytest.mark.usefixtures("app")
MOMENT = datetime(2026, 11, 22, 12, 30, 15, 123456, tzinfo=UTC)


def _result(number: int, state: str = "sent", **more: object) -> Result:
    told: dict[str, object] = {
        "code": 250, "reply": "2.0.0 ok", "sent_at": MOMENT if state == "sent" else None, "not_before": MOMENT,
        "attempts": 1, "first_at": MOMENT,
    }  # fmt: skip
    return Result(number, state, **(told | more))  # type: ignore[arg-type]


def _leased(*addresses: str) -> list[int]:
    ids = queue(*addresses)
    with transaction() as session:
        claims.claim(session, "one", 100)
    return ids


def _record(owner: str, *results: Result) -> None:
    with transaction() as session:
        record(session, owner, results)


def test_everything_that_is_known_is_written_and_the_lease_ends() -> None:
    [number] = _leased("a@x.org")
    sent, later = MOMENT - timedelta(hours=2), MOMENT + timedelta(hours=3)
    _record("one", _result(number, sent_at=sent, not_before=later, attempts=4, code=251, reply="ok, żółw"))
    one = letters()["a@x.org"]
    assert (one.state, one.code, one.reply, one.attempts) == ("sent", 251, "ok, żółw", 4)
    assert (one.sent_at, one.not_before, one.first_at) == (sent, later, MOMENT)
    assert (one.lease_owner, one.lease_until) == (None, None)


def test_a_moment_told_in_another_zone_is_the_same_moment() -> None:
    [number] = _leased("a@x.org")
    _record("one", _result(number, sent_at=MOMENT.astimezone(timezone(timedelta(hours=9)))))
    assert letters()["a@x.org"].sent_at == MOMENT


def test_each_of_a_batch_gets_its_own() -> None:
    ids = _leased("a@x.org", "b@x.org", "c@x.org", "d@x.org")
    refused = _result(ids[2], "failed", code=550, reply="no such user")
    _record("one", _result(ids[0]), _result(ids[1], "queued", code=None, reply="", first_at=None, attempts=0), refused)
    after = letters()
    assert [after[f"{name}@x.org"].state for name in "abcd"] == ["sent", "queued", "failed", "leased"]
    assert (after["b@x.org"].code, after["b@x.org"].first_at) == (None, None)
    assert (after["c@x.org"].code, after["c@x.org"].reply) == (550, "no such user")


def test_what_another_holds_is_left_alone() -> None:
    [number] = _leased("a@x.org")
    _record("two", _result(number))
    one = letters()["a@x.org"]
    assert (one.state, one.lease_owner, one.reply) == ("leased", "one", "")


@pytest.mark.parametrize("meanwhile", ["cancelled", "in_doubt"])
@pytest.mark.parametrize(
    ("state", "written"), [("sent", True), ("failed", True), ("in_doubt", True), ("queued", False), ("skipped", False)]
)
def test_a_fact_is_written_even_when_somebody_stepped_in_but_a_plan_is_not(
    meanwhile: str, state: str, written: bool
) -> None:
    [number] = _leased("a@x.org")
    with transaction() as session:
        session.execute(update(OutgoingEmail).values(state=meanwhile, lease_until=None))
    _record("one", _result(number, state))
    assert letters()["a@x.org"].state == (state if written else meanwhile)


@pytest.mark.parametrize("done", ["sent", "failed", "bounced"])
def test_what_is_settled_stays_settled(done: str) -> None:
    [number] = _leased("a@x.org")
    with transaction() as session:
        session.execute(update(OutgoingEmail).values(state=done, sent_at=MOMENT, lease_until=None))
    _record("one", _result(number, "failed" if done == "sent" else "sent"))
    assert letters()["a@x.org"].state == done


def test_results_are_counted_in_the_slot_of_their_worker() -> None:
    ids = _leased(*(f"p{number}@x.org" for number in range(5)))
    _record("one", *(_result(number) for number in ids[:3]), _result(ids[3], "queued"), _result(ids[4], "failed"))
    _record("one")
    slots = list(db.session.scalars(select(SlotCount)))
    assert [(one.owner, one.sent, one.put_off, one.refused) for one in slots] == [("one", 3, 1, 1)]
    assert timedelta() <= clock.now() - slots[0].slot < timedelta(seconds=70)


def test_nothing_is_written_for_no_results() -> None:
    _leased("a@x.org")
    _record("one")
    assert letters()["a@x.org"].state == "leased"
    assert db.session.query(SlotCount).count() == 0
