"""Queueing the letters of this room; joins the caller's transaction.

A letter's cause is an event (``ref_id``). The link in it is made when the letter is sent, so no table ever
keeps a link that opens an account.
"""

from __future__ import annotations

from sqlalchemy import select

from feedback_app.accounts.models import Staff
from feedback_app.database import require_transaction
from feedback_app.delivery import outbox
from feedback_app.delivery.models import LetterVariant
from feedback_app.events.actions import record
from feedback_app.events.actor import STRANGER, Actor
from feedback_app.events.catalogue import EventType

KIND = "staff"


def write(staff: Staff, what: EventType, letter: outbox.Words, by: Actor = STRANGER, **payload: object) -> None:
    """Record what happened to ``staff`` and queue ``letter`` to them."""
    event = record(what, by, staff.id, name=staff.email, **payload)
    require_transaction().flush()
    outbox.put(KIND, _variant(staff.language, letter), staff.email, staff.name, ref_id=event.id)


def _variant(language: str, letter: outbox.Words) -> int:
    """Return the variant with these very words; it is added the first time."""
    same = select(LetterVariant.id).where(
        LetterVariant.kind == KIND,
        LetterVariant.language == language,
        LetterVariant.subject == letter.subject,
        LetterVariant.text == letter.text,
        LetterVariant.html == letter.html,
    )
    found = require_transaction().scalars(same.limit(1)).first()
    return found if found is not None else outbox.add_variant(KIND, language, "", letter)
