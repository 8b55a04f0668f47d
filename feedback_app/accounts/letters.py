"""Queueing the letters of this room; joins the caller's transaction.

A letter's cause is a line of the trail (``ref_id``). The link in it is made when the letter is sent, so no table ever
keeps a link that opens an account.
"""

from __future__ import annotations

from sqlalchemy import select

from feedback_app.accounts.audit import STRANGER, Actor, note
from feedback_app.accounts.models import Staff
from feedback_app.database import require_transaction
from feedback_app.delivery import outbox
from feedback_app.delivery.models import LetterVariant

KIND = "staff"
INVITED = "invited"
RESET_ASKED = "asked for a new password"
PASSWORD_SET = "set a new password"  # noqa: S105  # an action's name


def write(staff: Staff, action: str, letter: outbox.Words, by: Actor = STRANGER, **details: object) -> None:
    """Note ``action`` about ``staff`` and queue ``letter`` to them."""
    entry = note(by, action, "staff", staff.id, staff.email, **details)
    require_transaction().flush()
    outbox.put(KIND, _variant(staff.language, letter), staff.email, staff.name, ref_id=entry.id)


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
