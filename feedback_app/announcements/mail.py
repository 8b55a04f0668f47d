"""What the sender asks this room for, letter by letter: the words that differ from person to person."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from feedback_app.announcements import render
from feedback_app.announcements.models import Notice
from feedback_app.announcements.render import KIND
from feedback_app.contacts.models import Contact
from feedback_app.delivery.outbox import Fill

__all__ = ["KIND", "fill"]


def fill(session: Session, ref_ids: Sequence[int]) -> dict[int, Fill]:
    """Return the fills of a batch of letters by notice id: one statement; the quotes are those frozen at sending."""
    statement = (
        select(Notice.id, Notice.language, Notice.why, Notice.quotes, Contact.name)
        .join(Contact, Contact.id == Notice.contact_id)
        .where(Notice.id.in_(ref_ids))
    )
    return {
        notice_id: render.fill(language, name, why, quotes)
        for notice_id, language, why, quotes, name in session.execute(statement)
    }
