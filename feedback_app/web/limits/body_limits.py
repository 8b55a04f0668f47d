"""How much one request may bring: little from strangers, more from staff, files on the pages that take files alone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from flask import Flask, abort, current_app, request, session

from feedback_app.extensions import current_settings

STRANGER = 64 * 1024  # bytes; a form of a stranger is a few hundred
STAFF = 4 * 1024 * 1024  # a questionnaire in all its languages, with room
View = TypeVar("View", bound=Callable[..., object])


def takes(most: int) -> Callable[[View], View]:
    """Mark a view that reads up to ``most`` bytes from anybody, and says itself what becomes of more.

    Reading more raises RequestEntityTooLarge: a form of long answers tells it kindly, a hook by its status.
    """

    def mark(view: View) -> View:
        view.__dict__["most_bytes"] = most
        return view

    return mark


def takes_files(view: View) -> View:
    """Mark a view that reads files of up to FEEDBACK_UPLOAD_MB from staff."""
    view.__dict__["takes_files"] = True
    return view


def most_bytes() -> int:
    """Return how many bytes the request in force may bring.

    Who is signed in is read from the signed cookie alone, so that no database is asked for a body that is refused:
    a cookie whose sign-in has ended buys a longer body, which the view then refuses as it refuses a stranger.
    """
    view = _view()
    said = int(getattr(view, "most_bytes", STRANGER))
    if (request.content_length or 0) <= said or "_user_id" not in session:
        return said
    return current_settings().upload_mb * 1024 * 1024 if getattr(view, "takes_files", False) else max(said, STAFF)


def _view() -> Any:
    return current_app.view_functions.get(request.endpoint or "")


def _refuse_what_is_too_large() -> None:
    request.max_content_length = most = most_bytes()
    request.max_form_memory_size = min(most, STAFF)
    if (request.content_length or 0) > most and not hasattr(_view(), "most_bytes"):
        abort(413)


def init_app(app: Flask) -> None:
    """Refuse what is too large before anything else looks at the request, so attach this first."""
    app.before_request(_refuse_what_is_too_large)
