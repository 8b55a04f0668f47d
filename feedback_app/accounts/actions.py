"""What can be done to staff: invite, change, disable and enable, and what each may do to the own account."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

from flask_security import hash_password
from sqlalchemy import update
from sqlalchemy.orm import Session

from feedback_app import clock
from feedback_app.accounts import events, letters, staff_store
from feedback_app.accounts.models import Staff
from feedback_app.accounts.rights import ROLES
from feedback_app.accounts.sign_in import passwords, session_rows
from feedback_app.accounts.staff_store import Person
from feedback_app.database import transaction, updated_one
from feedback_app.delivery.outbox import Words
from feedback_app.errors import N_, Refused
from feedback_app.events.actions import record
from feedback_app.events.actor import Actor
from feedback_app.organisation.queries import current as organisation

__all__ = ["Person"]


def ensure_roles() -> None:
    """Make the roles that are missing; safe to repeat. A database made by migrations has none."""
    with transaction() as session:
        staff_store.roles_of(session, ROLES)


def invite(person: Person, letter: Words, by: Actor) -> int:
    """Make an account without a password, queue the letter that lets its owner choose one, and return its id.

    ``letter`` has the hole ``{{link}}``. Raises Refused when the address has an account, is none, or a role is unknown.
    """
    with transaction() as session:
        staff = staff_store.make(session, person)
        staff.invited_at = clock.now()
        letters.write(staff, events.INVITED, letter, by, roles=staff.role_names)
        return staff.id


def add(person: Person, by: Actor, password: str = "") -> int:
    """Make an account and return its id; without ``password`` its owner needs a one-time link. Raises Refused."""
    with transaction() as session:
        staff = staff_store.make(session, person)
        if password:
            staff.password = hash_password(fit(password, person.name, staff.email))
        record(events.ADDED, by, staff.id, name=staff.email, roles=staff.role_names, password=bool(password))
        return staff.id


def invite_again(staff_id: int, letter: Words, by: Actor) -> None:
    """Queue the invitation once more; links sent before stop working. Raises Refused when there is a password."""
    with transaction() as session:
        staff = staff_store.get(session, staff_id)
        still = update(Staff).where(Staff.id == staff_id, Staff.active, Staff.password.is_(None))
        if not updated_one(still.values(fs_uniquifier=staff_store.fresh(), invited_at=clock.now())):
            raise Refused(N_("%(email)s has chosen a password by now, or is disabled."), email=staff.email)
        letters.write(staff, events.INVITED, letter, by)


def change(staff_id: int, name: str, language: str, roles: Sequence[str], by: Actor) -> None:
    """Set name, language and roles. Raises Refused when nobody would be left to manage staff."""
    with transaction() as session:
        staff = _set_roles(session, staff_id, roles, by)
        staff.name, staff.language = name.strip(), staff_store.language_of(language)
        if session.is_modified(staff):
            record(events.EDITED, by, staff_id, name=staff.email)


def set_roles(staff_id: int, roles: Sequence[str], by: Actor) -> None:
    """Replace the roles. Raises Refused when nobody would be left to manage staff."""
    with transaction() as session:
        _set_roles(session, staff_id, roles, by)


def disable(staff_id: int, by: Actor) -> None:
    """Close an account: sessions and links end now. Raises Refused for oneself and for the last active admin."""
    with transaction() as session:
        staff_store.lock_admins(session)
        staff = staff_store.get(session, staff_id)
        if by.staff_id == staff_id:
            raise Refused(N_("You cannot disable your own account. Ask another admin to do it."))
        staff_store.keep_an_admin(session, without=staff)
        change = update(Staff).where(Staff.id == staff_id, Staff.active)
        if not updated_one(change.values(active=False, fs_uniquifier=staff_store.fresh())):
            raise Refused(N_("%(email)s is disabled already."), email=staff.email)
        record(events.DISABLED, by, staff_id, name=staff.email)


def enable(staff_id: int, by: Actor) -> None:
    """Open a closed account again; its password and second step are as they were."""
    with transaction() as session:
        staff = staff_store.get(session, staff_id)
        if not updated_one(update(Staff).where(Staff.id == staff_id, ~Staff.active).values(active=True)):
            raise Refused(N_("%(email)s is active already."), email=staff.email)
        record(events.ENABLED, by, staff_id, name=staff.email)


def drop_second_step(staff_id: int, by: Actor) -> None:
    """Turn two-step sign-in off for somebody who lost the device, and end their sessions."""
    with transaction() as session:
        staff = staff_store.get(session, staff_id)
        change = update(Staff).where(Staff.id == staff_id, Staff.tf_primary_method.is_not(None))
        gone = {"tf_primary_method": None, "tf_totp_secret": None, "mf_recovery_codes": None}
        if not updated_one(change.values(**gone, fs_uniquifier=staff_store.fresh())):
            raise Refused(N_("%(email)s signs in without a second step."), email=staff.email)
        record(events.SECOND_STEP_OFF, by, staff_id, name=staff.email)


def change_profile(staff_id: int, name: str, language: str) -> None:
    """Set one's own name and language."""
    with transaction() as session:
        staff = staff_store.get(session, staff_id)
        staff.name, staff.language = name.strip(), staff_store.language_of(language)
        if session.is_modified(staff):
            record(events.EDITED, Actor.of(staff), staff_id, name=staff.email)


def sign_out_everywhere(staff_id: int) -> None:
    """End every session and remembered sign-in of a person, and every link sent to them."""
    with transaction() as session:
        staff = staff_store.get(session, staff_id)
        if updated_one(update(Staff).where(Staff.id == staff_id).values(fs_uniquifier=staff_store.fresh())):
            record(events.SIGNED_OUT_EVERYWHERE, Actor.of(staff), staff_id, name=staff.email)


def end_session(staff_id: int, session_id: int) -> None:
    """Sign one device of a person out. Raises Refused when it is signed out already."""
    with transaction() as session:
        staff = staff_store.get(session, staff_id)
        if not session_rows.end(session, staff_id, session_id):
            raise Refused(N_("That device is signed out already."))
        record(events.SESSION_ENDED, Actor.of(staff), staff_id, name=staff.email)


def note_link(staff_id: int, by: Actor) -> None:
    """Write down that a one-time link is handed out. Raises Refused when the account is disabled."""
    with transaction() as session:
        staff = staff_store.get(session, staff_id)
        if not staff.active:
            raise Refused(N_("%(email)s is disabled. Enable the account first."), email=staff.email)
        record(events.LINK_MADE, by, staff_id, name=staff.email)


def fit(password: str, name: str, email: str) -> str:
    """Return ``password`` in the form that signing in compares. Raises Refused when it is not fit for the account.

    The form is NFKD (NIST SP 800-63B 5.1.1.2): a letter with an accent is the same on every keyboard.
    """
    password = unicodedata.normalize("NFKD", password)
    if found := passwords.trouble(password, name, email, organisation().name):
        raise Refused(found)
    return password


def _set_roles(session: Session, staff_id: int, names: Sequence[str], by: Actor) -> Staff:
    staff_store.lock_admins(session)
    staff = staff_store.get(session, staff_id)
    before = staff.role_names
    wanted = staff_store.roles_of(session, names)
    if "admin" in before and "admin" not in names:
        staff_store.keep_an_admin(session, without=staff)
    staff.roles = wanted
    if staff.role_names != before:
        record(events.ROLES_CHANGED, by, staff_id, name=staff.email, before=before, after=staff.role_names)
    return staff
