"""Between the cookies of a browser and the rows of sessions: who comes with a request, and for how long.

Both cookies (``feedback``, and ``feedback_stay`` where somebody stays signed in) hold the token of one row, so that
ending the row ends every copy of them. How long a browser was idle stands, signed, in the cookie: no look at a page
writes a row.
"""

from __future__ import annotations

from datetime import timedelta

from flask import Flask, g, request, session
from flask.typing import ResponseReturnValue
from flask_login import current_user
from flask_security import views
from flask_security.utils import set_request_attr

from feedback_app import clock
from feedback_app.accounts.models import Staff
from feedback_app.accounts.sign_in import session_rows
from feedback_app.accounts.staff_store import fresh
from feedback_app.database import require_transaction
from feedback_app.extensions import db

IDLE = timedelta(hours=12)  # of a session that was not to be remembered
REFRESH = timedelta(minutes=10)  # how exactly that is known


def begin(staff: Staff) -> None:
    """Let this browser in as ``staff``, whom Flask-Login has just accepted; joins the caller's transaction."""
    remembered = session.get("_remember") == "set"
    device, address = request.user_agent.string, request.remote_addr or ""
    token, row = session_rows.begin(require_transaction(), staff, remembered, device, address)
    session["_user_id"] = token
    session["seen"] = int(clock.now().timestamp())
    g.staff_session_id = row.id


def whose(token: str) -> Staff | None:
    """Return who comes with ``token`` (the loader of Flask-Login), None when the session has ended or was idle."""
    found = session_rows.find(db.session(), token)
    if found is None or not (found.remembered or _seen_lately()):
        return None
    set_request_attr("fs_authn_via", "session")
    set_request_attr("fs_paa", session.get("fs_paa", 0))
    g.staff_session_id = found.id
    return found.staff


def own_id() -> int | None:
    """Return the key of the session this request came with; None outside of one."""
    found: int | None = g.get("staff_session_id")
    return found


def keep_only_own(staff: Staff) -> None:
    """End every session of ``staff`` and every link sent to them, but not the session of this request."""
    session_rows.keep_only(require_transaction(), staff, own_id(), fresh())


def sign_out() -> ResponseReturnValue:
    """End the session of this request, and with it all copies of its cookies; joins the caller's transaction."""
    if current_user.is_authenticated and (session_id := own_id()) is not None:
        session_rows.end(require_transaction(), current_user.id, session_id)
    return views.logout()


def _seen_lately() -> bool:
    now, seen = int(clock.now().timestamp()), session.get("seen", 0)
    if now - seen > IDLE.total_seconds():
        return False
    if now - seen > REFRESH.total_seconds():
        session["seen"] = now
    return True


def init_app(app: Flask) -> None:
    """Ask our rows who comes, in place of Flask-Security's loader; called after Flask-Security is attached."""
    app.login_manager.user_loader(whose)  # type: ignore[attr-defined]
