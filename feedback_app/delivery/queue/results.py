"""What became of claimed letters: the result that follows from a reply, and results written down, a batch at a time.

Each engine gets the one statement that is fastest on it, ready in words: this runs for every letter that ever leaves,
and to have SQLAlchemy compile and bind each row costs ten times what SQLite needs to write it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import text
from sqlalchemy.orm import Session

from feedback_app.database import is_postgresql
from feedback_app.delivery.queue import throughput
from feedback_app.delivery.queue.retry import USUAL, Schedule
from feedback_app.delivery.queue.smtp_replies import LONGEST, Reply, Verdict
from feedback_app.errors import N_

STATES = {
    Verdict.SENT: "sent",
    Verdict.LATER: "queued",
    Verdict.REFUSED: "failed",
    Verdict.GONE: "failed",
    Verdict.DOUBT: "in_doubt",
    Verdict.BACK: "queued",
    Verdict.SKIPPED: "skipped",
}
ASIDE = timedelta(minutes=10)  # how long a letter steps aside over which connections keep breaking


@dataclass(slots=True)
class Result:
    """What is to be written about one claimed letter."""

    id: int
    state: str
    code: int | None
    reply: str
    sent_at: datetime | None
    not_before: datetime
    attempts: int
    first_at: datetime | None


def result_of(
    letter_id: int,
    verdict: Verdict,
    reply: Reply,
    attempts: int,
    first_at: datetime | None,
    now: datetime,
    *,
    schedule: Schedule = USUAL,
) -> Result:
    """Return what is written: an attempt is counted only when the reply was about this recipient or their letter."""
    counted = verdict in (Verdict.SENT, Verdict.LATER, Verdict.REFUSED, Verdict.GONE)
    result = Result(
        id=letter_id,
        state=STATES[verdict],
        code=reply.code or None,
        reply=reply.text[:LONGEST],
        sent_at=now if verdict is Verdict.SENT else None,
        not_before=now,
        attempts=attempts + counted,
        first_at=first_at or (now if counted else None),
    )
    if verdict is Verdict.LATER:
        _wait_or_give_up(result, now, schedule)
    elif verdict is Verdict.BACK:
        result.not_before = now + ASIDE
    return result


def _wait_or_give_up(result: Result, now: datetime, schedule: Schedule) -> None:
    if schedule.given_up(result.first_at or now, now):
        result.state = "failed"
        result.reply = (N_("given up after all tries") + f": {result.reply}")[:LONGEST]
    else:
        result.not_before = now + schedule.wait(result.attempts)


# A fact about a letter is recorded even when somebody cancelled it meanwhile or took its worker for dead.
STILL_ITS_OWN = """
    {o}lease_owner = :owner AND ({o}state = 'leased'
        OR ({o}state IN ('cancelled', 'in_doubt') AND {v}state IN ('sent', 'failed', 'in_doubt')))
"""
POSTGRESQL = text(
    """
    UPDATE outgoing_email AS o
    SET state = v.state, code = v.code, reply = v.reply, sent_at = v.sent_at, not_before = v.not_before,
        attempts = v.attempts, first_at = v.first_at, lease_owner = NULL, lease_until = NULL
    FROM unnest(
        CAST(:id AS bigint[]), CAST(:state AS text[]), CAST(:code AS integer[]), CAST(:reply AS text[]),
        CAST(:sent_at AS timestamptz[]), CAST(:not_before AS timestamptz[]), CAST(:attempts AS integer[]),
        CAST(:first_at AS timestamptz[])
    ) AS v(id, state, code, reply, sent_at, not_before, attempts, first_at)
    WHERE o.id = v.id AND"""
    + STILL_ITS_OWN.format(o="o.", v="v.")
)
SQLITE = """
    UPDATE outgoing_email
    SET state = :state, code = :code, reply = :reply, sent_at = :sent_at, not_before = :not_before,
        attempts = :attempts, first_at = :first_at, lease_owner = NULL, lease_until = NULL
    WHERE id = :id AND""" + STILL_ITS_OWN.format(o="", v=":")


def record(session: Session, owner: str, results: Sequence[Result]) -> None:
    """Write results of letters that ``owner`` holds; a letter that is no longer its own is left alone."""
    if not results:
        return
    if is_postgresql():
        columns = {name: [getattr(one, name) for one in results] for name in Result.__slots__}
        session.execute(POSTGRESQL, {**columns, "owner": owner})
    else:
        session.connection().exec_driver_sql(SQLITE, _rows(owner, results))
    throughput.note(session, owner, results)


def _rows(owner: str, results: Sequence[Result]) -> list[dict[str, object]]:
    moments = {moment for result in results for moment in (result.sent_at, result.not_before, result.first_at)}
    shown = {moment: _kept(moment) if moment else None for moment in moments}  # few: a batch shares most of them
    return [
        {
            "id": result.id, "state": result.state, "code": result.code, "reply": result.reply,
            "sent_at": shown[result.sent_at],
            "not_before": shown[result.not_before], "attempts": result.attempts, "first_at": shown[result.first_at],
            "owner": owner,
        }
        for result in results
    ]  # fmt: skip


def _kept(moment: datetime) -> str:
    """Return ``moment`` as the columns keep it on SQLite."""
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat(" ", "microseconds")
