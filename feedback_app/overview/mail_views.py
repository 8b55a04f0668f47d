"""The letters: what waits, what left, what is in trouble, and what can be done about it."""

from __future__ import annotations

from flask import Blueprint, abort, flash, render_template, request
from flask_babel import gettext, ngettext
from werkzeug.wrappers import Response

from feedback_app.accounts import rights
from feedback_app.accounts.access import me, requires
from feedback_app.accounts.audit import Actor
from feedback_app.delivery import queries as post_office
from feedback_app.delivery.holes import readable
from feedback_app.delivery.models import STATES
from feedback_app.overview import mail_actions, mail_queries
from feedback_app.overview.mail_queries import LetterFilter
from feedback_app.web.pages import page_number, see_other

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
        status=post_office.status(),
        kinds=post_office.counts_by_kind(),
        reasons=post_office.reasons(5).most_common(),
        paused=post_office.is_paused(),
        page=mail_queries.letters(wanted, page_number()),
        wanted=wanted,
        states=STATES,
        readable=readable,
    )


@blueprint.post("/resend/<state>")
@requires(rights.MANAGE_MAIL)
def resend(state: str) -> Response:
    """Queue letters that failed, or are in doubt, once more."""
    if state not in ("failed", "in_doubt"):
        abort(404)
    number = mail_actions.resend(state, Actor.of(me()))
    flash(
        ngettext("%(num)d letter waits to be sent again.", "%(num)d letters wait to be sent again.", number), "success"
    )
    return see_other("letters.index")


@blueprint.post("/take-as-sent")
@requires(rights.MANAGE_MAIL)
def take_as_sent() -> Response:
    """Take letters in doubt as sent."""
    number = mail_actions.take_as_sent(Actor.of(me()))
    flash(ngettext("%(num)d letter is taken as sent.", "%(num)d letters are taken as sent.", number), "success")
    return see_other("letters.index")


@blueprint.post("/pause")
@requires(rights.MANAGE_MAIL)
def pause() -> Response:
    """Hold back all letters."""
    mail_actions.pause(Actor.of(me()))
    flash(gettext("All letters are held back. Those on the wire this moment may still arrive."), "warning")
    return see_other("letters.index")


@blueprint.post("/resume")
@requires(rights.MANAGE_MAIL)
def resume() -> Response:
    """Let letters go on."""
    mail_actions.resume(Actor.of(me()))
    flash(gettext("Letters leave again."), "success")
    return see_other("letters.index")
