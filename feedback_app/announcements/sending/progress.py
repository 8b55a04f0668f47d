"""How far a sending is, and what became of each person."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, exists, func, select

from feedback_app.announcements.models import Notice, Piece
from feedback_app.announcements.render import KIND
from feedback_app.contacts.models import Contact
from feedback_app.database import Page, page_of
from feedback_app.delivery.models import OutgoingEmail
from feedback_app.extensions import db

PEOPLE_SIZE = 50
# Each letter state belongs to one of the four numbers people look at.
GROUPS = {
    "told": ("sent", "complained"),
    "waiting": ("queued", "leased"),
    "left_out": ("skipped", "cancelled"),
    "failed": ("failed", "bounced", "in_doubt"),
}


@dataclass
class Progress:
    """How far a sending is: letters by state, and people left out from the start by reason.

    ``written``: everybody's letter is there; until then the numbers grow.
    """

    state: str
    letters: dict[str, int] = field(default_factory=dict)
    excluded: dict[str, int] = field(default_factory=dict)
    written: bool = True

    def group(self, name: str) -> int:
        """Return how many people are told, waiting, left out or failed."""
        extra = sum(self.excluded.values()) if name == "left_out" else 0
        return extra + sum(self.letters.get(state, 0) for state in GROUPS[name])

    @property
    def people(self) -> int:
        """All people concerned."""
        return sum(self.letters.values()) + sum(self.excluded.values())

    def as_dict(self) -> dict[str, Any]:
        """Return the numbers as programs read them."""
        counted = {name: self.group(name) for name in GROUPS}
        return {"state": self.state, "written": self.written, "people": self.people, **counted,
                "letters": self.letters, "left_out_because": self.excluded}  # fmt: skip


def of(announcement_id: int, state: str) -> Progress:
    """Return how far a sending is: a few statements, each on an index."""
    sent = (
        select(OutgoingEmail.state, func.count())
        .where(OutgoingEmail.kind == KIND, OutgoingEmail.group_id == announcement_id)
        .group_by(OutgoingEmail.state)
    )
    out = (
        select(Notice.excluded_because, func.count())
        .where(Notice.announcement_id == announcement_id, Notice.included.is_(False))
        .group_by(Notice.excluded_because)
    )
    return Progress(
        state,
        {row[0]: row[1] for row in db.session.execute(sent)},
        {row[0]: row[1] for row in db.session.execute(out)},
        not db.session.scalar(select(exists().where(Piece.announcement_id == announcement_id))),
    )


def _people(columns: tuple[Any, ...], announcement_id: int, group: str, text: str) -> Select[Any, Any, Any]:
    statement: Select[Any, Any, Any] = (
        select(*columns)
        .select_from(Notice)
        .join(Contact, Contact.id == Notice.contact_id)
        .outerjoin(OutgoingEmail, (OutgoingEmail.kind == KIND) & (OutgoingEmail.ref_id == Notice.id))
        .where(Notice.announcement_id == announcement_id)
        .order_by(Notice.id)
    )
    if group in GROUPS:
        statement = statement.where(_in_group(group))
    if text:
        fits = Contact.name.icontains(text, autoescape=True) | Contact.email.icontains(text, autoescape=True)
        statement = statement.where(fits)
    return statement


def _in_group(group: str) -> ColumnElement[bool]:
    fits: ColumnElement[bool] = OutgoingEmail.state.in_(GROUPS[group])
    return fits | Notice.included.is_(False) if group == "left_out" else fits


def people(announcement_id: int, group: str, text: str, page: int) -> Page[Row[Any, Any, Any]]:
    """Return one page of (notice, contact, letter or None) of a sending; ``group`` is a key of GROUPS or ""."""
    rows = _people((Notice, Contact, OutgoingEmail), announcement_id, group, text)
    return page_of(rows, page, PEOPLE_SIZE, scalars=False)


COLUMNS = (
    Contact.email,
    Contact.name,
    Notice.language,
    Notice.why,
    OutgoingEmail.state,
    Notice.excluded_because,
    OutgoingEmail.reply,
    OutgoingEmail.sent_at,
    Notice.quotes,
)


def everybody(announcement_id: int, group: str = "", text: str = "") -> Iterator[tuple[Any, ...]]:
    """Yield COLUMNS of every person of a sending, a batch in memory at a time; the letter's are None without one."""
    rows = _people(COLUMNS, announcement_id, group, text).execution_options(yield_per=1000)
    yield from map(tuple, db.session.execute(rows))
