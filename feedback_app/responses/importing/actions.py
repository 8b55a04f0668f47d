"""Taking in answers that a company already has: tried first, then applied as one transaction, or not at all."""

from __future__ import annotations

from pathlib import PurePath
from typing import Any, BinaryIO, TextIO

from sqlalchemy import select, update

from feedback_app import clock
from feedback_app.accounts.audit import Actor, note
from feedback_app.common.text import one_line
from feedback_app.contacts.models import KINDS
from feedback_app.database import transaction, updated_one
from feedback_app.errors import N_, NotFound, Refused
from feedback_app.extensions import current_settings, db
from feedback_app.imports import files as import_files
from feedback_app.imports.first_seen import Seen
from feedback_app.responses.importing import csv_answers
from feedback_app.responses.importing.import_pass import (
    Counts,
    Import,
    ImportPass,
    Progress,
)
from feedback_app.responses.models import ResponseImport
from feedback_app.settings import LANGUAGES
from feedback_app.surveys.models import Survey
from feedback_app.surveys.queries import by_id, by_slug, form_spec

NO_ROWS = N_("The file has a heading and no rows below it. Add the answers and try again.")
GONE = N_("This file was imported already, or given up. Choose it again if it has changed.")


def plan(slug: str, file_name: str, kind: str, language: str, *, create_contacts: bool = True) -> Import:
    """Return what an import into the survey called ``slug`` must know.

    Raises NotFound, or Refused when the survey is a draft (its questions could still go, and the answers with them)
    or kind or language is unknown.
    """
    survey = by_slug(slug)
    if survey.state == "draft":
        raise Refused(N_("“%(slug)s” is still a draft. Publish it first, so that its questions stay."), slug=slug)
    if kind not in KINDS or language not in LANGUAGES:
        raise Refused(N_("Choose a kind of contact and a language for rows that do not say."))
    return Import(survey.id, kind, language, f"answers: {shown(file_name)}"[:120], create_contacts)


def shown(file_name: str) -> str:
    """Return the name of an uploaded file as it may be shown: no folders, one line."""
    return one_line(PurePath(file_name.replace("\\", "/")).name)[:100] or "answers.csv"


def import_answers(
    what: Import, file: BinaryIO, report: TextIO, *, by: Actor, dry_run: bool, progress: Progress | None = None
) -> Counts:
    """Import ``file`` (binary, seekable), all of it in one transaction, and return what became of its rows.

    With ``dry_run`` the same is decided and nothing written. Rows that cannot be taken are left out; ``report`` gets
    a JSON line for each (row, reason, values, text). A second import of the same file changes nothing: rows are known
    by their id, or by who said what when. No suppression is lifted. Raises Refused when the file cannot be used.
    """
    if dry_run:
        return _run(what, file, report, writing=False, progress=progress)[0]
    with transaction():
        _one_at_a_time(what.survey_id)
        counts, _ = _run(what, file, report, writing=True, progress=progress)
        note(by, "imported answers", "survey", what.survey_id, what.source, **counts.as_dict())
    return counts


def _one_at_a_time(survey_id: int) -> None:
    """Let two imports into one survey wait for each other; people can answer meanwhile (FOR NO KEY UPDATE)."""
    db.session.execute(select(Survey.id).where(Survey.id == survey_id).with_for_update(key_share=True))


def _run(
    what: Import, file: BinaryIO, report: TextIO, *, writing: bool, progress: Progress | None = None
) -> tuple[Counts, dict[str, Any]]:
    spec = form_spec(what.survey_id, by_id(what.survey_id).changed_at)
    opened = csv_answers.read(file, spec, current_settings().timezone, clock.now())
    with Seen() as seen:
        counts = ImportPass(db.session(), what, spec, report, seen, writing=writing).run(opened.rows, progress)
    if counts.rows == 0:
        raise Refused(NO_ROWS)
    columns = [[one.heading, one.meaning] for one in opened.columns]
    return counts, {"encoding": opened.encoding, "delimiter": opened.delimiter, "columns": columns}


def try_import(what: Import, source: BinaryIO, file_name: str, *, by: Actor) -> int:
    """Keep an uploaded file for a day, find out what importing it would do, and return the id of the import.

    No response changes. Raises Refused with one line when nothing in the file can be used; then nothing is kept.
    """
    import_files.remove_old()
    name = import_files.store(source)
    try:
        with import_files.open_list(name) as file, import_files.new_lines(name, import_files.REPORT) as report:
            counts, seen = _run(what, file, report, writing=False)
    except BaseException:
        import_files.remove(name)
        raise
    with transaction() as session:
        made = ResponseImport(
            survey_id=what.survey_id,
            file_name=shown(file_name),
            stored_as=name,
            default_kind=what.kind,
            default_language=what.language,
            create_contacts=what.create_contacts,
            counts={**counts.as_dict(), **seen},
            by_id=by.staff_id,
        )
        session.add(made)
        session.flush()
        return made.id


def tried(import_id: int) -> ResponseImport:
    """Return one import; raises NotFound."""
    found = db.session.get(ResponseImport, import_id)
    if found is None:
        raise NotFound(N_("There is no such import."))
    return found


def apply_import(import_id: int, *, by: Actor) -> Counts:
    """Import a file that was tried; all of it in one transaction, or nothing.

    Raises NotFound, or Refused when it was applied or given up meanwhile, or its day is over.
    """
    with transaction():
        mine = tried(import_id)
        guard = update(ResponseImport).where(ResponseImport.id == import_id, ResponseImport.state == "tried")
        if not updated_one(guard.values(state="applied", applied_at=clock.now())):
            raise Refused(GONE)
        source = f"answers: {mine.file_name}"[:120]
        what = Import(mine.survey_id, mine.default_kind, mine.default_language, source, mine.create_contacts)
        _one_at_a_time(what.survey_id)
        counts = _applied(mine.stored_as, what)
        mine.counts = {**mine.counts, **counts.as_dict()}
        note(by, "imported answers", "survey", what.survey_id, what.source, **counts.as_dict())
        name = mine.stored_as
    import_files.remove(name, import_files.LIST)
    return counts


def _applied(name: str, what: Import) -> Counts:
    try:
        file = import_files.open_list(name)
    except FileNotFoundError as error:
        raise Refused(N_("The file is kept for one day only and is gone. Choose it again.")) from error
    with file, import_files.new_lines(name, import_files.REPORT) as report:
        return _run(what, file, report, writing=True)[0]


def drop_import(import_id: int) -> None:
    """Give up a file that was tried, and remove it. Raises Refused when it was applied meanwhile."""
    with transaction():
        mine = tried(import_id)
        guard = update(ResponseImport).where(ResponseImport.id == import_id, ResponseImport.state == "tried")
        if not updated_one(guard.values(state="failed")):
            raise Refused(GONE)
        name = mine.stored_as
    import_files.remove(name)
