"""Pages of the guided set-up: look through the themes, answer by keys, see what the machine learnt."""

from __future__ import annotations

from collections.abc import Callable

from flask import abort, flash, render_template, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from feedback_app.accounts import rights
from feedback_app.accounts.access import requires
from feedback_app.themes import mention_queries, queries
from feedback_app.themes.curation import theme_actions
from feedback_app.themes.grouping.request_actions import request_grouping
from feedback_app.themes.guided import actions
from feedback_app.themes.guided import queries as guided
from feedback_app.themes.guided.models import REASONS
from feedback_app.themes.mention_filter import Look
from feedback_app.themes.models import Theme
from feedback_app.themes.reports import figures
from feedback_app.themes.reports.theme_quotes import quotes
from feedback_app.themes.shared_views import actor, frame, whole, zone
from feedback_app.web.locale import language
from feedback_app.web.pages import attempt, see_other

QUOTES = 5


@requires(rights.VIEW)
def themes(codebook_id: int) -> str:
    """Show one proposed theme after the other: name, size, tone, five quotes, and what can be done with it."""
    codebook = queries.codebook_by_id(codebook_id)
    found = figures.overview(codebook_id, Look(), zone()).themes
    kept = set(guided.kept(codebook_id))
    wanted = whole("theme")
    left = [one for one in found if one.theme.id not in kept]
    now = next((one for one in found if one.theme.id == wanted), left[0] if left else None)
    return render_template(
        "guided/themes.html",
        **frame(codebook, "guided"),
        now=now,
        found=found,
        kept=kept,
        quotes=_five(now.theme) if now else [],
        others=[one for one in queries.open_themes(codebook_id) if now and one.id != now.theme.id],
    )


def _five(theme: Theme) -> list[mention_queries.Line]:
    """Quotes that show what a theme is: typical ones, those on its border, the surest others where these are few."""
    told = quotes(theme)
    first = [*told.typical, *told.borderline]
    seen = {line.mention.text for line in first}
    surest = mention_queries.mentions(theme.codebook_id, Look(), zone(), 1, theme=theme.id, sort="surest", size=20)
    return [*first, *(line for line in surest.items if line.mention.text not in seen)][:QUOTES]


@requires(rights.EDIT_THEMES)
def sort_theme(codebook_id: int, theme_id: int) -> Response:
    """Keep, rename, merge, split or drop a proposed theme."""
    do = _DEEDS.get(request.form.get("deed", ""))
    if do is None:
        abort(400)
    with attempt():
        theme = queries.open_theme(theme_id)
        do(theme)
        actions.begin(codebook_id)  # names and themes teach: questions are ready when the last theme is looked through
    return see_other("guided.themes", codebook_id=codebook_id)


def _rename(theme: Theme) -> None:
    theme_actions.rename(theme.id, request.form.get("name", ""), actor(), language())
    actions.keep(theme.id)


def _merge(theme: Theme) -> None:
    number = theme_actions.merge([theme.id], whole("into"), actor())
    flash(_("Merged: %(number)d mentions moved.", number=number), "success")


def _split(theme: Theme) -> None:
    request_grouping(theme.codebook_id, actor(), "split", theme_id=theme.id)
    actions.keep(theme.id)
    flash(_("The worker looks inside. What it finds waits among the suggestions."), "success")


_DEEDS: dict[str, Callable[[Theme], None]] = {
    "keep": lambda theme: actions.keep(theme.id),
    "rename": _rename,
    "merge": _merge,
    "split": _split,
    "drop": lambda theme: theme_actions.set_aside(theme.id, actor()),
}


@requires(rights.VIEW)
def questions(codebook_id: int) -> str | Response:
    """Show the next question; the first one of a codebook waits for the machine to lay it out."""
    codebook = queries.codebook_by_id(codebook_id)
    asked = next(iter(guided.questions(codebook_id)), None)
    return render_template(
        "guided/questions.html",
        **{**frame(codebook, "guided"), "last_step": None},
        asked=asked,
        before=asked.answer[: asked.mention.start] if asked else "",
        after=asked.answer[asked.mention.end :] if asked else "",
        progress=guided.progress(codebook_id),
        begun=guided.setup_of(codebook_id) is not None,
        block=guided.BLOCK,
        last=guided.last_answered(codebook_id),
        reasons=REASONS,
        open_themes=queries.open_themes(codebook_id),
    )


@requires(rights.EDIT_THEMES)
def begin(codebook_id: int) -> Response:
    """Ask the worker to prepare questions."""
    actions.begin(codebook_id)
    return see_other("guided.questions", codebook_id=codebook_id)


@requires(rights.EDIT_THEMES)
def answer(codebook_id: int) -> Response:
    """Take one answer: a theme, the name of a new one, aside, or not now; after ten the page tells what was learnt."""
    before = guided.progress(codebook_id).answered
    with attempt():
        _said(whole("mention"))
    now = guided.progress(codebook_id)
    full = now.answered > before and now.in_block == 0
    return see_other("guided.learnt" if full else "guided.questions", codebook_id=codebook_id)


def _said(mention_id: int) -> None:
    deed, theme = request.form.get("deed", ""), request.form.get("theme", "")
    if deed == "aside":
        actions.answer_aside(mention_id, actor())
    elif deed == "skip":
        actions.skip(mention_id, actor())
    elif deed == "new":
        actions.answer_new(mention_id, request.form.get("name", ""), actor())
    else:
        actions.answer_theme(mention_id, theme or request.form.get("other", ""), actor())


@requires(rights.EDIT_THEMES)
def undo(codebook_id: int) -> Response:
    """Take the last answer back; it is asked again."""
    with attempt():
        actions.undo(codebook_id, actor())
        flash(_("Taken back. It is asked again."), "success")
    return see_other("guided.questions", codebook_id=codebook_id)


@requires(rights.VIEW)
def learnt(codebook_id: int) -> str:
    """Show what the machine learnt, and how often it is right."""
    codebook = queries.codebook_by_id(codebook_id)
    return render_template(
        "guided/learnt.html",
        **{**frame(codebook, "guided"), "last_step": None},
        progress=guided.progress(codebook_id),
        found=figures.overview(codebook_id, Look(), zone()),
    )


@requires(rights.EDIT_THEMES)
def finish(codebook_id: int) -> Response:
    """Enough for today: what comes from now on is new."""
    actions.finish(codebook_id)
    flash(_("Thank you. What people say from now on is offered as new."), "success")
    return see_other("themes.index", codebook=codebook_id)
