"""Taking in answers that a company already has: tried first, then applied as one transaction, or not at all."""

from __future__ import annotations

from typing import Any, BinaryIO, TextIO

from sqlalchemy import select

from feedback_app import clock
from feedback_app.contacts.models import KINDS
from feedback_app.database import transaction
from feedback_app.errors import N_, Refused
from feedback_app.events.actions import record
from feedback_app.events.actor import Actor
from feedback_app.extensions import db
from feedback_app.imports import actions as import_runs
from feedback_app.imports import files as import_files
from feedback_app.imports.import_pass import Progress
from feedback_app.organisation.queries import current as organisation
from feedback_app.responses import events
from feedback_app.responses.importing import csv_answers
from feedback_app.responses.importing.import_pass import AnswerCounts, Import, import_rows
from feedback_app.responses.models import ResponseImport
from feedback_app.settings import LANGUAGES
from feedback_app.surveys.models import Survey
from feedback_app.surveys.queries import by_id, by_slug, form_spec

NO_ROWS = N_("The file has a heading and no rows below it. Add the answers and try again.")
UNNAMED = "answers.csv"


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
    return Import(survey.id, kind, language, _source(file_name), create_contacts)


def _source(file_name: str) -> str:
    return f"answers: {import_runs.shown(file_name, UNNAMED)}"[:120]


def import_answers(
    what: Import, file: BinaryIO, report: TextIO, *, by: Actor, dry_run: bool, progress: Progress | None = None
) -> AnswerCounts:
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
        record(events.IMPORTED, by, what.survey_id, source=what.source, **counts.as_dict())
    return counts


def _one_at_a_time(survey_id: int) -> None:
    """Let two imports into one survey wait for each other; people can answer meanwhile (FOR NO KEY UPDATE)."""
    db.session.execute(select(Survey.id).where(Survey.id == survey_id).with_for_update(key_share=True))


def _run(
    what: Import, file: BinaryIO, report: TextIO, *, writing: bool, progress: Progress | None = None
) -> tuple[AnswerCounts, dict[str, Any]]:
    form = form_spec(what.survey_id, by_id(what.survey_id).changed_at)
    opened = csv_answers.read(file, form, organisation().timezone, clock.now())
    counts = import_rows(opened.rows, what, form, report, writing=writing, progress=progress)
    if counts.rows == 0:
        raise Refused(NO_ROWS)
    columns = [[one.heading, one.meaning] for one in opened.columns]
    return counts, {"encoding": opened.encoding, "delimiter": opened.delimiter, "columns": columns}


def try_import(what: Import, source: BinaryIO, file_name: str, *, by: Actor) -> int:
    """Keep an uploaded file for a day, find out what importing it would do, and return the id of the import.

    No response changes. Raises Refused with one line when nothing in the file can be used; then nothing is kept.
    """
    run = ResponseImport(
        survey_id=what.survey_id,
        file_name=import_runs.shown(file_name, UNNAMED),
        default_kind=what.kind,
        default_language=what.language,
        options={"create_contacts": what.create_contacts},
        by_id=by.staff_id,
    )
    return import_runs.keep_tried(run, source, lambda name: _tried(name, what))


def _tried(name: str, what: Import) -> dict[str, Any]:
    with import_files.open_list(name) as file, import_files.new_lines(name, import_files.REPORT) as report:
        counts, seen = _run(what, file, report, writing=False)
    return {**counts.as_dict(), **seen}


def apply_import(import_id: int, *, by: Actor) -> AnswerCounts:
    """Import a file that was tried; all of it in one transaction, or nothing.

    Raises NotFound, or Refused when it was applied or given up meanwhile, or its day is over.
    """
    with transaction():
        run = import_runs.claim(ResponseImport, import_id)
        name, what = run.stored_as, _what(run)
        _one_at_a_time(what.survey_id)
        with (
            import_runs.opened(import_files.open_list, run) as file,
            import_files.new_lines(name, import_files.REPORT) as report,
        ):
            counts = _run(what, file, report, writing=True)[0]
        run.counts = {**run.counts, **counts.as_dict()}
        record(events.IMPORTED, by, what.survey_id, source=what.source, **counts.as_dict())
    import_files.remove(name, import_files.LIST)
    return counts


def _what(run: ResponseImport) -> Import:
    create = bool(run.options["create_contacts"])
    return Import(run.survey_id, run.default_kind, run.default_language, _source(run.file_name), create)


def drop_import(import_id: int) -> None:
    """Give up a file that was tried, and remove it. Raises Refused when it was applied meanwhile."""
    import_runs.drop_import(ResponseImport, import_id)
