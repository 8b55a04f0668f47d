"""The letters of this room: their words, what fills them when they are sent, and where Flask-Security's mail goes."""

from __future__ import annotations

from collections.abc import Sequence

from flask_security import MailUtil
from flask_security.mail_util import EmailValidateException
from flask_security.recoverable import generate_reset_password_token
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from feedback_app.accounts import events, letters
from feedback_app.accounts.models import LinkRequest, Staff
from feedback_app.accounts.staff_store import local_sign_in_for
from feedback_app.database import transaction
from feedback_app.delivery import addresses
from feedback_app.delivery.compose import templates as layout
from feedback_app.delivery.outbox import Fill, Words
from feedback_app.events.models import Event
from feedback_app.extensions import db
from feedback_app.organisation.queries import current as organisation
from feedback_app.web.pages import absolute, say


def invitation_words(language: str) -> Words:
    """Return the letter that invites a person to choose a password; its link is a hole."""
    return layout.render("staff_invitation", language)


def password_words(language: str) -> Words:
    """Return the letter that tells that a password was set."""
    return layout.render("password_changed", language)


def write_wanted_links() -> None:
    """Write to the owners of the accounts for which a link is wanted; what was asked for other addresses is forgotten.

    A job of the worker: the page that takes an address does the same for all, so nobody learns from it whose has one.
    """
    if db.session.scalar(select(LinkRequest.id).limit(1)) is None:
        return
    with transaction() as session:
        wanted = set(session.scalars(delete(LinkRequest).returning(LinkRequest.email)))
        for staff in session.scalars(select(Staff).where(Staff.email.in_(wanted), Staff.active)).all():
            if not local_sign_in_for(staff):
                continue  # a password would open nothing
            letters.write(staff, events.PASSWORD_RESET_ASKED, layout.render("password_reset", staff.language))


def one_time_link(staff: Staff) -> str:
    """Return the address where ``staff`` chooses a password: good for three days and for one use."""
    token = generate_reset_password_token(staff)  # type: ignore[no-untyped-call]
    return absolute("security.reset_password", token=token)


def fills(session: Session, event_ids: Sequence[int]) -> dict[int, Fill]:
    """Return what fills the letters caused by these events; nothing for accounts closed meanwhile.

    Links are made here, when the letter is sent: no table keeps them, and their three days begin now.
    """
    pairs = session.execute(
        select(Event, Staff)
        .join(Staff, Staff.id == Event.subject_id)
        .where(Event.id.in_(event_ids), Event.subject == "staff", Staff.active)
    )
    return {event.id: _fill(event, staff) for event, staff in pairs}


def _fill(event: Event, staff: Staff) -> Fill:
    when = layout.moment(event.at, staff.language)
    inviter = event.actor if event.actor_kind == "staff" else organisation().name
    return {"link": one_time_link(staff), "ask": absolute("security.forgot_password"), "inviter": inviter, "when": when}


class StaffMail(MailUtil):
    """Addresses as Flask-Security's pages take them. It sends no letters: none of its ways to do so is on."""

    def normalize(self, email: str) -> str:
        """Return the address folded as accounts keep it. Raises EmailValidateException."""
        try:
            return addresses.parse(email).email.casefold()
        except addresses.BadAddress as error:
            raise EmailValidateException(say(error)) from error

    def validate(self, email: str) -> str:
        """Return the address folded as accounts keep it. Raises EmailValidateException."""
        return self.normalize(email)
