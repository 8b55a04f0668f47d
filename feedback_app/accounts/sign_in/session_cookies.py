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
from feedback_app.accounts.models import Staff, StaffSession
from feedback_app.accounts.sign_in import session_rows
from feedback_app.accounts.sign_in.session_rows import Browser
from feedback_app.accounts.staff_store import fresh
from feedback_app.database import require_transaction
from feedback_app.extensions import db

IDLE = timedelta(hours=12)  # of a session that was not to be remembered
REFRESH = timedelta(minutes=10)  # how exactly that is known


def begin(staff: Staff) -> None:
    """Let this browser in as ``staff``, whom Flask-Login has just accepted; joins the caller's transaction."""
    browser = _browser(remembered=session.get("_remember") == "set")
    hold(session_rows.begin(require_transaction(), staff, browser), browser)


def begin_anew(staff: Staff) -> None:
    """End every session of ``staff`` and every link sent to them, and begin one in this browser, which has its own."""
    browser = this_browser()
    staff.fs_uniquifier = fresh()
    hold(session_rows.begin(require_transaction(), staff, browser), browser)


def hold(token: str, browser: Browser) -> None:
    """Put the token of a session that has begun into the cookies of this browser."""
    session["_user_id"] = token
    session["seen"] = int(clock.now().timestamp())
    if browser.remembered:
        session["_remember"] = "set"  # Flask-Login writes the cookie that stays


def this_browser() -> Browser:
    """Return the browser of this request, to be remembered as its session is."""
    own = own_session()
    return _browser(remembered=bool(own and own.remembered))


def _browser(remembered: bool) -> Browser:
    return Browser(remembered, request.user_agent.string, request.remote_addr or "")


def whose(token: str) -> Staff | None:
    """Return who comes with ``token`` (the loader of Flask-Login), None when the session has ended or was idle."""
    found = session_rows.find(db.session(), token)
    if found is None or not (found.remembered or _seen_lately()):
        return None
    set_request_attr("fs_authn_via", "session")
    set_request_attr("fs_paa", session.get("fs_paa", 0))
    g.staff_session = found
    return found.staff


def own_session() -> StaffSession | None:
    """Return the session this request came with; None for a stranger's."""
    found: StaffSession | None = g.get("staff_session")
    return found


def sign_out() -> ResponseReturnValue:
    """End the session of this request, and with it all copies of its cookies; joins the caller's transaction."""
    own = own_session() if current_user.is_authenticated else None
    if own is not None:
        session_rows.end(require_transaction(), own.staff_id, own.id)
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
