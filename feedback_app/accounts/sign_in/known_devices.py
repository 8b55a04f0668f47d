"""Browsers in which somebody has signed in before: their guesses are counted apart from those of strangers.

Device cookies (OWASP, "Slow Down Online Guessing Attacks with Device Cookies"): whoever guesses at an account from
elsewhere uses up the tries of strangers, and its owner still comes in where they came in before.
"""

from __future__ import annotations

import hashlib
import secrets
from datetime import timedelta

from flask import request
from werkzeug.wrappers import Response

from feedback_app import clock, tokens
from feedback_app.extensions import current_settings

COOKIE = "feedback_device"
LASTS = timedelta(days=365)
PURPOSE = "device of staff"


def account_key(email: str) -> str:
    """Return a digest of an account's address: stores of limits and cookies learn no address."""
    return hashlib.sha256(email.encode("utf-8", "surrogatepass")).hexdigest()


def remember(response: Response, email: str) -> None:
    """Note in the browser that the owner of the account ``email`` signed in here."""
    content = f"{account_key(email)}-{secrets.token_hex(8)}-{clock.now():%Y%m%d}"
    settings = current_settings()
    response.set_cookie(
        COOKIE,
        tokens.sign(settings.secret_key, PURPOSE, content),
        max_age=LASTS,
        secure=settings.secure,
        httponly=True,
        samesite="Lax",
    )


def known_device(email: str) -> str:
    """Return the number of this browser when the owner of the account ``email`` signed in here lately, else ""."""
    content = tokens.read(current_settings().secret_key, PURPOSE, request.cookies.get(COOKIE, ""))
    account, number, day = content.split("-") if content else ("", "", "")
    oldest = f"{clock.now() - LASTS:%Y%m%d}"
    return number if account == account_key(email) and day > oldest else ""
