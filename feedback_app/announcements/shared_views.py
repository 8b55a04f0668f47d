"""What the pages of this room share."""

from __future__ import annotations

from babel import Locale, UnknownLocaleError

from feedback_app.web.locale import LANGUAGE_NAMES, language


def language_name(code: str) -> str:
    """Return how the reader calls a language; those the service speaks are called as their own speakers do."""
    if code in LANGUAGE_NAMES:
        return LANGUAGE_NAMES[code]
    try:
        return Locale.parse(code).get_display_name(language()) or code
    except (UnknownLocaleError, ValueError):
        return code
