"""Letting in whom a provider vouches for: by the account there, by invitation, or by a role the provider gives."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from feedback_app.accounts import events, staff_store
from feedback_app.accounts.models import Staff, StaffIdentity
from feedback_app.accounts.oidc.claims import Told
from feedback_app.accounts.staff_store import Person
from feedback_app.common.oidc_providers import Provider
from feedback_app.database import transaction
from feedback_app.errors import N_, Refused
from feedback_app.events.actions import record
from feedback_app.events.actor import Actor
from feedback_app.organisation.queries import current as organisation
from feedback_app.settings import LANGUAGES

NOBODY = N_("%(name)s says who you are, but you have no account here. Ask an admin for an invitation.")
NO_ROLE = N_("Your account at %(name)s gives you no role here. Ask whoever looks after it.")
UNVERIFIED = N_("%(name)s has not checked your email address. Confirm it there, then sign in again.")
CLOSED = N_("This account is disabled. Ask an admin.")


def admit(provider: Provider, told: Told) -> int:
    """Return the key of the account of the person of whom ``provider`` has ``told``; made or linked where need be.

    Once linked, an account is known by the provider's number for the person, whatever their address becomes. Where the
    provider decides about roles, they are taken over each time, but the last admin stays admin. Raises Refused.
    """
    with transaction() as session:
        staff_store.lock_admins(session)
        staff = _linked(session, provider, told) or _link(session, provider, told)
        if not staff.active:
            raise Refused(CLOSED)
        if told.roles is not None:
            _take_roles(session, staff, provider, told.roles)
        return staff.id


def _linked(session: Session, provider: Provider, told: Told) -> Staff | None:
    theirs = (StaffIdentity.issuer == provider.issuer) & (StaffIdentity.subject == told.subject)
    return session.scalars(select(Staff).join(StaffIdentity, StaffIdentity.staff_id == Staff.id).where(theirs)).first()


def _link(session: Session, provider: Provider, told: Told) -> Staff:
    """Link the account with the address that the provider has checked; make it when the provider gives a role."""
    if not told.email or not told.verified:
        raise Refused(UNVERIFIED, name=provider.name)
    address = staff_store.address_of(told.email)
    staff = session.scalars(select(Staff).where(Staff.email == address)).first()
    if staff is None:
        if told.roles is None:
            raise Refused(NOBODY, name=provider.name)
        if not told.roles:
            raise Refused(NO_ROLE, name=provider.name)
        language = told.language if told.language in LANGUAGES else organisation().language
        staff = staff_store.make(session, Person(address, told.name, language, told.roles))
        record(events.ADDED, Actor.of(staff), staff.id, name=address, roles=staff.role_names)
    session.add(StaffIdentity(staff_id=staff.id, issuer=provider.issuer, subject=told.subject))
    record(events.LINKED, Actor.of(staff), staff.id, name=address, provider=provider.name)
    session.flush()
    return staff


def _take_roles(session: Session, staff: Staff, provider: Provider, roles: tuple[str, ...]) -> None:
    before = staff.role_names
    if "admin" in before and "admin" not in roles and staff_store.is_last_admin(session, staff):
        roles = ("admin", *roles)
    if not roles:
        raise Refused(NO_ROLE, name=provider.name)
    if set(roles) != set(before):
        staff.roles = staff_store.roles_of(session, roles)
        record(events.ROLES_CHANGED, Actor.of(staff), staff.id, name=staff.email, before=before, after=list(roles))
