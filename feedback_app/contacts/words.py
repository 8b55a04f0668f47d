"""How this room names letters, reasons and columns to people."""

from __future__ import annotations

from flask_babel import gettext, lazy_gettext
from flask_babel import lazy_gettext as _l

REASON_WORDS = {
    "unsubscribed": _l("They asked us not to write"),
    "hard_bounce": _l("Letters came back: the address does not work"),
    "complaint": _l("They reported a letter as unwanted"),
    "manual": _l("Stopped by a colleague"),
    "erased": _l("They asked to be forgotten"),
}
_LETTERS = {
    "invitation": _l("Asked"),
    "reminder": _l("Asked again"),
    "announcement": _l("Told"),
    "receipt": _l("Thanked"),
    "test": _l("Test letter"),
}
STAGE_WORDS = {  # those of the ready-made survey of lost prospects; an organisation's own words stand as they are
    "first_contact": _l("first contact"),
    "offer": _l("offer"),
    "price": _l("price"),
    "trial": _l("trial period"),
    "contract": _l("contract"),
    "delivery_terms": _l("delivery terms"),
    "other": _l("another moment"),
}
COLUMN_WORDS = {
    "email": _l("email address"),
    "name": _l("name"),
    "first_name": _l("first name"),
    "last_name": _l("last name"),
    "kind": _l("kind"),
    "stage_lost": _l("stage lost (of lost prospects)"),
    "language": _l("language"),
    "unsubscribed": _l("asked not to be written to"),
    "consent": _l("agreed to letters (“no” stops them)"),
    "": _l("left out: no heading"),
}


def stage_words(stage: str) -> str:
    """Return a stage where somebody left as a reader would write it: no code, no underscores."""
    return str(STAGE_WORDS.get(stage) or stage.replace("_", " "))


def letter_words(kind: str) -> str:
    """Return what a letter of ``kind`` did, in a word or two."""
    return str(_LETTERS.get(kind) or lazy_gettext("Letter"))


def column_words(field: str) -> str:
    """Return what a column of a list is taken for; see ``csv_import.ContactFile.columns``."""
    if field.startswith("attribute:"):
        return str(gettext("free attribute “%(key)s”", key=field.removeprefix("attribute:")))
    return str(COLUMN_WORDS.get(field, field))
