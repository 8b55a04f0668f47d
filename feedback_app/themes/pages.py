"""Pages of themes: list and map, one theme with its evidence, its history."""

from __future__ import annotations

from flask import flash, render_template, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response
from wtforms.fields import SelectChoice  # type: ignore[attr-defined]  # younger than its stubs

from feedback_app.accounts import rights
from feedback_app.accounts.access import requires
from feedback_app.errors import Refused
from feedback_app.themes import (
    actions,
    actions_codebook,
    actions_undo,
    drawing,
    figures,
    queries,
    queries_inside,
    queries_mentions,
    starting_codebooks,
    views_codebook,
    views_mentions,
    views_suggestions,
)
from feedback_app.themes.blueprint import actor, blueprint, frame, look, whole, zone
from feedback_app.themes.forms import CodebookForm, GroupForm, ThemeForm
from feedback_app.themes.models import Codebook
from feedback_app.themes.plots import polyline
from feedback_app.web.pages import back_to, flash_refusal, page_number, see_other

__all__ = ["blueprint", "views_codebook", "views_mentions", "views_suggestions"]
SORTS = ("newest", "surest", "unsure", "best")


@blueprint.get("/themes")
@requires(rights.VIEW)
def index() -> str:
    """Show the themes of a codebook: the one asked for, else the one that holds a survey, else the latest."""
    codebook = _wanted()
    if codebook is None:
        return render_template(
            "themes/start.html", choices=queries.survey_choices(), form=CodebookForm(), group_form=GroupForm()
        )
    wanted = look()
    found = figures.overview(codebook.id, wanted, zone())
    return render_template(
        "themes/index.html",
        **frame(codebook, "themes"),
        look=wanted,
        found=found,
        spark=lambda row: polyline(row, 120, 28),
        maps=[drawing.theme_map(found.themes, *size) for size in drawing.SIZES],
        plots=[drawing.satisfaction(found.themes, *size) for size in drawing.PLOTS],
        choices=queries_mentions.filter_choices(codebook.id),
        agreement=queries_mentions.agreement(codebook.id),
        form=GroupForm(),
        inside=queries_inside.names_inside(codebook.id),
        ready=[starting_codebooks.load(name) for name in starting_codebooks.names()],
    )


def _wanted() -> Codebook | None:
    if codebook_id := whole("codebook"):
        return queries.codebook_by_id(codebook_id)
    if survey_id := whole("survey"):
        return queries.codebook_of(survey_id) or next(iter(queries.codebooks()), None)
    return next(iter(queries.codebooks()), None)


@blueprint.get("/themes/<int:theme_id>")
@requires(rights.VIEW)
def show(theme_id: int) -> str | Response:
    """Show one theme; the address of a merged one leads to where its mentions are."""
    theme = queries.theme_by_id(theme_id)
    if theme.state == "merged":
        flash(_("“%(name)s” was merged into this theme.", name=theme.name), "info")
        return see_other("themes.show", theme_id=queries.final_theme(theme).id)
    codebook = queries.codebook_by_id(theme.codebook_id)
    wanted = look()
    sort = request.args.get("sort", "")
    sort = sort if sort in SORTS else "best" if wanted.q else "newest"
    parts = figures.breakdown(theme, wanted, zone())
    return render_template(
        "themes/show.html",
        **frame(codebook, "themes"),
        theme=theme,
        look=wanted,
        sort=sort,
        parts=parts,
        chart=drawing.months(parts.months),
        inside=queries_inside.parts_of(theme.id),
        within=queries_inside.themes_within(theme.id),
        parent=queries.theme_by_id(theme.parent_id) if theme.parent_id else None,
        quotes=queries_mentions.quotes(theme),
        page=queries_mentions.mentions(codebook.id, wanted, zone(), page_number(), theme=theme.id, sort=sort),
        agreement=queries_mentions.agreement(codebook.id, theme.id),
        steps=queries.history(1, theme_id=theme.id),
        others=[one for one in queries.open_themes(codebook.id) if one.id != theme.id],
        choices=queries_mentions.filter_choices(codebook.id),
        owner=dict(queries.staff_choices()).get(theme.owner_id or 0),
    )


@blueprint.route("/themes/<int:theme_id>/edit", methods=["GET", "POST"])
@requires(rights.EDIT_THEMES)
def edit(theme_id: int) -> str | Response:
    """Rename, describe, name an owner: one step each."""
    theme = queries.open_theme(theme_id)
    form = ThemeForm()
    form.owner.choices = [SelectChoice(0, _("Nobody yet")), *(SelectChoice(*one) for one in queries.staff_choices())]
    if form.validate_on_submit():
        try:
            renamed = actions.rename(theme_id, form.name.data or "", actor())
            described = actions.describe(theme_id, form.description.data or "", actor())
            owned = actions.set_owner(theme_id, form.owner.data or None, actor())
        except Refused as error:
            flash_refusal(error)
        else:
            flash(_("Saved.") if renamed or described or owned else _("Nothing was changed."), "success")
            return see_other("themes.show", theme_id=theme_id)
    elif request.method == "GET":
        form.name.data, form.description.data, form.owner.data = theme.name, theme.description, theme.owner_id or 0
    codebook = queries.codebook_by_id(theme.codebook_id)
    return render_template("themes/edit.html", **frame(codebook, "themes"), theme=theme, form=form)


@blueprint.post("/themes/<int:theme_id>/merge")
@requires(rights.EDIT_THEMES)
def merge(theme_id: int) -> Response:
    """Merge this theme into another."""
    into = whole("into")
    try:
        number = actions.merge([theme_id], into, actor())
    except Refused as error:
        flash_refusal(error)
        return see_other("themes.show", theme_id=theme_id)
    flash(_("Merged: %(number)d mentions moved.", number=number), "success")
    return see_other("themes.show", theme_id=into)


@blueprint.post("/themes/<int:theme_id>/set-aside")
@requires(rights.EDIT_THEMES)
def set_aside(theme_id: int) -> Response:
    """Leave a theme out of lists."""
    try:
        actions.set_aside(theme_id, actor())
    except Refused as error:
        flash_refusal(error)
    else:
        flash(_("The theme is set aside. Nothing in it is lost."), "success")
    return see_other("themes.show", theme_id=theme_id)


@blueprint.post("/themes/<int:theme_id>/bring-back")
@requires(rights.EDIT_THEMES)
def bring_back(theme_id: int) -> Response:
    """Bring back a theme that was set aside."""
    try:
        actions.bring_back(theme_id, actor())
    except Refused as error:
        flash_refusal(error)
    else:
        flash(_("The theme is back."), "success")
    return see_other("themes.show", theme_id=theme_id)


@blueprint.post("/themes/<int:theme_id>/split")
@requires(rights.EDIT_THEMES)
def split(theme_id: int) -> Response:
    """Ask the worker to look inside a theme; what it finds is a suggestion."""
    theme = queries.open_theme(theme_id)
    actions_codebook.request_grouping(theme.codebook_id, actor(), "split", theme_id=theme_id)
    return see_other("themes.suggestions", codebook_id=theme.codebook_id)


@blueprint.get("/themes/<int:theme_id>/history")
@requires(rights.VIEW)
def history(theme_id: int) -> str:
    """Show every step about a theme: who, when, and undo."""
    theme = queries.theme_by_id(theme_id)
    codebook = queries.codebook_by_id(theme.codebook_id)
    page = queries.history(page_number(), theme_id=theme_id)
    return render_template(
        "themes/history.html", **frame(codebook, "history"), theme=theme, page=page, named=_named(page.items)
    )


@blueprint.get("/themes/codebooks/<int:codebook_id>/history")
@requires(rights.VIEW)
def codebook_history(codebook_id: int) -> str:
    """Show every step in a codebook."""
    codebook = queries.codebook_by_id(codebook_id)
    page = queries.history(page_number(), codebook_id=codebook_id)
    return render_template(
        "themes/history.html", **frame(codebook, "history"), theme=None, page=page, named=_named(page.items)
    )


def _named(steps: object) -> dict[int, object]:
    wanted = {one for step in steps for one in (step.theme_id, step.other_id) if one}  # type: ignore[attr-defined]
    return dict(queries.names_of(wanted))


@blueprint.post("/themes/steps/<int:event_id>/undo")
@requires(rights.EDIT_THEMES)
def undo(event_id: int) -> Response:
    """Undo one step."""
    try:
        number = actions_undo.undo(event_id, actor())
    except Refused as error:
        flash_refusal(error)
    else:
        flash(
            _("Undone. %(number)d mentions are where they were.", number=number) if number else _("Undone."), "success"
        )
    return back_to("themes.index")
