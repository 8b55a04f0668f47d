"""The letters of this room: their words, what fills them when they are sent, and where Flask-Security's mail goes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

from flask_security import MailUtil
from flask_security.mail_util import EmailValidateException
from flask_security.recoverable import generate_reset_password_token
from sqlalchemy import select
from sqlalchemy.orm import Session

from feedback_app.accounts import events, letters
from feedback_app.accounts.models import Staff
from feedback_app.delivery import addresses
from feedback_app.delivery.compose import templates as layout
from feedback_app.delivery.outbox import Fill, Words
from feedback_app.events.actor import Actor
from feedback_app.events.models import Event
from feedback_app.organisation.queries import current as organisation
from feedback_app.web.pages import absolute, say

LETTERS = {  # Flask-Security's template -> what happened, and our letter
    "security/email/reset_instructions": (events.PASSWORD_RESET_ASKED, "password_reset"),
    "security/email/reset_notice": (events.PASSWORD_SET, "password_changed"),
    "security/email/change_notice": (events.PASSWORD_SET, "password_changed"),
}


def invitation_words(language: str) -> Words:
    """Return the letter that invites a person to choose a password; its link is a hole."""
    return layout.render("staff_invitation", language)


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
    """Flask-Security's way out: a letter in the outbox, in the transaction of what it tells."""

    def send_mail(
        self,
        template: str,
        subject: str,
        recipient: str | tuple[str, str],
        sender: str | tuple[str, str],
        body: str | None,
        html: str | None,
        **context: Any,
    ) -> None:
        """Queue our own letter in place of ``template``; what Flask-Security rendered is not used."""
        what, letter = LETTERS[template]
        staff = cast("Staff", context["user"])
        by = {"by": Actor.of(staff)} if what is events.PASSWORD_SET else {}
        letters.write(staff, what, layout.render(letter, staff.language), **by)

    def normalize(self, email: str) -> str:
        """Return the address folded as accounts keep it. Raises EmailValidateException."""
        try:
            return addresses.parse(email).email.casefold()
        except addresses.BadAddress as error:
            raise EmailValidateException(say(error)) from error

    def validate(self, email: str) -> str:
        """Return the address folded as accounts keep it. Raises EmailValidateException."""
        return self.normalize(email)
