"""What may stand in the row: each check returns the value as it is kept, or refuses it in one line. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from email_validator import EmailNotValidError, validate_email

from feedback_app.common.text import one_line, tidy
from feedback_app.errors import N_, Refused
from feedback_app.organisation import colour as shades
from feedback_app.settings import LANGUAGES

MOST_NAME, MOST_ADDRESS, MOST_CONTROLLER, MOST_URL = 120, 300, 300, 500
LEAST_BAR = 0.8  # below, quotations would be wrong too often for anybody


def name(raw: Any) -> str:
    """Return a name of one line."""
    kept = _short(one_line(raw), MOST_NAME)
    if not kept:
        raise Refused(N_("Please write the name of the organisation."))
    return kept


def postal_address(raw: Any) -> str:
    """Return an address in one line, as the foot of a letter writes it; "" for none."""
    lines = (one_line(line).strip(", ") for line in tidy(raw).split("\n"))
    return _short(", ".join(line for line in lines if line), MOST_ADDRESS)


def reply_to(raw: Any) -> str:
    """Return an address of mail, "" for none (then replies go to the sender)."""
    kept = one_line(raw)
    if not kept:
        return ""
    try:
        return validate_email(kept, check_deliverability=False, allow_smtputf8=False).normalized
    except EmailNotValidError as error:
        raise Refused(N_("Write an address such as hello@example.org.")) from error


def languages(raw: Any) -> tuple[str, ...]:
    """Return the chosen languages in our order, at least one."""
    wished = set(raw or ())
    if not wished or not wished <= set(LANGUAGES):
        raise Refused(N_("Choose at least one of these languages: %(languages)s."), languages=", ".join(LANGUAGES))
    return tuple(code for code in LANGUAGES if code in wished)


def language(raw: Any) -> str:
    """Return a language we have."""
    if raw not in LANGUAGES:
        raise Refused(N_("Choose one of these languages: %(languages)s."), languages=", ".join(LANGUAGES))
    return str(raw)


def timezone(raw: Any) -> str:
    """Return the name of a time zone."""
    try:
        return ZoneInfo(one_line(raw)).key
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise Refused(N_("Use the name of a time zone, such as Europe/Warsaw.")) from error


def colour(raw: Any) -> str:
    """Return a colour that everybody can read white on."""
    kept = shades.parsed(one_line(raw))
    if kept is None:
        raise Refused(N_("Write the colour as six digits, such as %(example)s."), example=shades.DEFAULT)
    if not shades.readable(kept):
        raise Refused(
            N_("%(colour)s is too bright to be read: its contrast is %(contrast)s : 1, and text needs 4.5 : 1. The nearest shade that can be read is %(shade)s."),  # noqa: E501
            colour=kept, contrast=f"{shades.weakest(kept):.1f}", shade=shades.nearest_readable(kept),
        )  # fmt: skip
    return kept


def controller(raw: Any) -> str:
    """Return who answers for the data, in one line; "" for ourselves."""
    return _short(one_line(raw), MOST_CONTROLLER)


def privacy_url(raw: Any) -> str:
    """Return the address of a page, "" for none."""
    kept = _short(one_line(raw), MOST_URL)
    if not kept:
        return ""
    try:
        parts = urlsplit(kept)
        good = parts.scheme in ("http", "https") and bool(parts.hostname) and "@" not in parts.netloc
    except ValueError:
        good = False
    if not good or " " in kept:
        raise Refused(N_("Write the whole address of the page, such as https://example.org/privacy."))
    return kept


def quote_bar(raw: Any) -> float:
    """Return a probability from ``LEAST_BAR`` to 1, written with a point or, as in Polish, a comma."""
    try:
        kept = round(float(str(raw).strip().replace(",", ".")), 4)
    except (TypeError, ValueError):
        kept = 0.0
    if not LEAST_BAR <= kept <= 1:
        raise Refused(N_("Use a probability from %(least)s to 1."), least=LEAST_BAR)
    return kept


CHECKS: dict[str, Callable[[Any], Any]] = {
    "name": name,
    "postal_address": postal_address,
    "reply_to": reply_to,
    "languages": languages,
    "language": language,
    "timezone": timezone,
    "colour": colour,
    "controller": controller,
    "privacy_url": privacy_url,
    "quote_bar": quote_bar,
}


def checked(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return ``values`` as they are kept. Raises Refused for the first that cannot be, KeyError for an unknown name."""
    return {each: CHECKS[each](value) for each, value in values.items()}


def together(profile: Mapping[str, Any]) -> None:
    """Refuse what does not fit together: the language where nobody chose must be one that we write in."""
    if profile["language"] not in profile["languages"]:
        raise Refused(N_("The language where nobody chose must be one of those you write in."))


def zones() -> list[str]:
    """Return the time zones to choose from: those named after places, and UTC."""
    return ["UTC", *sorted(zone for zone in available_timezones() if "/" in zone and not zone.startswith("Etc/"))]


def _short(text: str, most: int) -> str:
    if len(text) > most:
        raise Refused(N_("Please shorten this to %(max)d characters."), max=most)
    if "{{" in text or "}}" in text:
        raise Refused(
            N_("Please leave out double braces: in letters they stand for what differs from reader to reader.")
        )
    return text
