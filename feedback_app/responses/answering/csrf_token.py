"""The proof that a form came from our page: bound to the personal link, good for a month, without a cookie. Pure."""

from __future__ import annotations

from datetime import datetime, timedelta

from feedback_app import tokens

PURPOSE = "answering form"
GOOD_FOR = timedelta(days=30)


def make(secret: str, link_token: str, now: datetime) -> str:
    """Return the value of the form's hidden field for the page of ``link_token`` opened ``now``."""
    return tokens.sign(secret, _purpose(link_token), str(int(now.timestamp())))


def is_good(secret: str, link_token: str, key: str, now: datetime) -> bool:
    """True when ``key`` was made by us for this very link, not longer ago than a month and not in the future."""
    opened = tokens.read(secret, _purpose(link_token), key) if key.isascii() else None
    if opened is None or not opened.isdecimal():
        return False
    age = now.timestamp() - int(opened)
    return -60 <= age <= GOOD_FOR.total_seconds()


def _purpose(link_token: str) -> str:
    return f"{PURPOSE} {tokens.digest(link_token)}"
