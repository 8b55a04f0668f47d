"""What signing in leaves behind: lines of the trail, the reader's language, and fresh secrets in the session."""

from __future__ import annotations

from typing import Any

from flask import Flask, Response, after_this_request, g, request, session
from flask_security import tf_disabled, tf_profile_changed, user_authenticated

from feedback_app.accounts import events
from feedback_app.accounts.models import Staff
from feedback_app.accounts.sign_in import known_devices, session_cookies
from feedback_app.events.actions import record
from feedback_app.events.actor import Actor


def signed_in(_app: Flask, user: Staff, **_: Any) -> None:
    """Begin a session: note it, speak the person's language, and drop what a stranger may have planted."""
    session_cookies.begin(user)
    session.pop("csrf_token", None)
    g.pop("csrf_token", None)
    email = user.email
    after_this_request(lambda response: _remember_device(response, email))
    session["language"] = user.language
    record(events.SIGNED_IN, Actor.of(user), user.id, name=user.email, address=request.remote_addr or "")


def _remember_device(response: Response, email: str) -> Response:
    known_devices.remember(response, email)
    return response


def second_step_on(_app: Flask, user: Staff, **_: Any) -> None:
    """Note that two-step sign-in was set up, and end all sessions that did without."""
    session_cookies.begin_anew(user)
    record(events.SECOND_STEP_ON, Actor.of(user), user.id, name=user.email)


def second_step_off(_app: Flask, user: Staff, **_: Any) -> None:
    """Note that two-step sign-in was turned off; its recovery codes go with it."""
    user.mf_recovery_codes = None
    record(events.SECOND_STEP_OFF, Actor.of(user), user.id, name=user.email)


def init_app(app: Flask) -> None:
    """Listen to Flask-Security for this application."""
    user_authenticated.connect(signed_in, app)
    tf_profile_changed.connect(second_step_on, app)
    tf_disabled.connect(second_step_off, app)
