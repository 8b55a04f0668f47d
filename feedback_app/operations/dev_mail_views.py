"""Reader of the dev mail folder: only in development, and only while letters land on disk."""

from __future__ import annotations

from pathlib import Path

from flask import abort, render_template, request
from flask.wrappers import Response

from feedback_app.extensions import current_settings
from feedback_app.operations import dev_mail
from feedback_app.web.pages import public
from feedback_app.web.security import letter_frame


def _folder() -> Path:
    settings = current_settings()
    if not settings.development or settings.mail_folder is None:
        abort(404)
    return settings.mail_folder


@public
def index() -> str:
    """List the newest letters."""
    search = request.args.get("search", "").strip()
    letters, total = dev_mail.newest(_folder(), search)
    return render_template("operations/dev_mail.html", letters=letters, total=total, search=search)


@public
def show(file: str) -> str:
    """Show one letter as its reader sees it, beside its text and headers."""
    letter = dev_mail.read(_folder(), file) or abort(404)
    return render_template("operations/dev_letter.html", letter=letter)


@public
def html(file: str) -> Response:
    """Return the HTML part alone, for the frame."""
    letter = dev_mail.read(_folder(), file) or abort(404)
    return letter_frame(letter.html or "<p>–</p>")
