"""Taking in a list of contacts: first tried, so that one sees what it would do, then applied as one transaction."""

from __future__ import annotations

from datetime import timedelta
from pathlib import PurePath
from typing import BinaryIO

from sqlalchemy import text, update

from feedback_app import clock
from feedback_app.accounts.audit import Actor, note
from feedback_app.common.text import one_line
from feedback_app.contacts.importing import csv_import, row_store
from feedback_app.contacts.importing.import_pass import (
    Counts,
    Import,
    ImportPass,
    Progress,
)
from feedback_app.contacts.models import KINDS, ContactImport
from feedback_app.database import is_postgresql, transaction, updated_one
from feedback_app.errors import N_, NotFound, Refused
from feedback_app.extensions import db
from feedback_app.imports import files as import_files
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
    remove_old_imports()
    name = import_files.store(source)
    shown = one_line(PurePath(file_name.replace("\\", "/")).name)[:100] or "list.csv"
    try:
        seen, counts = _tried(name, Import(kind, language, _source(shown)), progress)
    except BaseException:
        import_files.remove(name)
        raise
    import_files.remove(name, import_files.LIST)  # what was read from it is kept in rows
    with transaction() as session:
        made = ContactImport(
            file_name=shown,
            stored_as=name,
            default_kind=kind,
            default_language=language,
            counts={**counts.as_dict(), **seen},
            by_id=by.staff_id,
        )
        session.add(made)
        session.flush()
        return made.id


def _source(file_name: str) -> str:
    return f"import: {file_name}"[:120]


def _tried(name: str, what: Import, progress: Progress | None) -> tuple[dict[str, object], Counts]:
    """Read the stored list and see what its rows would do; return how it was understood, and the counts."""
    with (
        import_files.open_list(name) as file,
        import_files.new_lines(name, import_files.ROWS) as kept,
        import_files.new_lines(name, import_files.REPORT) as report,
    ):
        opened = csv_import.read(file)
        rows = row_store.written(opened.rows, kept)
        counts = ImportPass(db.session(), what, report, writing=False).run(rows, progress)
    if counts.rows == 0:
        raise Refused(N_("The file has a heading and no rows below it. Add the people and try again."))
    columns = [list(column) for column in opened.columns]
    return {"encoding": opened.encoding, "delimiter": opened.delimiter, "columns": columns}, counts


def _applied(name: str, what: Import, progress: Progress | None) -> Counts:
    try:
        rows = import_files.open_rows(name)
    except FileNotFoundError as error:
        raise Refused(N_("The list is kept for one day only and is gone. Choose the file again.")) from error
    with rows, import_files.new_lines(name, import_files.REPORT) as report:
        return ImportPass(db.session(), what, report, writing=True).run(row_store.read(rows), progress)


def apply_import(import_id: int, *, by: Actor, progress: Progress | None = None) -> Counts:
    """Import exactly the rows that were tried; all of them in one transaction, or nothing.

    Broken rows are left out and reported, as the dry run said. Doing it twice is refused; importing the same file
    again changes nothing. No suppression is lifted. Raises NotFound, or Refused when the list is gone or was applied.
    """
    with transaction() as session:
        if is_postgresql():
            session.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": _ONE_AT_A_TIME})
        tried = session.get(ContactImport, import_id)
        if tried is None:
            raise NotFound(N_("There is no such import."))
        mine = update(ContactImport).where(ContactImport.id == import_id, ContactImport.state == "tried")
        if not updated_one(mine.values(state="applied", applied_at=clock.now())):
            raise Refused(N_("This list was imported already, or given up. Choose the file again if it has changed."))
        what = Import(tried.default_kind, tried.default_language, _source(tried.file_name))
        counts = _applied(tried.stored_as, what, progress)
        tried.counts = {**tried.counts, **counts.as_dict()}
        note(by, "imported", "contact_import", import_id, tried.file_name, **counts.as_dict())
        name = tried.stored_as
    import_files.remove(name, import_files.ROWS)
    return counts


def drop_import(import_id: int) -> None:
    """Give up a list that was tried, and remove it with its report. Raises Refused when it was applied meanwhile."""
    with transaction() as session:
        mine = update(ContactImport).where(ContactImport.id == import_id, ContactImport.state == "tried")
        if not updated_one(mine.values(state="failed")):
            raise Refused(N_("This list was imported already, or given up. Choose the file again if it has changed."))
        name = session.scalar(db.select(ContactImport.stored_as).where(ContactImport.id == import_id))
    import_files.remove(name)


def remove_old_imports() -> int:
    """Remove uploaded lists and reports older than a day and return how many files that were. Safe to repeat."""
    removed = import_files.remove_old()
    border = clock.now() - timedelta(seconds=import_files.KEPT_SECONDS)
    with transaction() as session:
        session.execute(
            update(ContactImport)
            .where(ContactImport.state == "tried", ContactImport.created_at < border)
            .values(state="failed")
        )
    return removed
