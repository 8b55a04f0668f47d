"""What a field of a contact may hold. Pure: the form, the command and the import keep the same limits."""

from __future__ import annotations

from feedback_app.common.text import one_line

NAME = 200  # characters, as the table has them
STAGE = 80
KEY = 60
VALUE = 500
ATTRIBUTES = 50  # how many free attributes one contact may have


def attribute_key(text: str) -> str:
    """Return the key under which a free attribute is kept: one line, lower case, so that City and city are one.

    Quotation marks and backslashes are dropped: both engines would have to escape them in a JSON path.
    """
    return one_line(text.replace('"', "").replace("\\", "")).lower()
