"""The first way in: one link, good once, for a house in which nobody can sign in yet."""

from __future__ import annotations

from flask_security import hash_password
from sqlalchemy import ColumnElement, exists, select, update
from sqlalchemy.orm import Session

from feedback_app import tokens
from feedback_app.accounts import events, staff_store
from feedback_app.accounts.actions import fit
from feedback_app.accounts.models import Role, Staff, StaffIdentity
from feedback_app.database import transaction, updated_one
from feedback_app.errors import N_, NotFound
from feedback_app.events.actions import record
from feedback_app.events.actor import Actor
from feedback_app.extensions import current_settings, db
from feedback_app.organisation.queries import current as organisation

PLACEHOLDER = "admin@localhost"  # stands until the first person gives an address; nothing is ever sent to it
PURPOSE = "first sign-in"
USED = N_("This link has been used, or somebody can sign in already. Sign in, or ask an admin for an invitation.")


def first_token() -> str | None:
    """Return the token of the link for the first admin, None when somebody can sign in already.

    The same token is given until it is used. An admin without a password is offered the link; else one is made.
    """
    with transaction() as session:
        staff_store.roles_of(session, ["admin"])
        staff_store.lock_admins(session)
        if session.scalar(select(_somebody())):
            return None
        staff = _waiting_admin(session) or _placeholder(session)
        token = tokens.derive(current_settings().secret_key, PURPOSE, staff.fs_uniquifier)
        staff.first_link_hash = tokens.digest(token)
        return token


def opens(token: str) -> bool:
    """True while ``token`` can make its bearer the first admin."""
    with_it = Staff.active & (Staff.first_link_hash == tokens.digest(token)) & ~_somebody()
    return bool(db.session.scalar(select(exists().where(with_it))))


def claim(token: str, email: str, name: str, language: str, password: str) -> int:
    """Make the bearer of ``token`` the first admin and return the id.

    Raises NotFound when the link has been used, Refused when the address or the password will not do.
    """
    address = staff_store.address_of(email)
    hashed = hash_password(fit(password, name, address))
    with transaction() as session:
        staff_store.lock_admins(session)
        by_link = Staff.first_link_hash == tokens.digest(token)
        staff = session.scalars(select(Staff).where(by_link)).first()
        if staff is None:
            raise NotFound(USED)
        if session.scalar(select(Staff.id).where(Staff.email == address, Staff.id != staff.id)):
            raise staff_store.taken(address)
        first = update(Staff).where(by_link, Staff.active, Staff.password.is_(None), ~_somebody())
        values = {
            "email": address,
            "name": name.strip(),
            "language": staff_store.language_of(language),
            "password": hashed,
        }
        if not updated_one(first.values(**values, first_link_hash=None, fs_uniquifier=staff_store.fresh())):
            raise NotFound(USED)
        record(events.BECAME_FIRST_ADMIN, Actor.of(staff), staff.id, name=address)
        return staff.id


def _somebody() -> ColumnElement[bool]:
    """Return the condition that somebody can sign in."""
    other = Staff.__table__.alias("somebody")
    linked = exists().where(StaffIdentity.staff_id == other.c.id)
    return exists().where(other.c.active, other.c.password.is_not(None) | linked)


def _waiting_admin(session: Session) -> Staff | None:
    waiting = select(Staff).where(Staff.active, Staff.roles.any(Role.name == "admin")).order_by(Staff.id).limit(1)
    return session.scalars(waiting).first()


def _placeholder(session: Session) -> Staff:
    staff = Staff(
        email=PLACEHOLDER,
        language=organisation().language,
        roles=staff_store.roles_of(session, ["admin"]),
        fs_uniquifier=staff_store.fresh(),
        active=True,
    )
    session.add(staff)
    session.flush()
    return staff
