"""What somebody does about their own password. Hashing takes a fifth of a second: it is done before, no verb hashes."""

from __future__ import annotations

from sqlalchemy import update

from feedback_app import clock
from feedback_app.accounts import events, letters, staff_store
from feedback_app.accounts.models import LinkRequest, Staff
from feedback_app.accounts.sign_in import session_rows
from feedback_app.accounts.sign_in.messages import LINK_USED
from feedback_app.accounts.sign_in.session_rows import Browser
from feedback_app.database import transaction, updated_one
from feedback_app.delivery.outbox import Words
from feedback_app.errors import N_, Refused
from feedback_app.events.actor import Actor


def ask_for_link(email: str) -> None:
    """Note that somebody wants a link to choose a password, whether or not ``email`` is the address of an account.

    The worker looks whose it is, and writes the letter: the same is done here for all. Raises BadAddress.
    """
    with transaction() as session:
        session.add(LinkRequest(email=staff_store.address_of(email), asked_at=clock.now()))


def choose_password(staff_id: int, identity: str, hashed: str, letter: Words) -> None:
    """Set the password of the person whose link, made for ``identity``, was opened; end all sessions; queue ``letter``.

    Raises Refused when the link has been used in the meantime.
    """
    with transaction() as session:
        still = update(Staff).where(Staff.id == staff_id, Staff.active, Staff.fs_uniquifier == identity)
        if not updated_one(still.values(password=hashed, fs_uniquifier=staff_store.fresh())):
            raise Refused(LINK_USED)
        staff = staff_store.get(session, staff_id)
        letters.write(staff, events.PASSWORD_SET, letter, by=Actor.of(staff))


def change_password(staff_id: int, was: str, hashed: str, letter: Words, browser: Browser) -> str:
    """Put the password ``hashed`` in the place of ``was``, end all sessions, queue ``letter``.

    Return the token of a new session for ``browser``. Raises Refused when somebody else changed it first.
    """
    with transaction() as session:
        still = update(Staff).where(Staff.id == staff_id, Staff.active, Staff.password == was)
        if not updated_one(still.values(password=hashed, fs_uniquifier=staff_store.fresh())):
            raise Refused(N_("The password was changed elsewhere in the meantime. Sign in again."))
        staff = staff_store.get(session, staff_id)
        session.refresh(staff)
        letters.write(staff, events.PASSWORD_SET, letter, by=Actor.of(staff))
        return session_rows.begin(session, staff, browser)
