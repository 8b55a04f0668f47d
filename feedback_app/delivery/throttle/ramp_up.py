"""The first letters of a large group leave slowly, and the group halts when many are refused.

Everything is in the database, so any number of workers watch together; each statement joins the caller's transaction.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, cast

from sqlalchemy import CursorResult, Row, func, select, update
from sqlalchemy.orm import Session

from feedback_app import clock
from feedback_app.database import insert, require_transaction
from feedback_app.delivery.models import LetterHalt, LetterWatch
from feedback_app.delivery.queue.claims import C, Lane
from feedback_app.delivery.queue.pauses import halt
from feedback_app.delivery.queue.smtp_replies import Reply, nameless
from feedback_app.delivery.throttle import ramp_up_stats
from feedback_app.errors import N_

REFUSED = N_(
    "%(refused)s of the last %(tried)s letters were refused for good. The mail server said last: %(reply)s. Look at the"
    " letters that failed, then let the others go on. They halt again above %(next)s%%."
)
DENIED = N_(
    "The mail server does not take letters from our address: %(reply)s. Nobody was written to. Set that right with"
    " whoever runs the mail server, then let the letters go on."
)

UNWANTED = N_(
    "%(refused)s of the last %(tried)s letters were refused for who sends them or how, not for their addresses. The"
    " mail server said last: %(reply)s. Look into SPF, DKIM, block lists and what the letter says, then let the others"
    " go on and send those that failed again."
)


@dataclass(frozen=True)
class Rules:
    """``first``: letters that leave slowly, ``pace`` a second; ``percent``: the share that may be refused."""

    percent: float = 5.0
    first: int = ramp_up_stats.FIRST
    pace: float = ramp_up_stats.PACE


def watch(kind: str, group_id: int, letters: int, least: int) -> bool:
    """Watch a group of ``letters`` letters when it has ``least`` or more (0: never); True when it is new."""
    if not least or letters < least:
        return False
    row = {"kind": kind, "group_id": group_id, "tried": 0, "refused": 0, "next_at": clock.now()}
    statement = insert(LetterWatch).values(**row).on_conflict_do_nothing(index_elements=["kind", "group_id"])
    return require_transaction().scalar(statement.returning(LetterWatch.group_id)) is not None


def beginning(session: Session) -> dict[Lane, Row[Any]]:
    """Return the groups whose first letters are not through, with how many were tried and refused."""
    columns = (LetterWatch.kind, LetterWatch.group_id, LetterWatch.tried, LetterWatch.refused, LetterWatch.next_at)
    rows: Sequence[Any] = session.execute(select(*columns).where(LetterWatch.passed_at.is_(None))).all()
    return {Lane(row.kind, row.group_id): row for row in rows}


def may_go(session: Session, row: Row[Any], rules: Rules) -> bool:
    """True when one more first letter may leave now, by this worker and no other."""
    now = clock.now()
    if row.next_at > now:
        return False
    leased = select(func.count()).where(C.kind == row.kind, C.group_id == row.group_id, C.state == "leased")
    if row.tried + (session.scalar(leased) or 0) >= rules.first:
        return False
    next_at = now + timedelta(seconds=1 / rules.pace)
    return _changed(session, _this(row.kind, row.group_id).where(LetterWatch.next_at <= now).values(next_at=next_at))


def count(session: Session, lane: Lane, tried: int, refused: int, reply: Reply, rules: Rules) -> None:
    """Count first letters that were tried; let the group go when there were enough, or halt it."""
    more = _this(*lane).values(tried=LetterWatch.tried + tried, refused=LetterWatch.refused + refused)
    row = session.execute(more.returning(LetterWatch.tried, LetterWatch.refused)).one_or_none()
    if row is None:
        return
    if ramp_up_stats.harmful(row.tried, row.refused, tolerated(session, lane, rules.percent), rules.first):
        _halt(lane, row.tried, row.refused, reply, rules.first)
    elif row.tried >= rules.first:
        _changed(session, _this(*lane).values(passed_at=clock.now()))


def judge(session: Session, lane: Lane, window: ramp_up_stats.Window, reply: Reply, rules: Rules) -> bool:
    """Halt a watched group of whose last letters too many were refused; True when it is halted now."""
    seen = select(LetterWatch.group_id).where(LetterWatch.kind == lane.kind, LetterWatch.group_id == lane.group_id)
    if session.scalar(seen) is None or not window.harmful(tolerated(session, lane, rules.percent)):
        return False
    _halt(lane, *window.counts(), reply, ramp_up_stats.HALF)
    return True


def judge_sender(session: Session, lane: Lane, against_us: ramp_up_stats.Window, reply: Reply) -> bool:
    """Halt a group, watched or not, many of whose letters are refused for what we are; True when it is halted now."""
    if not against_us.denied(tolerated(session, lane, ramp_up_stats.SHARE)):
        return False
    tried, refused = against_us.counts()
    _halt(lane, tried, refused, reply, tried, UNWANTED)
    return True


def deny(lane: Lane, reply: Reply) -> None:
    """Halt a group whose sender the relay refuses."""
    if lane.group_id is not None:
        halt(lane.kind, lane.group_id, DENIED, reply=nameless(str(reply))[:150])


def tolerated(session: Session, lane: Lane, percent: float) -> float:
    """Return the share in per cent that may be refused: twice of what a person has seen and let go on."""
    lifted = select(LetterHalt.values).where(
        LetterHalt.kind == lane.kind, LetterHalt.group_id == lane.group_id, LetterHalt.lifted_at.is_not(None)
    )
    return max([percent, *(float(values["next"]) for values in session.scalars(lifted) if "next" in values)])


def _halt(lane: Lane, tried: int, refused: int, reply: Reply, of_at_least: int, reason: str = REFUSED) -> None:
    share = 100 * refused / max(tried, of_at_least)
    if lane.group_id is not None:
        said: dict[str, str | int] = {
            "tried": tried,
            "refused": refused,
            "reply": nameless(str(reply))[:150],
            "next": round(2 * share),
        }
        halt(lane.kind, lane.group_id, reason, **said)


def _this(kind: str, group_id: int | None) -> Any:
    mine = update(LetterWatch).where(LetterWatch.kind == kind, LetterWatch.group_id == group_id)
    return mine.where(LetterWatch.passed_at.is_(None))


def _changed(session: Session, statement: Any) -> bool:
    return cast("CursorResult[Any]", session.execute(statement)).rowcount == 1
