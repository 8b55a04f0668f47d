"""Pages for taking in a list: choose, see what it would do, import."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain, islice
from typing import Any

from flask import Response, flash, render_template, stream_with_context
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from feedback_app.accounts import rights
from feedback_app.accounts.access import me, requires
from feedback_app.contacts.forms import ImportForm
from feedback_app.contacts.importing import actions as import_actions
from feedback_app.contacts.importing import row_store
from feedback_app.contacts.importing.csv_import import Row
from feedback_app.contacts.models import KIND_NAMES, ContactImport
from feedback_app.contacts.words import REASON_WORDS, column_words
from feedback_app.events.actor import Actor
from feedback_app.exports import csv_safe
from feedback_app.imports import files as import_files
from feedback_app.imports.queries import run_by_id
from feedback_app.organisation.queries import current as organisation
from feedback_app.web.forms import ConfirmForm
from feedback_app.web.limits.body_limits import takes_files
from feedback_app.web.pages import attempt, see_other

SHOWN = 50  # lines of the report on the page; all of them are in the file to download
SAMPLE = 5

Page = str | AnyResponse


def _reason(line: dict[str, Any]) -> str:
    if line["outcome"] == "suppressed":
        return str(REASON_WORDS.get(line["reason"], line["reason"]))
    return str(_(line["reason"], **line["values"]))


def _report(name: str) -> Iterator[dict[str, Any]]:
    for line in import_files.report_lines(name):
        yield {**line, "reason": _reason(line)}


@requires(rights.EDIT_CONTACTS)
@takes_files
def import_list() -> Page:
    """Choose a list; sending it tries it and changes nothing yet."""
    form = ImportForm(default_language=organisation().language)
    if form.validate_on_submit():
        upload = form.file.data
        with attempt():
            import_id = import_actions.try_import(
                upload.stream,
                upload.filename or "",
                by=Actor.of(me()),
                kind=form.kind.data,
                language=form.language.data,
            )
            return see_other("contacts.show_import", import_id=import_id)
    return render_template("contacts/import.html", form=form)


@requires(rights.EDIT_CONTACTS)
def show_import(import_id: int) -> Page:
    """Show what a list would do, or did."""
    contact_import = run_by_id(ContactImport, import_id)
    first = row_store.read(import_files.first_rows(contact_import.stored_as, SAMPLE * 4))
    return render_template(
        "contacts/imported.html",
        one=contact_import,
        sample=list(islice((row for row in first if isinstance(row, Row)), SAMPLE)),
        lines=list(islice(_report(contact_import.stored_as), SHOWN)),
        column_words=column_words,
        kinds=KIND_NAMES,
    )


@requires(rights.EDIT_CONTACTS)
def apply_import(import_id: int) -> Page:
    """Import the list that was tried."""
    if ConfirmForm().validate_on_submit():
        with attempt():
            import_actions.apply_import(import_id, by=Actor.of(me()))
    return see_other("contacts.show_import", import_id=import_id)


@requires(rights.EDIT_CONTACTS)
def drop_import(import_id: int) -> Page:
    """Give the list up."""
    if ConfirmForm().validate_on_submit():
        with attempt():
            import_actions.drop_import(import_id)
            flash(_("The list was given up and removed. No contact was changed."), "success")
    return see_other("contacts.import_list")


@requires(rights.EDIT_CONTACTS)
def import_report(import_id: int) -> Page:
    """Hand out the whole report: a reason for every row that was rejected or is not written to."""
    one = run_by_id(ContactImport, import_id)
    head = [_("row"), _("outcome"), _("reason"), _("text of the row")]
    rows = ([line["row"], _(line["outcome"]), line["reason"], line["text"]] for line in _report(one.stored_as))
    return Response(
        stream_with_context(csv_safe.stream(chain([head], rows))),
        mimetype="text/csv",
        headers={"Content-Disposition": f'attachment; filename="import-{import_id}-report.csv"'},
    )
