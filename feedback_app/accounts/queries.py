"""What the pages and commands of this room read."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import selectinload

from feedback_app.accounts.models import Role, Staff, StaffSession
from feedback_app.accounts.sign_in.session_rows import in_force
from feedback_app.database import Page, page_of
from feedback_app.delivery.models import OutgoingEmail
from feedback_app.errors import N_, NotFound
from feedback_app.events.models import Event
from feedback_app.events.queries import about
from feedback_app.extensions import db

STATES = ("active", "invited", "disabled")


@dataclass(frozen=True)
class StaffWish:
    """Which staff to list; empty means any."""

    text: str = ""
    role: str = ""
    state: str = ""


def staff_page(wish: StaffWish, number: int) -> Page[Staff]:
    """Return one page of staff, by name; roles and accounts elsewhere come with them in a statement each."""
    found = select(Staff).options(selectinload(Staff.identities)).where(*_staff_conditions(wish))
    statement = found.order_by(Staff.name == "", Staff.name, Staff.email)
    return page_of(statement, number)


def everybody() -> Sequence[Staff]:
    """Return all staff by address."""
    return db.session.scalars(select(Staff).options(selectinload(Staff.identities)).order_by(Staff.email)).all()


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
        .join(Event, Event.id == OutgoingEmail.ref_id)
        .where(OutgoingEmail.kind == kind, Event.subject == "staff", Event.subject_id == staff_id)
        .order_by(OutgoingEmail.id.desc())
    )
    return db.session.scalars(statement.limit(1)).first()


def sessions_of(staff_id: int) -> Sequence[StaffSession]:
    """Return the sessions of a person that are in force, the newest first."""
    theirs = select(StaffSession).join(StaffSession.staff).where(StaffSession.staff_id == staff_id, in_force())
    return db.session.scalars(theirs.order_by(StaffSession.began_at.desc(), StaffSession.id.desc())).all()


def history_of(staff_id: int, most: int = 10) -> Sequence[Event]:
    """Return what happened lately to one member of staff."""
    return db.session.scalars(about("staff", staff_id).limit(most)).all()


def _staff_conditions(wish: StaffWish) -> Iterator[ColumnElement[bool]]:
    if wish.text:
        yield or_(Staff.name.icontains(wish.text, autoescape=True), Staff.email.icontains(wish.text, autoescape=True))
    if wish.role:
        yield Staff.roles.any(Role.name == wish.role)
    if wish.state == "disabled":
        yield ~Staff.active
    elif wish.state:
        yield Staff.active.is_(True)
        enters = Staff.password.is_not(None) | Staff.identities.any()
        yield enters if wish.state == "active" else ~enters
