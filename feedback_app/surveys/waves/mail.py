"""The invitation as a letter: its words for all, and what is personal in it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from feedback_app import tokens
from feedback_app.contacts.models import Contact
from feedback_app.delivery.compose import placeholders
from feedback_app.delivery.compose import templates as layout
from feedback_app.delivery.compose.placeholders import Fill, Words
from feedback_app.extensions import current_settings
from feedback_app.organisation.queries import current as organisation
from feedback_app.surveys.form_spec import FormSpec
from feedback_app.surveys.models import Invitation, Survey
from feedback_app.surveys.translations import Words as Texts
from feedback_app.surveys.waves import invitation_text
from feedback_app.web.filters import words as in_language
from feedback_app.web.pages import absolute


def words(form: FormSpec, subject: str, body: str, language: str, *, scope: str = "surveys") -> Words:
    """Return the invitation in ``language`` with placeholders, HTML finished.

    ``scope`` "surveys" adds the way out of such letters; a test letter, which goes to staff, has none.
    """
    return layout.render(
        "invitation",
        language,
        scope=scope,
        subject=invitation_text.with_kind_names(subject),
        blocks=invitation_text.blocks(body),
        questions=len(form.questions),
        minutes=invitation_text.minutes(form),
    )


def all_words(form: FormSpec, subject: Texts, body: Texts) -> dict[str, Words]:
    """Return the invitation in every language in which it is written."""
    return {
        code: words(form, subject[code], body[code], code)
        for code in invitation_text.written_in(subject, body, form.languages)
    }


def fill(session: Session, ref_ids: Sequence[int]) -> dict[int, Fill]:
    """Return what fills the invitations with these ids; the renderer of letters of kind ``invitation``. One statement.

    The personal link is derived again from the invitation's nonce: the database never held it.
    """
    rows = session.execute(
        select(
            Invitation.id,
            Invitation.nonce,
            Invitation.language,
            Invitation.expires_at,
            Survey.title,
            Contact.name,
        )
        .join(Survey, Survey.id == Invitation.survey_id)
        .join(Contact, Contact.id == Invitation.contact_id)
        .where(Invitation.id.in_(ref_ids))
    )
    return {
        row.id: fill_for(personal_link(row.nonce), row.title, row.name, row.language, row.expires_at) for row in rows
    }


def personal_link(nonce: str) -> str:
    """Return the address of the answering page for the invitation with this nonce."""
    return absolute("responses.answer", token=token_of(nonce))


def token_of(nonce: str) -> str:
    """Return the token that belongs to an invitation's nonce."""
    return tokens.derive(current_settings().secret_key, "invitation", nonce)


def fill_for(link: str, title: dict[str, str], name: str, language: str, until: datetime) -> Fill:
    """Return the fills of one invitation."""
    greeting = placeholders.greeting(name)
    bare = greeting.removeprefix(", ")
    return {
        "link": link,
        "survey": placeholders.plain(in_language(title, language)),
        "organisation": placeholders.plain(organisation().name),
        "name": bare,
        "greeting_name": greeting,
        "spaced_name": f" {bare}" if bare else "",
        "opening_name": f"{bare}, " if bare else "",
        "until": layout.day(until.astimezone(ZoneInfo(organisation().timezone)).date(), language),
    }
