"""What the verbs of this room share: finding rows, making them, and the rules about admins. All join the caller's."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, exists, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from feedback_app.accounts.models import Role, Staff, StaffIdentity
from feedback_app.accounts.rights import ROLES
from feedback_app.database import insert
from feedback_app.delivery import addresses
from feedback_app.errors import N_, NotFound, Refused
from feedback_app.extensions import current_settings, db
from feedback_app.settings import LANGUAGES


@dataclass(frozen=True)
class Person:
    """What is known about a member of staff when an account is made or edited."""

    email: str
    name: str
    language: str
    roles: Sequence[str]


def fresh() -> str:
    """Return a new identity for sessions and links; whatever carries the one before ends."""
    return uuid.uuid4().hex


def get(session: Session, staff_id: int) -> Staff:
    """Return one member of staff. Raises NotFound."""
    staff = session.get(Staff, staff_id)
    if staff is None:
        raise NotFound(N_("There is no such account. Go back to the list of staff."))
    return staff


def make(session: Session, person: Person) -> Staff:
    """Add an account without a password. Raises Refused when the address has one, is none, or a role is unknown."""
    address = address_of(person.email)
    if session.scalar(select(Staff.id).where(Staff.email == address)):
        raise taken(address)
    staff = Staff(
        email=address,
        name=person.name.strip(),
        language=language_of(person.language),
        roles=roles_of(session, person.roles),
        fs_uniquifier=fresh(),
        active=True,
    )
    session.add(staff)
    try:
        session.flush()
    except IntegrityError as error:  # somebody else made it since we looked
        raise taken(address) from error
    return staff


def taken(address: str) -> Refused:
    """Return the refusal for an address that has an account."""
    return Refused(N_("%(email)s has an account already. Edit it instead."), email=address)


def address_of(email: str) -> str:
    """Return the form in which the address of an account is kept: folded, so that it is unique. Raises BadAddress."""
    return addresses.parse(email).email.casefold()


def language_of(code: str) -> str:
    """Return ``code``. Raises Refused when pages do not speak it."""
    if code not in LANGUAGES:
        raise Refused(N_("Choose one of these languages: %(languages)s."), languages=", ".join(LANGUAGES))
    return code


def roles_of(session: Session, names: Iterable[str]) -> list[Role]:
    """Return the roles called ``names``, made where missing. Raises Refused for none at all or an unknown one."""
    wanted = sorted(set(names))
    unknown = [name for name in wanted if name not in ROLES]
    if unknown or not wanted:
        raise Refused(N_("Choose at least one of these roles: %(roles)s."), roles=", ".join(ROLES))
    session.execute(insert(Role).values([{"name": name} for name in wanted]).on_conflict_do_nothing())
    return list(session.scalars(select(Role).where(Role.name.in_(wanted)).order_by(Role.id)))


def lock_admins(session: Session) -> None:
    """Let one transaction at a time decide who is admin: two admins cannot disable each other at once."""
    session.scalars(select(Role).where(Role.name == "admin").with_for_update()).all()
    session.expire_all()


def is_admin() -> ColumnElement[bool]:
    """Return the condition that an account can manage staff today: active, with a way to sign in, with the role."""
    return Staff.active & can_enter() & Staff.roles.any(Role.name == "admin")


def can_enter() -> ColumnElement[bool]:
    """Return the condition that an account has a password, or is linked to a provider that the settings name."""
    return Staff.password.is_not(None) | vouched_for()


def vouched_for() -> ColumnElement[bool]:
    """Return the condition that a provider of the settings opens an account."""
    issuers = [one.issuer for one in current_settings().oidc]
    return Staff.identities.any(StaffIdentity.issuer.in_(issuers))


def local_sign_in_for(staff: Staff) -> bool:
    """True when ``staff`` may sign in with a password, which the settings may have switched off.

    Admins still may while no admin can come in by a provider: a switch must not lock the house.
    """
    if current_settings().local_sign_in:
        return True
    by_provider = exists().where(is_admin(), vouched_for())
    return "admin" in staff.role_names and not db.session.scalar(select(by_provider))


def is_last_admin(session: Session, staff: Staff) -> bool:
    """True when ``staff`` is the only one who can manage staff."""
    return list(session.scalars(select(Staff.id).where(is_admin()).limit(2))) == [staff.id]


def keep_an_admin(session: Session, without: Staff) -> None:
    """Raise Refused when ``without`` is the only one who can manage staff."""
    if is_last_admin(session, without):
        raise Refused(
            N_("%(email)s is the only active admin. Make somebody else admin first, then try again."),
            email=without.email,
        )
