"""Who may open what: one decorator, seen by a test that walks every route."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar, cast

from flask import abort
from flask_login import current_user
from flask_security import auth_required
from werkzeug.wrappers import Response

from feedback_app.accounts.models import Staff

P = ParamSpec("P")
R = TypeVar("R")


def requires(right: str) -> Callable[[Callable[P, R]], Callable[P, R | Response]]:
    """Let only staff with ``right`` through: strangers are sent to sign in, others get 403."""

    def wrap(view: Callable[P, R]) -> Callable[P, R | Response]:
        @auth_required("session")
        @wraps(view)
        def guarded(*args: P.args, **kwargs: P.kwargs) -> R | Response:
            if not may(right):
                abort(403)
            return view(*args, **kwargs)

        guarded.__dict__["right"] = right
        return cast("Callable[P, R | Response]", guarded)

    return wrap


def may(right: str) -> bool:
    """True when the person signed in has ``right``; also offered to templates."""
    return bool(current_user.is_authenticated) and right in cast("Staff", current_user).rights


def me() -> Staff:
    """Return the person signed in; only inside a view that ``requires`` a right."""
    return cast("Staff", current_user._get_current_object())
