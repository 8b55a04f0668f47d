"""Pages of mentions: shelves, search, the grid; moving one or many of them."""

from __future__ import annotations

from collections.abc import Callable

from flask import abort, flash, render_template, request
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.wrappers import Response

from feedback_app.accounts import rights
from feedback_app.accounts.access import requires
from feedback_app.common.keys import read_key
from feedback_app.errors import N_, Refused
from feedback_app.themes import mention_queries, queries
from feedback_app.themes.curation import mention_actions, theme_actions
from feedback_app.themes.mention_filter import Look, mentions_where
from feedback_app.themes.reports.agreement import agreement
from feedback_app.themes.shared_views import actor, chosen_ids, frame, look, whole, zone
from feedback_app.themes.steps import Chosen
from feedback_app.web.pages import attempt, back_to, page_number, see_other

SHELVES = {
    "all": (
        N_("All mentions"),
        N_("Everything people said that has content. Search it, and start a theme from what you find."),
    ),
    "ungrouped": (
        N_("Not yet grouped"),
        N_("Near no theme, or taken out of one. The closest themes are offered with each; nothing here is lost."),
    ),
    "set_aside": (N_("Set aside"), N_("Left out of themes and counts by people.")),
    "aside": (
        N_("Beside the point"),
        N_("Greetings, small talk and what people did next: kept and counted, but never grouped or quoted."),
    ),
    "no_content": (
        N_("Without content"),
        N_("“No complaints”, thanks and the like: kept apart, so that they do not blur the themes."),
    ),
}


@requires(rights.VIEW)
def mentions(codebook_id: int, shelf: str) -> str:
    """Show a shelf of mentions with search and filters."""
    if shelf not in SHELVES:
        abort(404)
    codebook = queries.codebook_by_id(codebook_id)
    wanted = look()
    sort = request.args.get("sort", "") or ("best" if wanted.q else "newest")
    title, lead = SHELVES[shelf]
    return render_template(
        "themes/mentions.html",
        **frame(codebook, shelf),
        look=wanted,
        shelf=shelf,
        title=_(title),
        lead=_(lead),
        sort=sort,
        page=mention_queries.mentions(codebook_id, wanted, zone(), page_number(), shelf=shelf, sort=sort),
        themes=queries.open_themes(codebook_id),
        choices=mention_queries.filter_choices(codebook_id),
    )


@requires(rights.EDIT_THEMES)
def sort_mentions(codebook_id: int) -> Response:
    """Do one thing with the mentions ticked, or with all that the filter finds."""
    do = _DEEDS.get(request.form.get("deed", ""))
    if do is None:
        abort(400)
    theme = whole("theme")
    chosen: Chosen = chosen_ids()
    if request.form.get("everything") == "1":
        chosen = mentions_where(codebook_id, look(), zone(), theme=theme, shelf=request.form.get("shelf", ""))
    with attempt():
        number = do(codebook_id, chosen, theme)
        flash(ngettext("%(num)d mention: done.", "%(num)d mentions: done.", number), "success")
    return back_to("themes.mentions", codebook_id=codebook_id, shelf="all")


def _move(codebook_id: int, chosen: Chosen, theme: int) -> int:
    name = request.form.get("new_name", "").strip()
    if name:
        started = theme_actions.start_theme(codebook_id, name, actor(), chosen)
        return queries.history(1, theme_id=started.id).items[-1].mentions
    to = whole("to")
    if not to:
        raise Refused(N_("Choose a theme, or type the name of a new one."))
    return mention_actions.move(chosen, to, actor(), theme or None)


def _add(_codebook_id: int, chosen: Chosen, _theme: int) -> int:
    if not whole("to"):
        raise Refused(N_("Choose a theme, or type the name of a new one."))
    return mention_actions.add_to(chosen, whole("to"), actor())


_DEEDS: dict[str, Callable[[int, Chosen, int], int]] = {
    "move": _move,
    "add": _add,
    "confirm": lambda _codebook, chosen, theme: mention_actions.confirm(chosen, theme or whole("to"), actor()),
    "take_out": lambda _codebook, chosen, theme: mention_actions.take_out(chosen, theme, actor()),
    "set_aside": lambda codebook, chosen, theme: mention_actions.set_aside(chosen, codebook, actor(), theme or None),
    "bring_back": lambda codebook, chosen, _theme: mention_actions.bring_back(chosen, codebook, actor()),
}


@requires(rights.EDIT_THEMES)
def place_one(mention_id: int) -> Response:
    """Put one mention into the theme that was offered with it."""
    with attempt():
        mention_actions.move([mention_id], whole("to"), actor())
    return back_to("themes.index")


@requires(rights.EDIT_THEMES)
def grid(theme_id: int) -> str | Response:
    """Confirm or correct fifty mentions of a theme, the least sure first; the keyboard is enough."""
    theme = queries.open_theme(theme_id)
    codebook = queries.codebook_by_id(theme.codebook_id)
    if request.method == "POST":
        _save_grid(theme_id, codebook.id)
        return see_other("themes.grid", theme_id=theme_id, **Look.read(request.args).address())
    page = mention_queries.mentions(
        codebook.id, look(), zone(), 1, theme=theme_id, sort="unconfirmed", size=mention_queries.GRID
    )
    return render_template(
        "themes/grid.html",
        **frame(codebook, "themes"),
        theme=theme,
        look=look(),
        page=page,
        others=[one for one in queries.open_themes(codebook.id) if one.id != theme_id],
        agreement=agreement(codebook.id, theme_id),
    )


def _save_grid(theme_id: int, codebook_id: int) -> None:
    """One step per kind of decision, so that each can be undone by itself."""
    tones, decided = _filled_in("t"), _filled_in("m")
    number = 0
    with attempt():
        for tone, ids in tones.items():
            number += mention_actions.set_tone(ids, codebook_id, tone, actor(), theme_id)
        for value, ids in decided.items():
            number += _decide(value, ids, theme_id, codebook_id)
    if number:
        flash(ngettext("%(num)d mention: done.", "%(num)d mentions: done.", number), "success")
    elif not decided and not tones:
        flash(_("Nothing was decided."), "info")


def _filled_in(column: str) -> dict[str, list[int]]:
    """What was chosen in one column of the grid, with the mentions it was chosen for."""
    chosen: dict[str, list[int]] = {}
    for name, value in request.form.items():
        prefix, _dash, raw = name.partition("-")
        if prefix == column and (key := read_key(raw)) and value:
            chosen.setdefault(value, []).append(key)
    return chosen


def _decide(value: str, ids: list[int], theme_id: int, codebook_id: int) -> int:
    if value == "right":
        return mention_actions.confirm(ids, theme_id, actor())
    if value == "out":
        return mention_actions.take_out(ids, theme_id, actor())
    if value == "aside":
        return mention_actions.set_aside(ids, codebook_id, actor(), theme_id)
    if target := read_key(value):
        return mention_actions.move(ids, target, actor(), theme_id)
    return 0
