"""Taking in a list of contacts: first tried, so that one sees what it would do, then applied as one transaction."""

from __future__ import annotations

from typing import Any, BinaryIO

from sqlalchemy import text

from feedback_app.contacts import events
from feedback_app.contacts.importing import csv_import, row_store
from feedback_app.contacts.importing.import_pass import ContactCounts, Import, import_rows
from feedback_app.contacts.models import KINDS, ContactImport
from feedback_app.database import is_postgresql, transaction
from feedback_app.errors import N_, Refused
from feedback_app.events.actions import record
from feedback_app.events.actor import Actor
from feedback_app.imports import actions as import_runs
from feedback_app.imports import files as import_files
from feedback_app.imports.import_pass import Progress
from feedback_app.settings import LANGUAGES

_ONE_AT_A_TIME = 7_310_001  # PostgreSQL's advisory lock that makes two imports wait for each other, not deadlock


def try_import(
    source: BinaryIO, file_name: str, *, by: Actor, kind: str, language: str, progress: Progress | None = None
) -> int:
    """Read a list, find out what importing it would do, and return the id of the import. No contact changes.

    ``source`` is binary; ``kind`` and ``language`` are for newcomers of whom the list does not say. What was read is
    kept for a day. Raises Refused with one line when nothing in the file can be used; then nothing is kept.
    """
    if kind not in KINDS or language not in LANGUAGES:
        raise Refused(N_("Choose a kind of contact and a language for rows that do not say."))
    shown = import_runs.shown(file_name, "list.csv")
    run = ContactImport(file_name=shown, default_kind=kind, default_language=language, by_id=by.staff_id)
    return import_runs.keep_tried(run, source, lambda name: _tried(name, _what(run), progress))


def _what(run: ContactImport) -> Import:
    return Import(run.default_kind, run.default_language, f"import: {run.file_name}"[:120])


def _tried(name: str, what: Import, progress: Progress | None) -> dict[str, Any]:
    """Read the kept list and see what its rows would do; return the counts, and how it was understood."""
    with (
        import_files.open_list(name) as file,
        import_files.new_lines(name, import_files.ROWS) as kept,
        import_files.new_lines(name, import_files.REPORT) as report,
    ):
        opened = csv_import.read(file)
        counts = import_rows(row_store.written(opened.rows, kept), what, report, writing=False, progress=progress)
    if counts.rows == 0:
        raise Refused(N_("The file has a heading and no rows below it. Add the people and try again."))
    import_files.remove(name, import_files.LIST)  # what was read from it is kept in rows
    columns = [list(column) for column in opened.columns]
    return {**counts.as_dict(), "encoding": opened.encoding, "delimiter": opened.delimiter, "columns": columns}


def apply_import(import_id: int, *, by: Actor, progress: Progress | None = None) -> ContactCounts:
    """Import exactly the rows that were tried; all of them in one transaction, or nothing.

    Broken rows are left out and reported, as the dry run said. Doing it twice is refused; importing the same file
    again changes nothing. No suppression is lifted. Raises NotFound, or Refused when the list is gone or was applied.
    """
    with transaction() as session:
        if is_postgresql():
            session.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": _ONE_AT_A_TIME})
        run = import_runs.claim(ContactImport, import_id)
        name, what = run.stored_as, _what(run)
        with (
            import_runs.opened(import_files.open_rows, run) as rows,
            import_files.new_lines(name, import_files.REPORT) as report,
        ):
            counts = import_rows(row_store.read(rows), what, report, writing=True, progress=progress)
        run.counts = {**run.counts, **counts.as_dict()}
        record(events.IMPORTED, by, import_id, name=run.file_name, **counts.as_dict())
    import_files.remove(name, import_files.ROWS)
    return counts


def drop_import(import_id: int) -> None:
    """Give up a list that was tried, and remove it with its report. Raises Refused when it was applied meanwhile."""
    import_runs.drop_import(ContactImport, import_id)
