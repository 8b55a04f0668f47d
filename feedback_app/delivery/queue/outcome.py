"""From what the relay said to what is written about a letter. Pure."""

from __future__ import annotations

from datetime import datetime, timedelta

from feedback_app.delivery.queue.results import Result
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
