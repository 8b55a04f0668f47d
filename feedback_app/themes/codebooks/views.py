"""Pages of codebooks: start one, group, share, take along; CSV out."""

from __future__ import annotations

import json
from typing import Any

from flask import Response as FlaskResponse
from flask import flash, jsonify, render_template, request, stream_with_context
from flask_babel import gettext as _
from werkzeug.wrappers import Response
from wtforms.fields import SelectChoice  # type: ignore[attr-defined]  # younger than its stubs

from feedback_app.accounts import rights
from feedback_app.accounts.access import requires
from feedback_app.common.keys import read_keys
from feedback_app.errors import N_, Refused
from feedback_app.exports import xlsx
from feedback_app.exports.csv_safe import stream
from feedback_app.surveys.queries import by_id
from feedback_app.themes import queries
from feedback_app.themes.codebooks import (
    actions as codebook_actions,
)
from feedback_app.themes.codebooks import (
    export as queries_export,
)
from feedback_app.themes.codebooks import (
    starters,
    workbook,
)
from feedback_app.themes.codebooks.document import ThemeRow, read_codebook
from feedback_app.themes.curation import theme_actions
from feedback_app.themes.forms import CodebookForm, GroupForm, ImportForm
from feedback_app.themes.grouping import request_actions
from feedback_app.themes.models import REQUEST_STATES
from feedback_app.themes.reports.agreement import agreement, agreements
from feedback_app.themes.shared_views import actor, frame, look, whole, zone
from feedback_app.themes.suggestions import promote_subtopic
from feedback_app.web.limits.body_limits import takes_files
from feedback_app.web.locale import language
from feedback_app.web.pages import attempt, back_to, see_other

LARGEST_IMPORT = 4 * 1024 * 1024


def _form() -> CodebookForm:
    form = CodebookForm()
    form.surveys.choices = [SelectChoice(one.survey.id, one.survey.slug) for one in queries.survey_choices()]
    return form


@requires(rights.EDIT_THEMES)
def new_codebook() -> str | Response:
    """Choose the surveys whose answers are grouped together, and group them."""
    form, group_form = _form(), GroupForm()
    if form.validate_on_submit() and group_form.validate():
        with attempt():
            slugs = [by_id(one).slug for one in form.surveys.data or []]
            codebook = codebook_actions.codebook_for(slugs, actor(), form.name.data or "")
            request_actions.request_grouping(codebook.id, actor(), **_options(group_form))
            return see_other("themes.index", codebook=codebook.id)
    return render_template("themes/start.html", choices=queries.survey_choices(), form=form, group_form=group_form)


def _options(form: GroupForm) -> dict[str, Any]:
    return {"grain": form.grain.data or "auto", "themes": form.themes.data}


@requires(rights.EDIT_THEMES)
def group(codebook_id: int) -> Response:
    """Ask the worker to group; the page shows how far it is."""
    form = GroupForm()
    if not form.validate_on_submit():
        flash(_("Ask for 1 to %(most)d themes.", most=request_actions.MOST_THEMES), "danger")
    else:
        with attempt():
            request_actions.request_grouping(codebook_id, actor(), **_options(form))
    return see_other("themes.index", codebook=codebook_id)


@requires(rights.VIEW)
def progress(codebook_id: int) -> Response:
    """Say how far the worker is: state, share and words, for the script that shows it."""
    queries.codebook_by_id(codebook_id)
    latest = queries.latest_request(codebook_id)
    if latest is None:
        return jsonify(state="none", share=0, words="")
    words = _(latest.message, **latest.values) if latest.message else _(REQUEST_STATES[latest.state])
    return jsonify(state=latest.state, share=round(latest.progress, 3), words=words)


@requires(rights.VIEW)
def codebook(codebook_id: int) -> str:
    """Show what belongs to a codebook: surveys, starting themes, import and export."""
    book = queries.codebook_by_id(codebook_id)
    return render_template(
        "themes/codebook.html",
        **frame(book, "codebook"),
        choices=queries.survey_choices(),
        ready=[starters.load(name) for name in starters.names()],
        import_form=ImportForm(),
        agreement=agreement(codebook_id),
        agreements=(judged := agreements(codebook_id)),
        named=queries.names_of(judged),
    )


@requires(rights.EDIT_THEMES)
def share_codebook(codebook_id: int) -> Response:
    """Group the answers of more surveys by this codebook."""
    ids = read_keys(request.form.getlist("surveys"))
    with attempt():
        codebook_actions.share(ids, codebook_id, actor())
        if ids:
            request_actions.request_grouping(codebook_id, actor())
        return see_other("themes.index", codebook=codebook_id)
    return see_other("themes.codebook", codebook_id=codebook_id)


@requires(rights.EDIT_THEMES)
def start_from(codebook_id: int) -> Response:
    """Take in a ready-made codebook, then group by it."""
    with attempt():
        number = codebook_actions.start_from(codebook_id, request.form.get("ready", ""), language(), actor())
        request_actions.request_grouping(codebook_id, actor())
        flash(_("%(number)d themes were added; mentions are being assigned to them.", number=number), "success")
        return see_other("themes.index", codebook=codebook_id)
    return see_other("themes.codebook", codebook_id=codebook_id)


@requires(rights.EDIT_THEMES)
def new_theme(codebook_id: int) -> Response:
    """Start an empty theme by hand."""
    with attempt():
        theme = theme_actions.start_theme(codebook_id, request.form.get("name", ""), actor())
        return see_other("themes.edit", theme_id=theme.id)
    return see_other("themes.index", codebook=codebook_id)


@requires(rights.EDIT_THEMES)
def make_theme(part_id: int) -> Response:
    """Make a part of a theme a theme of its own."""
    with attempt():
        theme = promote_subtopic.make_theme(part_id, actor(), request.form.get("name", ""))
        flash(_("It is a theme of its own now. Undo takes that back."), "success")
        return see_other("themes.show", theme_id=theme.id)
    return back_to("themes.index")


@requires(rights.VIEW)
def export_codebook(codebook_id: int) -> Response:
    """Take the codebook along: names, descriptions, phrases and examples."""
    data = queries_export.codebook_as_dict(queries.codebook_by_id(codebook_id))
    body = json.dumps(data, ensure_ascii=False, indent=2)
    headers = {"Content-Disposition": f'attachment; filename="codebook-{codebook_id}.json"'}
    return FlaskResponse(body, mimetype="application/json", headers=headers)


@requires(rights.EDIT_THEMES)
@takes_files
def import_codebook(codebook_id: int) -> Response:
    """Take in an exported codebook."""
    with attempt():
        number = codebook_actions.add_themes(codebook_id, _uploaded(), actor())
        request_actions.request_grouping(codebook_id, actor())
        flash(_("%(number)d themes were added; mentions are being assigned to them.", number=number), "success")
        return see_other("themes.index", codebook=codebook_id)
    return see_other("themes.codebook", codebook_id=codebook_id)


def _uploaded() -> tuple[ThemeRow, ...]:
    file = request.files.get("file")
    raw = file.read(LARGEST_IMPORT + 1) if file else b""
    if not raw or len(raw) > LARGEST_IMPORT:
        raise Refused(N_("Choose a JSON file of at most 4 MB."))
    return read_codebook(raw)


@requires(rights.VIEW)
def export_csv(codebook_id: int) -> Response:
    """All mentions under the filter with their themes, safe to open in a spreadsheet."""
    queries.codebook_by_id(codebook_id)
    theme = whole("theme")
    rows = queries_export.mention_rows(codebook_id, look(), zone(), theme)
    headers = {"Content-Disposition": f'attachment; filename="mentions-{theme or codebook_id}.csv"'}
    return FlaskResponse(stream_with_context(stream(rows)), mimetype="text/csv", headers=headers)


@requires(rights.VIEW)
def export_workbook(codebook_id: int) -> Response:
    """Themes, mentions and what the file is about, as a workbook, under the filter in the address."""
    codebook = queries.codebook_by_id(codebook_id)
    theme = whole("theme")
    pieces = workbook.workbook(codebook, look(), zone(), theme)
    headers = {"Content-Disposition": f'attachment; filename="themes-{theme or codebook_id}.xlsx"'}
    return FlaskResponse(stream_with_context(pieces), mimetype=xlsx.MIMETYPE, headers=headers)
