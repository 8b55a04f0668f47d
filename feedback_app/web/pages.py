"""Helpers every view uses: redirects, messages, page numbers, links that work outside a request."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar
from urllib.parse import urlsplit

from flask import Request, current_app, flash, redirect, request, url_for
from flask_babel import gettext
from werkzeug.datastructures import ImmutableMultiDict, MultiDict
from werkzeug.routing import IntegerConverter, Map, MapAdapter, UnicodeConverter
from werkzeug.wrappers import Response

from feedback_app.common.cache import Cache, app_cache
from feedback_app.common.keys import MOST_KEY
from feedback_app.errors import Refused
from feedback_app.extensions import current_settings

View = TypeVar("View", bound=Callable[..., object])


class KeyConverter(IntegerConverter):
    """``<int:...>`` of every address: a number larger than any key names nothing, and must not reach the database."""

    def __init__(self, url_map: Map) -> None:
        super().__init__(url_map, max=MOST_KEY)


class WordConverter(UnicodeConverter):
    """``<...>`` of every address: PostgreSQL keeps no NUL, so a word with one must not reach it."""

    def to_python(self, value: str) -> str:
        """Return the word, which names nothing where it held NUL: its view says so in its own way."""
        return value.replace("\0", "\ufffd")


class Said(ImmutableMultiDict[str, Any]):
    """Parameters and fields as they came, but without NUL: nobody types it, and PostgreSQL keeps none."""

    def __init__(self, mapping: Any = None) -> None:
        if mapping:
            pairs = MultiDict(mapping).items(multi=True)
            mapping = [(key, value.replace("\0", "") if isinstance(value, str) else value) for key, value in pairs]
        super().__init__(mapping)


class PageRequest(Request):
    """A request of which every view reads what it can keep."""

    parameter_storage_class = Said


def public(view: View) -> View:
    """Mark ``view`` as open to everybody; a test insists that every other view asks for a right."""
    view.__dict__["is_public"] = True
    return view


def render_for_anybody(template: str, **values: object) -> str:
    """Render without Flask's context processors: they ask the database who is signed in.

    For pages that are the same for everybody, and for those that must be there while the database is not.
    """
    return current_app.jinja_env.get_template(template).render(**values)


def see_other(endpoint: str, **values: object) -> Response:
    """Redirect after a POST (RFC 9110 15.4.4), so that reloading the page repeats nothing."""
    return redirect(url_for(endpoint, **values), code=303)  # type: ignore[arg-type]  # url_for takes any value


def back_to(endpoint: str, **values: object) -> Response:
    """Redirect to the form field ``next`` when it is a path of ours, else to ``endpoint``."""
    wish = request.form.get("next", "")
    parts = urlsplit(wish)
    if (
        wish.startswith("/")
        and wish.isprintable()
        and not wish.startswith(("//", "/\\"))
        and not parts.netloc
        and not parts.scheme
    ):
        return redirect(wish, code=303)
    return see_other(endpoint, **values)


def say(error: Refused) -> str:
    """Return the message of ``error`` in the reader's language."""
    return str(gettext(error.message, **error.values))


@contextmanager
def attempt(unless: type[Refused] | tuple[()] = ()) -> Iterator[None]:
    """Try a verb and what follows when it goes well; a refusal is shown on the next page, and what follows is left out.

        with attempt():
            actions.close(survey_id, by)
            flash(_("Closed."), "success")
        return see_other("surveys.show", slug=slug)

    ``unless``: refusals that are passed on, to become a page of their own.
    """
    try:
        yield
    except unless:
        raise
    except Refused as error:
        flash(say(error), "danger")


def page_number() -> int:
    """Return the page asked for by ``?page=``, 1 when absent or not a sensible number."""
    raw = request.args.get("page", "")
    return int(raw) if raw.isdecimal() and len(raw) < 7 and int(raw) > 0 else 1


def _adapter(base_url: str) -> MapAdapter:
    parts = urlsplit(base_url)
    return current_app.url_map.bind(parts.netloc, script_name=parts.path or "/", url_scheme=parts.scheme)


def absolute(endpoint: str, **values: object) -> str:
    """Return the full address of a page, for letters: made from FEEDBACK_BASE_URL, needs no request."""
    base_url = current_settings().base_url
    adapters: Cache[str, MapAdapter] = app_cache("addresses", 1)
    return adapters.get(base_url, lambda: _adapter(base_url)).build(endpoint, values, force_external=True)
