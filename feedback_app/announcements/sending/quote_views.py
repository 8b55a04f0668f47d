"""Whose words stand in whose letter, before it leaves: left out, let in, widened for one person."""

from __future__ import annotations

from flask import flash, render_template, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from feedback_app.accounts import rights
from feedback_app.accounts.access import me, requires
from feedback_app.announcements import queries
from feedback_app.announcements.sending import audience, quote_queries
from feedback_app.changes.voices import actions as voices
from feedback_app.common.keys import read_key
from feedback_app.errors import N_, NotFound, Refused
from feedback_app.events.actor import Actor
from feedback_app.web.locale import language, language_name
from feedback_app.web.pages import attempt, back_to, page_number


@requires(rights.VIEW)
def quotes(announcement_id: int) -> str:
    """List person and words; ``?random=1`` shows thirty drawn at random."""
    announcement = queries.get(announcement_id)
    random = request.args.get("random") == "1"
    page = quote_queries.page(announcement, page_number())
    return render_template(
        "announcements/quotes.html",
        one=announcement,
        news=queries.news_of(announcement, language()),
        reach=audience.reach(announcement),
        page=page,
        people=quote_queries.some(announcement) if random else page.items,
        random=random,
        sample=quote_queries.SAMPLE,
        left_out=quote_queries.left_out(announcement),
        name_of=language_name,
    )


@requires(rights.WRITE_ANNOUNCEMENTS)
def change_quote(announcement_id: int) -> Response:
    """Leave the words of one person out, let them in again, or quote other words of the same answer."""
    one = queries.get(announcement_id)
    with attempt():
        if one.state != "draft":
            raise Refused(N_("It is already being sent, so its words stay."))
        _change(announcement_id, request.form.get("what", ""), read_key(request.form.get("mention", "")) or 0)
    return back_to("announcements.quotes", announcement_id=announcement_id)


def _change(announcement_id: int, what: str, mention_id: int) -> None:
    ids = quote_queries.voices_behind(announcement_id, mention_id)
    if not ids:
        raise NotFound(N_("There is no such mention any more."))
    if what == "widen":
        voices.widen(ids[0], request.form.get("words", ""), Actor.of(me()))
        for other in ids[1:]:
            voices.leave_out(other, Actor.of(me()))
        flash(_("These words will be quoted."), "success")
        return
    for voice_id in ids:
        voices.leave_out(voice_id, Actor.of(me()), left_out=what != "let_in")
    flash(_("Left out: the letter goes without these words.") if what != "let_in" else _("Let in again."), "success")
