"""Pages of a sending: how far it is, stopping it, and what became of each person."""

from __future__ import annotations

from collections.abc import Iterator

from flask import Response as FlaskResponse
from flask import flash, jsonify, redirect, render_template, request, stream_with_context, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from feedback_app.accounts import rights
from feedback_app.accounts.access import me, requires
from feedback_app.announcements import queries
from feedback_app.announcements.models import Notice
from feedback_app.announcements.render import KIND
from feedback_app.announcements.sending import control_actions, progress
from feedback_app.announcements.wording import names
from feedback_app.changes.queries import words_for
from feedback_app.delivery import queries as delivery_queries
from feedback_app.delivery.models import OutgoingEmail
from feedback_app.events.actor import Actor
from feedback_app.exports.csv_safe import stream
from feedback_app.web.locale import language, language_name
from feedback_app.web.pages import attempt, page_number, see_other


@requires(rights.VIEW)
def sending(announcement_id: int) -> str | Response:
    """Show how far a sending is."""
    announcement = queries.get(announcement_id)
    if announcement.state == "draft":
        return redirect(url_for("announcements.show", announcement_id=announcement_id))
    return render_template(
        "announcements/sending.html",
        one=announcement,
        news=queries.news_of(announcement, language()),
        said=[(change, words_for(change, language())) for change in announcement.changes],
        progress=progress.of(announcement.id, announcement.state),
        held_back=delivery_queries.pause_of(KIND, announcement.id),
        halt=delivery_queries.halt_of(KIND, announcement.id),
        history=queries.history(announcement.id),
        groups=progress.GROUPS,
        group_names=names.GROUP_NAMES,
        state_names=names.STATE_NAMES,
        reason_names=names.REASON_NAMES,
        letter_names=names.LETTER_NAMES,
        name_of=language_name,
    )


@requires(rights.VIEW)
def progress_json(announcement_id: int) -> FlaskResponse:
    """Give the numbers of a sending to the script of its page."""
    one = queries.get(announcement_id)
    reply = jsonify(progress.of(one.id, one.state).as_dict())
    reply.headers["Cache-Control"] = "no-store"
    return reply


@requires(rights.SEND_ANNOUNCEMENTS)
def stop(announcement_id: int) -> Response:
    """Stop a sending."""
    with attempt():
        done = control_actions.stop(announcement_id, Actor.of(me()))
        flash(_("Stopped: %(left)d letters had left, %(kept)d were kept back.", left=done.letters, kept=done.left_out),
              "warning")  # fmt: skip
    return see_other("announcements.sending", announcement_id=announcement_id)


@requires(rights.SEND_ANNOUNCEMENTS)
def pause(announcement_id: int) -> Response:
    """Hold back what still waits."""
    with attempt():
        control_actions.pause(announcement_id, Actor.of(me()))
    return see_other("announcements.sending", announcement_id=announcement_id)


@requires(rights.SEND_ANNOUNCEMENTS)
def resume(announcement_id: int) -> Response:
    """Let a sending go on."""
    with attempt():
        control_actions.resume(announcement_id, Actor.of(me()))
    return see_other("announcements.sending", announcement_id=announcement_id)


@requires(rights.VIEW)
def people(announcement_id: int) -> str:
    """List the people behind a number."""
    announcement = queries.get(announcement_id)
    group, text = request.args.get("what", ""), request.args.get("q", "").strip()[:200]
    return render_template(
        "announcements/people.html",
        one=announcement,
        news=queries.news_of(announcement, language()),
        page=progress.people(announcement.id, group, text, page_number()),
        progress=progress.of(announcement.id, announcement.state),
        group=group,
        text=text,
        args={key: value for key, value in (("what", group), ("q", text)) if value},
        groups=progress.GROUPS,
        group_names=names.GROUP_NAMES,
        why_names=names.WHY_NAMES,
        status=_status,
        name_of=language_name,
    )


def _status(notice: Notice, letter: OutgoingEmail | None) -> str:
    """Return in words what became of one person."""
    if not notice.included:
        return str(_(names.REASON_NAMES.get(notice.excluded_because, notice.excluded_because)))
    return str(_(names.LETTER_NAMES[letter.state])) if letter else ""


@requires(rights.EXPORT_PEOPLE)
def people_csv(announcement_id: int) -> FlaskResponse:
    """Give the people of a sending as a file that spreadsheets open safely; any number of rows."""
    announcement = queries.get(announcement_id)
    group, text = request.args.get("what", ""), request.args.get("q", "").strip()[:200]
    reply = FlaskResponse(
        stream_with_context(stream(_rows(announcement.id, group, text))), content_type="text/csv; charset=utf-8"
    )
    reply.headers["Content-Disposition"] = f'attachment; filename="announcement-{announcement.id}.csv"'
    return reply


def _rows(announcement_id: int, group: str, text: str) -> Iterator[list[object]]:
    yield ["email", "name", "language", "why", "state", "because", "reply", "sent_at", "quotes"]
    for *known, state, because, reply, sent_at, quotes in progress.everybody(announcement_id, group, text):
        said = " | ".join(one["text"] for one in quotes)
        yield [*known, state or "left_out", because, reply or "", sent_at.isoformat() if sent_at else "", said]
