"""Which language and time zone a page speaks."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Protocol

from babel import Locale, UnknownLocaleError
from flask import Blueprint, Flask, current_app, g, has_request_context, request, session
from flask_babel import get_locale
from werkzeug.local import LocalProxy
from werkzeug.wrappers import Response

from feedback_app.extensions import babel
from feedback_app.settings import LANGUAGES
from feedback_app.web.pages import back_to, public

LANGUAGE_NAMES = {"en": "English", "pl": "Polski"}  # each in its own words: who needs it reads that

blueprint = Blueprint("locale", __name__)


class House(Protocol):
    """What pages need to know of the organisation, whose room is a floor above."""

    @property
    def language(self) -> str:
        """Where nobody chose."""

    @property
    def languages(self) -> Collection[str]:
        """In which we write to people."""

    @property
    def timezone(self) -> str:
        """In which dates are shown."""


def house() -> House:
    """Return the organisation of the application in force; within one request always the same."""
    if not has_request_context():
        return _asked()
    known: House | None = g.get("house")
    if known is None:
        known = g.house = _asked()
    return known


def _asked() -> House:
    found: House = current_app.extensions["house"]()
    return found


def choose_language() -> str:
    """Return the language of this page.

    In this order: what the view fixed (``g.language``: a respondent's own), ``?lang=``, what the reader chose
    before, what the browser asks for, the organisation's.
    """
    if "language" in g:
        return str(g.language)
    if has_request_context():
        for wish in (request.args.get("lang"), session.get("language")):
            if wish in LANGUAGES:
                return str(wish)
        return request.accept_languages.best_match(house().languages) or house().language
    return house().language


def choose_locale() -> str:
    """Return the locale of this page: its language, with the region that decides how dates are written.

    English is written the European way unless the browser asks for American English first.
    """
    code = choose_language()
    if code != "en":
        return code
    wishes = [wish.lower() for wish, _ in request.accept_languages] if has_request_context() else []
    return "en_US" if next((wish for wish in wishes if wish.startswith("en-")), "") == "en-us" else "en_GB"


def language() -> str:
    """Return the code of the language in force, such as ``pl``."""
    locale = get_locale()
    return locale.language if locale else house().language


def language_name(code: str) -> str:
    """Return how the reader calls a language; those the service speaks are called as their own speakers do."""
    if code in LANGUAGE_NAMES:
        return LANGUAGE_NAMES[code]
    try:
        return Locale.parse(code).get_display_name(language()) or code
    except (UnknownLocaleError, ValueError):
        return code


@blueprint.post("/language")
@public
def switch() -> Response:
    """Remember the reader's choice of language."""
    wish = request.form.get("language", "")
    if wish in LANGUAGES:
        session["language"] = wish
    return back_to("desk.index")


def init_app(app: Flask, who: Callable[[], House]) -> None:
    """Attach Babel, tell templates the language and, as ``organisation``, who we are: what ``who`` returns."""
    app.extensions["house"] = who
    app.config["BABEL_TRANSLATION_DIRECTORIES"] = "translations"
    babel.init_app(app, locale_selector=choose_locale, timezone_selector=lambda: house().timezone)
    app.jinja_env.globals.update(language=language, LANGUAGE_NAMES=LANGUAGE_NAMES, organisation=LocalProxy(house))
    app.jinja_env.filters["language_name"] = language_name
    app.register_blueprint(blueprint)
