"""The letters: what waits, what left, what is in trouble, and what can be done about it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import abort, flash, render_template, request
from flask_babel import gettext, ngettext
from werkzeug.wrappers import Response

from feedback_app.accounts import rights
from feedback_app.accounts.access import me, requires
from feedback_app.common.keys import read_key
from feedback_app.delivery import queries as post_office
from feedback_app.delivery.compose.placeholders import readable
from feedback_app.delivery.models import STATES
from feedback_app.delivery.queue import throughput
from feedback_app.events.actor import Actor
from feedback_app.jobs import queries as jobs
from feedback_app.letters import actions as mail_actions
from feedback_app.letters import queries as mail_queries
from feedback_app.letters.queries import LetterFilter
from feedback_app.web import plots
from feedback_app.web.locale import language
from feedback_app.web.pages import attempt, page_number, see_other

SPANS = (timedelta(minutes=1), timedelta(minutes=10), timedelta(hours=1))


@requires(rights.VIEW)
def index() -> str:
    """Show the queue in numbers and the letters that match the filter."""
    wanted, counted = _filter(request.args), post_office.tally()
    return render_template(
        "letters/index.html",
        **_board(counted),
        kinds=counted.by_kind(),
        groups=mail_queries.groups(counted, language()),
        troubles=post_office.troubles(8),
        domains=post_office.domains(8),
        came_back=post_office.came_back(post_office.MONTH),
        page=mail_queries.letters(wanted, page_number(), counted),
        wanted=wanted,
        states=STATES,
        readable=readable,
    )


@requires(rights.VIEW)
def board() -> Response:
    """Show only the numbers that change from second to second; the page's script asks for them."""
    reply = Response(render_template("letters/_board.html", **_board(post_office.tally())), mimetype="text/html")
    reply.headers["Cache-Control"] = "no-store"
    return reply


def _board(counted: post_office.Tally) -> dict[str, Any]:
    minutes, workers = throughput.minutes(), jobs.workers()
    return {
        "status": post_office.status(counted),
        "paused": post_office.is_paused(),
        "rates": throughput.sent_within(*SPANS),
        "minutes": minutes,
        "plot": plots.area([one.sent for one in minutes]),
        "workers": workers,
        "halted_by_relay": jobs.relay_trouble(workers),
    }


def _filter(values: Any) -> LetterFilter:
    state, group = values.get("state", ""), values.get("group", "")
    return LetterFilter(
        state if state in STATES else "",
        values.get("kind", "")[:40],
        read_key(group),
        values.get("search", "").strip()[:200],
    )


@requires(rights.MANAGE_MAIL)
def resend(state: str) -> Response:
    """Queue letters that failed, or are in doubt, once more: all, or those of a group or filter."""
    if state not in ("failed", "in_doubt"):
        abort(404)
    wanted = _filter(request.form)
    number = mail_actions.resend(state, Actor.of(me()), wanted.kind, wanted.group, wanted.search)
    flash(
        ngettext("%(num)d letter waits to be sent again.", "%(num)d letters wait to be sent again.", number), "success"
    )
    return _back(wanted)


@requires(rights.MANAGE_MAIL)
def take_as_sent() -> Response:
    """Take letters in doubt as sent."""
    wanted = _filter(request.form)
    number = mail_actions.take_as_sent(Actor.of(me()), wanted.kind, wanted.group, wanted.search)
    flash(ngettext("%(num)d letter is taken as sent.", "%(num)d letters are taken as sent.", number), "success")
    return _back(wanted)


@requires(rights.MANAGE_MAIL)
def pause() -> Response:
    """Hold back all letters, or a group of them."""
    wanted = _filter(request.form)
    mail_actions.pause(Actor.of(me()), wanted.kind, wanted.group or 0)
    if wanted.kind:
        flash(gettext("These letters are held back. Those on the wire this moment may still arrive."), "warning")
    else:
        flash(gettext("All letters are held back. Those on the wire this moment may still arrive."), "warning")
    return see_other("letters.index")


@requires(rights.MANAGE_MAIL)
def resume() -> Response:
    """Let letters go on."""
    wanted = _filter(request.form)
    mail_actions.resume(Actor.of(me()), wanted.kind, wanted.group or 0)
    flash(gettext("Letters leave again."), "success")
    return see_other("letters.index")


@requires(rights.MANAGE_MAIL)
def stop() -> Response:
    """Stop a group of letters for good."""
    wanted = _filter(request.form)
    if not wanted.kind or wanted.group is None:
        abort(404)
    with attempt():
        number = mail_actions.stop(Actor.of(me()), wanted.kind, wanted.group)
        flash(ngettext("%(num)d letter was kept back.", "%(num)d letters were kept back.", number), "warning")
    return see_other("letters.index")


def _back(wanted: LetterFilter) -> Response:
    return see_other("letters.index", **wanted.as_args())
