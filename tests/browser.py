"""A browser for tests in which several requests, or several people, follow each other."""

from __future__ import annotations

import re
from typing import Any

from flask import Flask, has_app_context
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from feedback_app import clock
from feedback_app.accounts.models import Staff
from feedback_app.accounts.sign_in import session_rows
from feedback_app.database import transaction
from feedback_app.extensions import db


def read(page: str) -> str:
    """Return ``page`` without the white space that readers do not see: how its template is laid out does not matter."""
    page = re.sub(r"\s+", " ", page)
    return re.sub(r"(<[a-z][^>]*>) ", r"\1", page.replace(" </", "</"))


class Browser(FlaskClient):
    """Each request gets an application context of its own, as in a server.

    With the test's own context in force Flask would share ``g`` between requests, and with it who is signed in.
    """

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        with self.application.app_context():
            reply = super().open(*args, **kwargs)
        if has_app_context():
            db.session.rollback()  # ends the test's own snapshot: it sees what the request committed
        return reply


def many_sign_ins(app: Flask) -> Flask:
    """Make ``app`` fit for tests in which many people sign in: own contexts, and argon2 at its cheapest."""
    app.test_client_class = Browser
    app.extensions["security"].pwd_context.update(argon2__time_cost=1, argon2__memory_cost=64, argon2__parallelism=1)
    return app


def signed_in(person: Staff) -> dict[str, Any]:
    """What the cookie of a browser holds in which ``person`` has just signed in."""
    with transaction() as session:
        token = session_rows.begin(session, person, session_rows.Browser(remembered=False, device="", address=""))
    now = clock.now().timestamp()
    return {"_user_id": token, "_fresh": True, "seen": int(now), "fs_cc": "set", "fs_paa": now}
