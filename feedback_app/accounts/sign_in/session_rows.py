"""Signed-in devices as rows: a cookie opens only while its row is there. All join the caller's transaction."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import ColumnElement, delete, or_, select
from sqlalchemy.orm import Session, contains_eager

from feedback_app import clock, tokens
from feedback_app.accounts.models import Staff, StaffSession

LONGEST = timedelta(days=14)  # however busy a session is: then one signs in again


@dataclass(frozen=True)
class Browser:
    """Where somebody signs in: whether it is to be remembered, what it calls itself, its network address."""

    remembered: bool
    device: str
    address: str


def begin(session: Session, staff: Staff, browser: Browser) -> str:
    """Add a session of ``staff``; return the token that its cookie holds and nothing else keeps.

    Those of this person that have ended are removed on the occasion.
    """
    ended = or_(StaffSession.began_at <= clock.now() - LONGEST, StaffSession.identity != staff.fs_uniquifier)
    session.execute(delete(StaffSession).where(StaffSession.staff_id == staff.id, ended))
    token = secrets.token_urlsafe(32)
    begun = StaffSession(
        staff_id=staff.id,
        token_hash=tokens.digest(token),
        identity=staff.fs_uniquifier,
        began_at=clock.now(),
        remembered=browser.remembered,
        device=browser.device[:200],
        address=browser.address,
    )
    session.add(begun)
    return token


def find(session: Session, token: str) -> StaffSession | None:
    """Return the session in force that ``token`` opens, its person loaded with it; None when there is none."""
    theirs = StaffSession.token_hash == tokens.digest(token)
    statement = select(StaffSession).join(StaffSession.staff).options(contains_eager(StaffSession.staff))
    return session.scalars(statement.where(theirs, in_force())).first()


def in_force() -> ColumnElement[bool]:
    """Return the condition, over sessions joined with their staff, that a session opens doors.

    Whatever gives the person a new identity (another password, two-step sign-in, a closed account) ends all.
    """
    young = StaffSession.began_at > clock.now() - LONGEST
    return young & (StaffSession.identity == Staff.fs_uniquifier) & Staff.active


def end(session: Session, staff_id: int, session_id: int) -> bool:
    """End one session of a person; False when it has ended already."""
    theirs = delete(StaffSession).where(StaffSession.id == session_id, StaffSession.staff_id == staff_id)
    return session.scalar(theirs.returning(StaffSession.id)) is not None
