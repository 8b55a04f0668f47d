"""What became of letters: counts, pace, what waits, what went wrong. Only reads."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select

from feedback_app import clock
from feedback_app.database import Page, page_of
from feedback_app.delivery.models import LetterHalt, LetterPause, OutgoingEmail
from feedback_app.extensions import db

PACE = timedelta(minutes=1)
TROUBLED = ("failed", "in_doubt", "bounced", "complained")


@dataclass(frozen=True)
class Status:
    """The queue at a glance. ``pace``: letters the relay took in the last minute. ``next_at``: the next retry."""

    counts: dict[str, int]
    due: int
    pace: int
    oldest: datetime | None
    next_at: datetime | None
    pauses: list[LetterPause]


def status() -> Status:
    """Return the state of the whole queue."""
    now, due = clock.now(), OutgoingEmail.state == "queued"
    waiting = db.session.execute(
        select(
            func.count().filter(OutgoingEmail.not_before <= now),
            func.min(OutgoingEmail.created_at).filter(OutgoingEmail.not_before <= now),
            func.min(OutgoingEmail.not_before).filter(OutgoingEmail.not_before > now),
        ).where(due)
    ).one()
    pauses = db.session.scalars(select(LetterPause).order_by(LetterPause.kind, LetterPause.group_id)).all()
    return Status(counts_by_state(), waiting[0], pace(), waiting[1], waiting[2], list(pauses))


def counts_by_state(kind: str | None = None, group_id: int | None = None) -> dict[str, int]:
    """Return how many letters are in each state that has any, of one kind or group when asked."""
    asked = select(OutgoingEmail.state, func.count()).group_by(OutgoingEmail.state)
    if kind is not None:
        asked = asked.where(OutgoingEmail.kind == kind)
    if group_id is not None:
        asked = asked.where(OutgoingEmail.group_id == group_id)
    return dict(db.session.execute(asked).all())


def counts_by_kind() -> dict[str, dict[str, int]]:
    """Return for each kind how many letters are in each state."""
    asked = select(OutgoingEmail.kind, OutgoingEmail.state, func.count())
    kinds: dict[str, dict[str, int]] = {}
    for kind, state, count in db.session.execute(asked.group_by(OutgoingEmail.kind, OutgoingEmail.state)):
        kinds.setdefault(kind, {})[state] = count
    return dict(sorted(kinds.items()))


def counts_by_group(kind: str) -> dict[int | None, dict[str, int]]:
    """Return for each group of a kind how many letters are in each state."""
    asked = select(OutgoingEmail.group_id, OutgoingEmail.state, func.count()).where(
        OutgoingEmail.kind == kind, OutgoingEmail.group_id.is_not(None)
    )
    groups: dict[int | None, dict[str, int]] = {}
    for group, state, count in db.session.execute(asked.group_by(OutgoingEmail.group_id, OutgoingEmail.state)):
        groups.setdefault(group, {})[state] = count
    return groups


def pace() -> int:
    """Return how many letters the relay took in the last minute."""
    asked = select(func.count()).where(OutgoingEmail.sent_at > clock.now() - PACE)
    return db.session.scalar(asked) or 0


def troubled(number: int = 1, state: str = "", size: int = 50) -> Page[OutgoingEmail]:
    """Return a page of letters that need a look, the newest first; of one state when asked."""
    states = (state,) if state in TROUBLED else TROUBLED
    asked = select(OutgoingEmail).where(OutgoingEmail.state.in_(states)).order_by(OutgoingEmail.id.desc())
    return page_of(asked, number, size)


def last_errors(limit: int = 10) -> list[OutgoingEmail]:
    """Return letters the relay put off or refused, the newest first."""
    asked = select(OutgoingEmail).where(OutgoingEmail.reply != "", OutgoingEmail.state.in_(("queued", *TROUBLED)))
    return list(db.session.scalars(asked.order_by(OutgoingEmail.id.desc()).limit(limit)))


def reasons(limit: int = 10) -> Counter[str]:
    """Return the commonest reasons why letters were not sent."""
    asked = (
        select(OutgoingEmail.reply, func.count())
        .where(OutgoingEmail.state.in_(("failed", "skipped")))
        .group_by(OutgoingEmail.reply)
        .order_by(func.count().desc())
        .limit(limit)
    )
    return Counter(dict(db.session.execute(asked).all()))


def is_paused(kind: str = "", group_id: int = 0) -> bool:
    """True when exactly this is held back."""
    asked = select(LetterPause.id).where(LetterPause.kind == kind, LetterPause.group_id == group_id)
    return db.session.scalar(asked) is not None


def halt_of(kind: str, group_id: int) -> LetterHalt | None:
    """Return why the machine holds this group back now, None when it does not."""
    asked = select(LetterHalt).where(LetterHalt.kind == kind, LetterHalt.group_id == group_id)
    return db.session.scalar(asked.where(LetterHalt.lifted_at.is_(None)))


def open_halts() -> dict[tuple[str, int], LetterHalt]:
    """Return every halt in force by kind and group."""
    asked = select(LetterHalt).where(LetterHalt.lifted_at.is_(None)).order_by(LetterHalt.since)
    return {(one.kind, one.group_id): one for one in db.session.scalars(asked)}


def lifted_at(kind: str, group_id: int) -> datetime | None:
    """Return when a person last let a halted group go on, None when nobody had to."""
    asked = select(func.max(LetterHalt.lifted_at)).where(LetterHalt.kind == kind, LetterHalt.group_id == group_id)
    return db.session.scalar(asked)


def letter(letter_id: int) -> OutgoingEmail | None:
    """Return one letter."""
    return db.session.get(OutgoingEmail, letter_id)
