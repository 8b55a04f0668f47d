"""How templates show dates, numbers, and texts in several languages."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime

from flask import Flask
from flask_babel import (
    format_date,
    format_decimal,
    format_percent,
    format_time,
    format_timedelta,
    gettext,
    to_user_timezone,
)
from markupsafe import Markup, escape

from feedback_app import clock
from feedback_app.web.locale import house, language


def day(value: datetime | date | None) -> str:
    """Return the date as the reader writes it, or a dash."""
    return format_date(value, "medium") if value else "–"


def plain_moment(value: datetime) -> str:
    """Return date and time to the minute as the reader writes them, in the organisation's zone."""
    return f"{format_date(to_user_timezone(value), 'medium')}, {format_time(value, 'short')}"


def moment(value: datetime | None) -> Markup:
    """Return date and time in the organisation's zone, with the exact moment for programs."""
    if value is None:
        return Markup("–")
    return Markup('<time datetime="{}">{}</time>').format(value.isoformat(), plain_moment(value))


def ago(value: datetime | None) -> Markup:
    """Return how long ago (or ahead) a moment is, in words, with the exact moment on hovering."""
    if value is None:
        return Markup("–")
    words = format_timedelta(value - clock.now(), add_direction=True, granularity="minute")
    return Markup('<time datetime="{}" title="{}">{}</time>').format(value.isoformat(), plain_moment(value), words)


def number(value: float | None, digits: int | None = None) -> str:
    """Return a number with the reader's separators, or a dash."""
    if value is None:
        return "–"
    return str(format_decimal(round(value, digits) if digits is not None else value))


def share(part: float | None, whole: float | None = None) -> str:
    """Return ``part`` of ``whole`` (or a share from 0 to 1) as per cent, or a dash when there is nothing to share."""
    if part is None or whole == 0:
        return "–"
    return str(format_percent(part / whole if whole is not None else part))


def words(texts: Mapping[str, str] | None, wanted: str | None = None) -> str:
    """Return the text in the reader's language, else the organisation's, else the first there is."""
    texts = texts or {}
    for code in (wanted or language(), house().language, *texts):
        if texts.get(code):
            return texts[code]
    return ""


def paragraphs(text: str | None) -> Markup:
    """Return plain text as HTML paragraphs, escaped, single line ends kept."""
    blocks = [block for block in (text or "").replace("\r\n", "\n").split("\n\n") if block.strip()]
    return Markup("").join(
        Markup("<p>{}</p>").format(Markup("<br>").join(escape(line) for line in block.strip().split("\n")))
        for block in blocks
    )


def month(label: str) -> str:
    """Return a month such as ``2026-11`` in the reader's words, short."""
    return str(format_date(date.fromisoformat(f"{label}-01"), "LLL yyyy"))


def links(text: str) -> list[str]:
    """Return the web addresses in a plain text, each once, in their order."""
    return list(dict.fromkeys(found.rstrip(".,;)") for found in re.findall(r"https?://[^\s<>\"]+", text)))


def filled(message: str, values: Mapping[str, object]) -> str:
    """Return a message translated and filled with ``values``, its numbers with the reader's separators."""
    told = {name: number(one) if isinstance(one, int | float) else one for name, one in values.items()}
    return str(gettext(message) % told)


def said(text: str) -> str:
    """Return what a letter's row says about it: our own words translated, those of a mail server as they are.

    What we say about somebody's words stands before them and a colon: "given up after all tries: mailbox full".
    """
    whole = gettext(text) if text else ""
    return whole if whole != text else ": ".join(part and gettext(part) for part in text.split(": "))


def init_app(app: Flask) -> None:
    """Offer the filters and a few globals to templates."""
    app.jinja_env.filters.update(
        day=day,
        moment=moment,
        ago=ago,
        number=number,
        share=share,
        words=words,
        paragraphs=paragraphs,
        month=month,
        links=links,
        said=said,
        filled=filled,
    )
    app.jinja_env.filters["translated"] = lambda text: gettext(text) if text else ""
    app.jinja_env.globals["settings"] = app.config["SETTINGS"]
    app.jinja_env.globals["endpoints"] = app.view_functions  # a link is shown only where its page exists
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
