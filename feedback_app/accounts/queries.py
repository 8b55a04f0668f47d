"""What the pages and commands of this room read."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Select, or_, select

from feedback_app.accounts.models import AuditEntry, Role, Staff
from feedback_app.database import Page, page_of
from feedback_app.delivery.models import OutgoingEmail
from feedback_app.errors import N_, NotFound
from feedback_app.extensions import db
from feedback_app.organisation.queries import current as organisation

STATES = ("active", "invited", "disabled")


@dataclass(frozen=True)
class StaffWish:
    """Which staff to list; empty means any."""

    text: str = ""
    role: str = ""
    state: str = ""


def staff_page(wish: StaffWish, number: int) -> Page[Staff]:
    """Return one page of staff, by name; roles come with them in one statement more."""
    statement = select(Staff).where(*_staff_conditions(wish)).order_by(Staff.name == "", Staff.name, Staff.email)
    return page_of(statement, number)


def everybody() -> Sequence[Staff]:
    """Return all staff by address."""
    return db.session.scalars(select(Staff).order_by(Staff.email)).all()


def staff(staff_id: int) -> Staff:
    """Return one member of staff. Raises NotFound."""
    colleague = db.session.get(Staff, staff_id)
    if colleague is None:
        raise NotFound(N_("There is no such account. Go back to the list of staff."))
    return colleague


def staff_called(email: str) -> Staff:
    """Return the member of staff with this address. Raises NotFound."""
    colleague = db.session.scalars(select(Staff).where(Staff.email == email.strip().casefold())).first()
    if colleague is None:
        raise NotFound(N_("Nobody here has the address %(email)s. `staff list` shows all."), email=email)
    return colleague


def latest_letter(staff_id: int, kind: str) -> OutgoingEmail | None:
    """Return the newest letter of ``kind`` that went to a member of staff because of a line of the trail."""
    statement = (
        select(OutgoingEmail)
        .join(AuditEntry, AuditEntry.id == OutgoingEmail.ref_id)
        .where(OutgoingEmail.kind == kind, AuditEntry.target == "staff", AuditEntry.target_id == staff_id)
        .order_by(OutgoingEmail.id.desc())
    )
    return db.session.scalars(statement.limit(1)).first()


def history_of(staff_id: int, most: int = 10) -> Sequence[AuditEntry]:
    """Return the newest lines of the trail about one member of staff."""
    about = select(AuditEntry).where(AuditEntry.target == "staff", AuditEntry.target_id == staff_id)
    return db.session.scalars(about.order_by(AuditEntry.id.desc()).limit(most)).all()


@dataclass(frozen=True)
class TrailWish:
    """Which lines of the trail to show; empty means any. Days are whole days of the organisation's time zone."""

    who: str = ""
    action: str = ""
    target: str = ""
    since: date | None = None
    until: date | None = None


def trail_page(wish: TrailWish, number: int) -> Page[AuditEntry]:
    """Return one page of the trail, newest first."""
    return page_of(_trail(wish), number)


def trail_rows(wish: TrailWish, at_once: int = 1000) -> Iterator[AuditEntry]:
    """Return all lines asked for, newest first, read ``at_once`` at a time so that memory stays small."""
    last: int | None = None
    while True:
        older = _trail(wish) if last is None else _trail(wish).where(AuditEntry.id < last)
        rows = db.session.scalars(older.limit(at_once)).all()
        yield from rows
        if len(rows) < at_once:
            return
        last = rows[-1].id
        db.session.expunge_all()


def trail_choices() -> tuple[Sequence[str], Sequence[str]]:
    """Return the actions and the targets that occur in the trail."""
    actions = db.session.scalars(select(AuditEntry.action).distinct().order_by(AuditEntry.action)).all()
    targets = db.session.scalars(select(AuditEntry.target).distinct().order_by(AuditEntry.target)).all()
    return actions, targets


def _staff_conditions(wish: StaffWish) -> Iterator[ColumnElement[bool]]:
    if wish.text:
        yield or_(Staff.name.icontains(wish.text, autoescape=True), Staff.email.icontains(wish.text, autoescape=True))
    if wish.role:
        yield Staff.roles.any(Role.name == wish.role)
    if wish.state == "disabled":
        yield ~Staff.active
    elif wish.state:
        yield Staff.active.is_(True)
        yield Staff.password.is_not(None) if wish.state == "active" else Staff.password.is_(None)


def _trail(wish: TrailWish) -> Select[AuditEntry]:
    return select(AuditEntry).where(*_trail_conditions(wish)).order_by(AuditEntry.id.desc())


def _trail_conditions(wish: TrailWish) -> Iterator[ColumnElement[bool]]:
    if wish.who:
        yield AuditEntry.actor.icontains(wish.who, autoescape=True)
    if wish.action:
        yield AuditEntry.action == wish.action
    if wish.target:
        yield AuditEntry.target == wish.target
    if wish.since:
        yield AuditEntry.at >= _midnight(wish.since)
    if wish.until:
        yield AuditEntry.at < _midnight(wish.until + timedelta(days=1) if wish.until < date.max else wish.until)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), ZoneInfo(organisation().timezone))
