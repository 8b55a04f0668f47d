"""Pages of suggestions: what the machine would do, with its evidence; accept, edit or dismiss."""

from __future__ import annotations

from flask import flash, render_template, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from feedback_app.accounts import rights
from feedback_app.accounts.access import requires
from feedback_app.themes import mention_queries, queries
from feedback_app.themes.grouping import request_actions
from feedback_app.themes.reports.theme_quotes import quotes
from feedback_app.themes.shared_views import actor, frame, whole
from feedback_app.themes.suggestions import actions as suggestion_actions
from feedback_app.web.pages import attempt, see_other


@requires(rights.VIEW)
def suggestions(codebook_id: int) -> str:
    """Show what is suggested, and what was dismissed."""
    codebook = queries.codebook_by_id(codebook_id)
    open_ones = queries.suggestions(codebook_id)
    dismissed = queries.suggestions(codebook_id, "dismissed")
    ids = {one for item in open_ones for part in item.parts for one in part["quotes"][:3]}
    themes = queries.names_of(one for item in (*open_ones, *dismissed) for one in (item.theme_id, item.other_id) if one)
    pairs = [themes[one] for item in open_ones if item.kind == "merge" for one in (item.theme_id, item.other_id) if one]
    return render_template(
        "themes/suggestions.html",
        **frame(codebook, "suggestions"),
        found=open_ones,
        dismissed=dismissed,
        themes=themes,
        lines={line.mention.id: line for line in mention_queries.lines(list(ids))},
        evidence={theme.id: quotes(theme).typical for theme in pairs},
    )


@requires(rights.EDIT_THEMES)
def suggest(codebook_id: int) -> Response:
    """Ask the worker to look for suggestions."""
    request_actions.request_grouping(codebook_id, actor(), "suggest")
    return see_other("themes.suggestions", codebook_id=codebook_id)


@requires(rights.EDIT_THEMES)
def accept(suggestion_id: int) -> Response:
    """Do what is suggested, with the names as edited."""
    with attempt():
        made = suggestion_actions.accept(
            suggestion_id, actor(), request.form.getlist("name"), into=whole("into") or None
        )
        flash(_("Done. It can be undone from the history."), "success")
        return see_other("themes.show", theme_id=made[0])
    return see_other("themes.suggestions", codebook_id=whole("codebook"))


@requires(rights.EDIT_THEMES)
def dismiss(suggestion_id: int) -> Response:
    """Say no: it does not come back."""
    with attempt():
        suggestion_actions.dismiss(suggestion_id, actor())
        flash(_("Dismissed. It will not be suggested again."), "success")
    return see_other("themes.suggestions", codebook_id=whole("codebook"))


@requires(rights.EDIT_THEMES)
def reopen(suggestion_id: int) -> Response:
    """Take a "no" back."""
    with attempt():
        suggestion_actions.reopen(suggestion_id, actor())
    return see_other("themes.suggestions", codebook_id=whole("codebook"))
