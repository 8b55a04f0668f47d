"""Pages of themes: list and map, one theme with its evidence, its history."""

from __future__ import annotations

from flask import flash, render_template, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response
from wtforms.fields import SelectChoice  # type: ignore[attr-defined]  # younger than its stubs

from feedback_app.accounts import rights
from feedback_app.accounts.access import requires
from feedback_app.common.keys import read_keys
from feedback_app.errors import N_, Refused
from feedback_app.themes import mention_queries, queries
from feedback_app.themes.codebooks import queries as codebook_queries
from feedback_app.themes.codebooks import starters
from feedback_app.themes.curation import theme_actions
from feedback_app.themes.curation import undo as undo_actions
from feedback_app.themes.forms import CodebookForm, GroupForm, ThemeForm
from feedback_app.themes.grouping import request_actions
from feedback_app.themes.guided import queries as guided_queries
from feedback_app.themes.mention_filter import Look
from feedback_app.themes.models import Codebook
from feedback_app.themes.reports import charts, figures
from feedback_app.themes.reports.agreement import agreement
from feedback_app.themes.reports.order import ORDERS, ordered
from feedback_app.themes.reports.summary import summary
from feedback_app.themes.reports.svg import polyline
from feedback_app.themes.reports.theme_quotes import quotes
from feedback_app.themes.shared_views import actor, frame, look, whole, zone
from feedback_app.themes.suggestions import subtopic_queries
from feedback_app.web.filters import words
from feedback_app.web.locale import language
from feedback_app.web.pages import attempt, back_to, page_number, see_other

SORTS = ("newest", "surest", "unsure", "best")


@requires(rights.VIEW)
def index() -> str:
    """Show the themes of a codebook: the one asked for, else the one that holds a survey, else the latest."""
    codebook = _wanted()
    if codebook is None:
        return render_template(
            "themes/start.html", choices=queries.survey_choices(), form=CodebookForm(), group_form=GroupForm()
        )
    wanted = look()
    figured = figures.overview(codebook.id, wanted, zone())
    sort = request.args.get("sort", "")
    sort = sort if sort in ORDERS else "largest"
    return render_template(
        "themes/index.html",
        **frame(codebook, "themes"),
        look=wanted,
        found=figured,
        sort=sort,
        rows=ordered(figured.themes, sort, lambda one: words(one.theme.title)),
        spark=lambda row: polyline(row, 120, 28),
        maps=[charts.theme_map(figured.themes, *size, words) for size in charts.SIZES],
        plots=[charts.satisfaction(figured.themes, *size, words) for size in charts.PLOTS],
        choices=mention_queries.filter_choices(codebook.id),
        agreement=agreement(codebook.id),
        form=GroupForm(),
        inside=subtopic_queries.names_inside(codebook.id),
        ready=[starters.load(name) for name in starters.names()],
        news=guided_queries.news(codebook.id),
        setup=guided_queries.setup_of(codebook.id),
        landed=codebook_queries.landed(codebook.id),
    )


def _wanted() -> Codebook | None:
    if codebook_id := whole("codebook"):
        return queries.codebook_by_id(codebook_id)
    if survey_id := whole("survey"):
        return queries.codebook_of(survey_id) or next(iter(queries.codebooks()), None)
    return next(iter(queries.codebooks()), None)


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
        month_charts=[charts.months(parts.months, *size) for size in charts.MONTHS],
        inside=subtopic_queries.parts_of(theme.id),
        within=subtopic_queries.themes_within(theme.id),
        parent=queries.theme_by_id(theme.parent_id) if theme.parent_id else None,
        quotes=quotes(theme),
        summary=summary(theme, wanted, zone(), language()),
        page=mention_queries.mentions(codebook.id, wanted, zone(), page_number(), theme=theme.id, sort=sort),
        agreement=agreement(codebook.id, theme.id),
        steps=queries.history(1, theme_id=theme.id),
        others=[one for one in queries.open_themes(codebook.id) if one.id != theme.id],
        choices=mention_queries.filter_choices(codebook.id),
        owner=dict(queries.staff_choices()).get(theme.owner_id or 0),
    )


@requires(rights.EDIT_THEMES)
def edit(theme_id: int) -> str | Response:
    """Rename, describe, name an owner: one step each."""
    theme = queries.open_theme(theme_id)
    form = ThemeForm()
    form.owner.choices = [SelectChoice(0, _("Nobody yet")), *(SelectChoice(*one) for one in queries.staff_choices())]
    if form.validate_on_submit():
        with attempt():
            name, description, owner = form.name.data or "", form.description.data or "", form.owner.data or None
            saved = theme_actions.save(theme_id, name, description, owner, actor(), language())
            flash(_("Saved.") if saved else _("Nothing was changed."), "success")
            return see_other("themes.show", theme_id=theme_id)
    elif request.method == "GET":
        form.name.data, form.description.data, form.owner.data = (
            words(theme.title),
            theme.description,
            theme.owner_id or 0,
        )
    codebook = queries.codebook_by_id(theme.codebook_id)
    return render_template("themes/edit.html", **frame(codebook, "themes"), theme=theme, form=form)


@requires(rights.EDIT_THEMES)
def merge(theme_id: int) -> Response:
    """Merge this theme into another."""
    into = whole("into")
    with attempt():
        number = theme_actions.merge([theme_id], into, actor())
        flash(_("Merged: %(number)d mentions moved.", number=number), "success")
        return see_other("themes.show", theme_id=into)
    return see_other("themes.show", theme_id=theme_id)


@requires(rights.EDIT_THEMES)
def merge_several(codebook_id: int) -> Response:
    """Merge the themes ticked in the list into the one named, else into the largest of them."""
    ticked = read_keys(request.form.getlist("theme"))
    with attempt():
        by_size = figures.overview(queries.codebook_by_id(codebook_id).id, Look(), zone()).themes
        largest = next((one.theme.id for one in by_size if one.theme.id in ticked), 0)
        into = whole("into") or largest
        if not into:
            raise Refused(N_("Tick the themes to merge, then try again."))
        number = theme_actions.merge(ticked, into, actor())
        flash(_("Merged: %(number)d mentions moved.", number=number), "success")
    return back_to("themes.index", codebook=codebook_id)


@requires(rights.EDIT_THEMES)
def set_aside(theme_id: int) -> Response:
    """Leave a theme out of lists."""
    with attempt():
        theme_actions.set_aside(theme_id, actor())
        flash(_("The theme is set aside. Nothing in it is lost."), "success")
    return see_other("themes.show", theme_id=theme_id)


@requires(rights.EDIT_THEMES)
def bring_back(theme_id: int) -> Response:
    """Bring back a theme that was set aside."""
    with attempt():
        theme_actions.bring_back(theme_id, actor())
        flash(_("The theme is back."), "success")
    return see_other("themes.show", theme_id=theme_id)


@requires(rights.EDIT_THEMES)
def split(theme_id: int) -> Response:
    """Ask the worker to look inside a theme; what it finds is a suggestion."""
    theme = queries.open_theme(theme_id)
    request_actions.request_grouping(theme.codebook_id, actor(), "split", theme_id=theme_id)
    return see_other("themes.suggestions", codebook_id=theme.codebook_id)


@requires(rights.VIEW)
def history(theme_id: int) -> str:
    """Show every step about a theme: who, when, and undo."""
    theme = queries.theme_by_id(theme_id)
    codebook = queries.codebook_by_id(theme.codebook_id)
    page = queries.history(page_number(), theme_id=theme_id)
    return render_template(
        "themes/history.html", **frame(codebook, "history"), theme=theme, page=page, named=_named(page.items)
    )


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


@requires(rights.EDIT_THEMES)
def undo(event_id: int) -> Response:
    """Undo one step."""
    with attempt():
        number = undo_actions.undo(event_id, actor())
        flash(
            _("Undone. %(number)d mentions are where they were.", number=number) if number else _("Undone."), "success"
        )
    return back_to("themes.index")
