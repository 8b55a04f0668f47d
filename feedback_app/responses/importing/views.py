"""Importing answers in the browser: choose a file, look at what it would do, then do it or leave it."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain, islice
from typing import Any

from flask import Response as Reply
from flask import flash, render_template, request, stream_with_context
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from feedback_app.accounts.access import me, requires
from feedback_app.accounts.rights import IMPORT_RESPONSES
from feedback_app.errors import Refused
from feedback_app.events.actor import Actor
from feedback_app.exports import csv_safe
from feedback_app.imports import files as import_files
from feedback_app.imports.queries import run_by_id
from feedback_app.responses.forms import ImportForm
from feedback_app.responses.importing import actions as import_actions
from feedback_app.responses.models import ResponseImport
from feedback_app.web.limits.body_limits import takes_files
from feedback_app.web.locale import language
from feedback_app.web.pages import attempt, see_other

SHOWN = 50  # rejected rows on the page; the file has them all


@requires(IMPORT_RESPONSES)
@takes_files
def imports() -> str | Response:
    """Take a file of answers and find out what importing it would do."""
    form = ImportForm(data={"survey": request.args.get("survey", ""), "language": language()})
    if form.validate_on_submit():
        upload = form.file.data
        create = bool(form.create_contacts.data)
        try:
            what = import_actions.plan(
                form.survey.data, upload.filename or "", form.kind.data, form.language.data, create_contacts=create
            )
            made = import_actions.try_import(what, upload.stream, upload.filename or "", by=Actor.of(me()))
        except Refused as error:
            form.file.errors = [_(error.message, **error.values)]
        else:
            return see_other("responses.tried", import_id=made)
    return render_template("responses/import.html", form=form)


@requires(IMPORT_RESPONSES)
def tried(import_id: int) -> str:
    """Show what an import would do, or did."""
    mine = run_by_id(ResponseImport, import_id)
    rejected = list(islice(_rejected(mine.stored_as), SHOWN))
    return render_template("responses/import_tried.html", mine=mine, rejected=rejected)


@requires(IMPORT_RESPONSES)
def applied(import_id: int) -> Response:
    """Do what was tried."""
    run_by_id(ResponseImport, import_id)
    with attempt():
        counts = import_actions.apply_import(import_id, by=Actor.of(me()))
        flash(_("%(count)s responses are in.", count=counts.created), "success")
    return see_other("responses.tried", import_id=import_id)


@requires(IMPORT_RESPONSES)
def left(import_id: int) -> Response:
    """Give up a file that was tried."""
    run_by_id(ResponseImport, import_id)
    with attempt():
        import_actions.drop_import(import_id)
        flash(_("The file is removed. Nothing was imported from it."), "success")
        return see_other("responses.imports")
    return see_other("responses.tried", import_id=import_id)


@requires(IMPORT_RESPONSES)
def rejected_rows(import_id: int) -> Reply:
    """Send the rejected rows, each with its reason, as CSV."""
    mine = run_by_id(ResponseImport, import_id)
    table = ((one["row"], one["reason"], one["text"]) for one in _rejected(mine.stored_as))
    pieces = csv_safe.stream(chain([(_("Row"), _("Reason"), _("Text"))], table))
    name = 'attachment; filename="rejected.csv"'
    return Reply(
        stream_with_context(piece.encode() for piece in pieces),
        mimetype="text/csv",
        headers={"Content-Disposition": name, "Cache-Control": "no-store"},
    )


def _rejected(name: str) -> Iterator[dict[str, Any]]:
    for line in import_files.report_lines(name):
        yield {**line, "reason": _(line["reason"], **line["values"])}
