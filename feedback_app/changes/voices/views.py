"""Pages of voices: what a change answers, judged by keys or buttons, with an honest figure."""

from __future__ import annotations

from flask import flash, render_template, request
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.wrappers import Response

from feedback_app.accounts import rights
from feedback_app.accounts.access import me, requires
from feedback_app.changes.queries import get, words_for
from feedback_app.changes.voices import actions, queries
from feedback_app.common.keys import read_key, read_keys
from feedback_app.events.actor import Actor
from feedback_app.web.locale import language
from feedback_app.web.pages import attempt, page_number, see_other


@requires(rights.VIEW)
def index(change_id: int) -> str:
    """Show what to judge next, what was judged, and how good what would go out is."""
    change = get(change_id)
    skip = min(read_key(request.args.get("skip", "")) or 0, 400)
    page = page_number()
    ranking = queries.ranking_of(change_id)
    return render_template(
        "voices/index.html",
        change=change,
        said=words_for(change, language()),
        groups=queries.to_judge(change_id, skip),
        judged=queries.judged(change_id, page),
        counts=queries.counts(change_id),
        figures=queries.figures(change_id),
        ranking=ranking,
        waiting=ranking is not None and (ranking.ranked_at is None or ranking.ranked_at < ranking.wanted_at),
        skip=skip,
        page=page,
        shown=queries.SHOWN,
        page_size=queries.PAGE_SIZE,
    )


@requires(rights.EDIT_CHANGES)
def judge(change_id: int) -> Response:
    """Judge a mention, and those that say the same as far as they were not taken out."""
    wanted = read_keys(request.form.getlist("mention"))
    judgement = request.form.get("judgement", "")
    words = request.form.get("words", "") if judgement == "part" else ""
    with attempt():
        count = actions.judge(change_id, wanted[:1] if words else wanted, judgement, Actor.of(me()), words)
        flash(ngettext("%(num)d judged.", "%(num)d judged.", count), "success")
    return see_other("voices.index", change_id=change_id)


@requires(rights.EDIT_CHANGES)
def undo(change_id: int) -> Response:
    """Take the last judgement back."""
    with attempt():
        count = actions.undo(change_id, Actor.of(me()))
        flash(ngettext("%(num)d judgement taken back.", "%(num)d judgements taken back.", count), "success")
    return see_other("voices.index", change_id=change_id)


@requires(rights.EDIT_CHANGES)
def rank(change_id: int) -> Response:
    """Ask the worker to look for voices."""
    actions.ask_for_ranking(change_id)
    flash(_("The worker looks for voices now."), "success")
    return see_other("voices.index", change_id=change_id)
