"""The letters: what waits, what left, what is in trouble, and what can be done about it."""

from __future__ import annotations

from flask import Blueprint, render_template, request

from feedback_app.accounts import rights
from feedback_app.accounts.access import requires
from feedback_app.delivery.models import STATES
from feedback_app.overview import mail_queries
from feedback_app.overview.mail_queries import LetterFilter
from feedback_app.web.pages import page_number

blueprint = Blueprint("letters", __name__, url_prefix="/letters")


@blueprint.get("")
@requires(rights.VIEW)
def index() -> str:
    """Show the queue in numbers and the letters that match the filter."""
    state = request.args.get("state", "")
    wanted = LetterFilter(
        state if state in STATES else "", request.args.get("kind", "")[:40], request.args.get("search", "").strip()
    )
    return render_template(
        "overview/letters.html",
        queue=mail_queries.queue(),
        errors=mail_queries.last_errors(),
        page=mail_queries.letters(wanted, page_number()),
        wanted=wanted,
        states=STATES,
    )
