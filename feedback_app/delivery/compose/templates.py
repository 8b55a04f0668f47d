"""Letters from templates: Jinja2 words in the reader's language, MJML turned into HTML that mail programs show."""

from __future__ import annotations

import re
from datetime import date, datetime
from functools import lru_cache
from typing import Any, cast
from zoneinfo import ZoneInfo

from babel.dates import format_date
from flask import current_app
from flask_babel import force_locale
from jinja2 import Environment
from markupsafe import Markup
from mjml import mjml2html

from feedback_app.delivery.compose.placeholders import (
    Fill,
    Words,
    filled,
    greeting,
    plain,
)
from feedback_app.organisation.colour import shades
from feedback_app.organisation.queries import current

LOCALES = {"en": "en_GB"}  # "14 May 2026" is read the same on both sides of the ocean
GAP = re.compile(r"\n(?:[ \t]*\n){2,}")


@lru_cache(maxsize=1000)
def day(value: date, language: str) -> str:
    """Return a date as letters in ``language`` write it."""
    return format_date(value, "long", locale=LOCALES.get(language, language))


def moment(value: datetime, language: str) -> str:
    """Return date and time to the minute as letters write them, in the organisation's zone."""
    local = value.astimezone(ZoneInfo(current().timezone))
    return f"{day(local.date(), language)}, {local:%H:%M}"


def render(kind: str, language: str, **context: Any) -> Words:
    """Return the words of ``templates/email/<kind>/{subject.txt, body.txt, body.mjml}`` in ``language``.

    A kind whose subject is written by staff has no subject.txt of its own; ``context`` brings the subject.
    The templates get ``context``, ``organisation`` (its profile), ``look`` (its colour), ``lang`` and ``scope`` (pass
    it: with a scope the layout writes the unsubscribe link), and ``placeholder("name")``, which leaves ``{{name}}`` to
    be filled for each recipient.
    """
    values = {
        "look": shades(current().colour),
        "lang": language,
        "scope": "",
        "placeholder": placeholder,
        **context,
    }
    environment = _environment()
    with force_locale(language):
        subject, text, body = (
            environment.select_template([f"email/{kind}/{part}", f"email/{part}"]).render(values)
            for part in ("subject.txt", "body.txt", "body.mjml")
        )
    return Words(plain(subject), GAP.sub("\n\n", text).strip() + "\n", html(body))


def placeholder(name: str) -> Markup:
    """Return ``{{name}}``: a place that is filled for each recipient."""
    return Markup("{{" + name + "}}")  # noqa: S704  # names come from our own templates


def html(mjml: str) -> str:
    """Return MJML as HTML. No fonts or pictures are fetched from anywhere when the letter is opened."""
    return str(mjml2html(mjml))


def letter_parts(words: Words, fill: Fill, name: str = "", unsubscribe_url: str = "#") -> Words:
    """Return ``words`` as one recipient would read them, for a preview. Raises EmptyPlaceholder."""
    return filled(words, {**reserved(name, unsubscribe_url), **fill})


def reserved(name: str, unsubscribe_url: str) -> Fill:
    """Return the fills that every letter has."""
    name = plain(name)
    return {"name": name, "greeting_name": greeting(name), "unsubscribe_url": unsubscribe_url}


def _environment() -> Environment:
    """Return the application's environment, with MJML escaped as HTML is."""
    made = current_app.extensions.get("letter_templates")
    if made is None:
        made = current_app.jinja_env.overlay(autoescape=lambda name: bool(name and name.endswith((".mjml", ".html"))))
        current_app.extensions["letter_templates"] = made
    return cast(Environment, made)
