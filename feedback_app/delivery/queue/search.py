"""Letters by a piece of an address or a name."""

from __future__ import annotations

from sqlalchemy import ColumnElement, exists, or_, select

from feedback_app.database import is_postgresql
from feedback_app.delivery import addresses
from feedback_app.delivery.models import OutgoingEmail
from feedback_app.extensions import db

LAST = "\U0010ffff"  # no character comes after it


def holds(text: str) -> ColumnElement[bool]:
    """Return the condition "the address or the name of this letter holds ``text``".

    With an @ in it, it is the beginning of an address wherever an address begins so: these an index finds among a
    million letters at once, while each letter must be read for a piece from the middle.
    """
    if "@" in text:
        begins = _begins(addresses.key(text))
        if db.session.scalar(select(exists().where(begins))):
            return begins
    return or_(*(column.icontains(text, autoescape=True) for column in (OutgoingEmail.address, OutgoingEmail.name)))


def _begins(key: str) -> ColumnElement[bool]:
    if is_postgresql():
        return OutgoingEmail.email_key.startswith(key, autoescape=True)
    return OutgoingEmail.email_key.between(key, key + LAST)
