"""Error pages: what happened, and what to do now. Nothing about the inside is shown."""

from __future__ import annotations

from typing import Any

import structlog
from flask import Flask, request
from flask_babel import gettext
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException, InternalServerError

from feedback_app.errors import N_, NotFound, Refused
from feedback_app.extensions import db
from feedback_app.web.pages import render_for_anybody, say

log = structlog.get_logger()

TEXTS = {
    400: (N_("The page could not be understood"), N_("Go back, reload the page and try again.")),
    403: (N_("This is not yours to open"), N_("Ask an admin for the right, or sign in with another account.")),
    404: (N_("There is nothing here"), N_("Check the address, or start again from the first page.")),
    405: (N_("This address cannot be used that way"), N_("Go back and use the button on the page.")),
    409: (N_("That could not be done"), N_("Go back, look at the current state and try again.")),
    413: (N_("That is more than this page takes"), N_("Shorten it, or split a file into smaller ones.")),
    421: (N_("This is not the address of this service"), N_("Use the address from your letter or bookmark.")),
    429: (N_("That was a little fast"), N_("Wait a minute and try again. Nothing was lost.")),
    500: (
        N_("Something went wrong on our side"),
        N_("Nothing was half done. Try again; if it happens again, tell us the number below."),
    ),
}


def _page(status: int, message: str = "") -> tuple[str, int]:
    title, advice = TEXTS.get(status, TEXTS[500] if status >= 500 else TEXTS[400])
    shown = {"status": status, "title": gettext(title), "advice": message or gettext(advice)}
    return render_for_anybody("errors/error.html", **shown), status


def _log_failure(exc_info: Any) -> None:
    log.error("request failed", rule=str(request.url_rule), error=exc_info[0].__name__, exc_info=exc_info)


def init_app(app: Flask) -> None:
    """Attach the handlers."""

    @app.errorhandler(HTTPException)
    def known(error: HTTPException) -> tuple[str, int] | HTTPException:
        status = error.code or 500
        return error if status < 400 else _page(status)

    @app.errorhandler(CSRFError)
    def stale_form(_error: CSRFError) -> tuple[str, int]:
        return _page(400, gettext("This page was open for too long. Reload it and try again; nothing was saved."))

    @app.errorhandler(NotFound)
    def missing(error: NotFound) -> tuple[str, int]:
        return _page(404, say(error))

    @app.errorhandler(Refused)
    def refused(error: Refused) -> tuple[str, int]:
        return _page(409, say(error))

    @app.errorhandler(InternalServerError)
    def unexpected(_error: InternalServerError) -> tuple[str, int]:
        db.session.rollback()
        return _page(500)

    app.log_exception = _log_failure  # type: ignore[method-assign]  # Flask's own would log the address, with its token
