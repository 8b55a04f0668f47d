"""The letters as an operator sees them: how many in which state, which are in trouble, and the list itself."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, func, or_, select

from feedback_app.database import Page, page_of
from feedback_app.delivery.models import LetterVariant, OutgoingEmail
from feedback_app.extensions import db


@dataclass(frozen=True)
class Queue:
    """Letters by state, and how old the oldest waiting one is."""

    by_state: dict[str, int]
    by_kind: list[tuple[str, dict[str, int]]]
    oldest_waiting: datetime | None

    @property
    def total(self) -> int:
        """All letters."""
        return sum(self.by_state.values())

    @property
    def waiting(self) -> int:
        """Queued, or in a worker's hand."""
        return self.by_state.get("queued", 0) + self.by_state.get("leased", 0)


@dataclass(frozen=True)
class LetterFilter:
    """Which letters to list; empty fields do not narrow."""

    state: str = ""
    kind: str = ""
    search: str = ""

    def as_args(self) -> dict[str, str]:
        """Return the fields that narrow, for links."""
        return {name: value for name, value in vars(self).items() if value}


def queue() -> Queue:
    """Return the counts of all letters."""
    by_kind: dict[str, dict[str, int]] = {}
    by_state: dict[str, int] = {}
    rows = db.session.execute(
        select(OutgoingEmail.kind, OutgoingEmail.state, func.count()).group_by(OutgoingEmail.kind, OutgoingEmail.state)
    )
    for kind, state, number in rows:
        by_kind.setdefault(kind, {})[state] = number
        by_state[state] = by_state.get(state, 0) + number
    oldest = db.session.scalar(select(func.min(OutgoingEmail.created_at)).where(OutgoingEmail.state == "queued"))
    return Queue(by_state, sorted(by_kind.items()), oldest)


def _matching(wanted: LetterFilter) -> Select[OutgoingEmail, LetterVariant]:
    statement = select(OutgoingEmail, LetterVariant).join(LetterVariant, LetterVariant.id == OutgoingEmail.variant_id)
    if wanted.state:
        statement = statement.where(OutgoingEmail.state == wanted.state)
    if wanted.kind:
        statement = statement.where(OutgoingEmail.kind == wanted.kind)
    if wanted.search:
        statement = statement.where(
            or_(OutgoingEmail.address.icontains(wanted.search, autoescape=True),
                OutgoingEmail.name.icontains(wanted.search, autoescape=True))
        )  # fmt: skip
    return statement


def letters(wanted: LetterFilter, number: int) -> Page[tuple[OutgoingEmail, LetterVariant]]:
    """Return the letters that match, the newest first, 50 a page."""
    return page_of(_matching(wanted).order_by(OutgoingEmail.id.desc()), number, 50, scalars=False)


def last_errors(limit: int = 5) -> list[tuple[str, int | None, int]]:
    """Return the replies that stopped most letters: reply, code, how many."""
    rows = db.session.execute(
        select(OutgoingEmail.reply, OutgoingEmail.code, func.count())
        .where(OutgoingEmail.state.in_(("failed", "in_doubt", "bounced")) | (OutgoingEmail.attempts > 0))
        .where(OutgoingEmail.reply != "", OutgoingEmail.state != "sent")
        .group_by(OutgoingEmail.reply, OutgoingEmail.code)
        .order_by(func.count().desc())
        .limit(limit)
    )
    return [(reply, code, number) for reply, code, number in rows]
