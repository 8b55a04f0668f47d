"""The life of an import: tried, then applied or dropped; a file that nobody comes back to is dropped after a day."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import PurePath
from typing import Any, BinaryIO, TypeVar

from sqlalchemy import update

from feedback_app import clock
from feedback_app.common.text import one_line
from feedback_app.database import require_transaction, transaction, updated_one
from feedback_app.errors import N_, Refused
from feedback_app.imports import files
from feedback_app.imports.models import ImportRun
from feedback_app.imports.queries import run_by_id

FILE_NAME = 100  # characters
DONE = N_("This file was imported already, or given up. Choose it again if it has changed.")
GONE = N_("The file is kept for one day only and is gone. Choose it again.")
Run = TypeVar("Run", bound=ImportRun)
Opened = TypeVar("Opened")


def shown(file_name: str, unnamed: str) -> str:
    """Return the name of an uploaded file as it may be shown: no folders, one line; ``unnamed`` when none is left."""
    return one_line(PurePath(file_name.replace("\\", "/")).name)[:FILE_NAME] or unnamed


def keep_tried(run: ImportRun, source: BinaryIO, look: Callable[[str], dict[str, Any]]) -> int:
    """Keep ``source`` for a day, find out what importing it would do, and return the id of ``run``, now stored.

    ``look`` is given the name under which the file is kept; it writes its report there, changes no other table, and
    returns what it counted. Where it raises, nothing is kept.
    """
    remove_old_imports()
    run.stored_as = files.store(source)
    try:
        run.counts = look(run.stored_as)
    except BaseException:
        files.remove(run.stored_as)
        raise
    with transaction() as session:
        session.add(run)
        session.flush()
        return run.id


def claim(kind: type[Run], import_id: int) -> Run:
    """Turn an import from tried to applied and return it; joins the caller's transaction, which does the rest.

    Raises NotFound, or Refused when it was applied or dropped meanwhile.
    """
    require_transaction()
    run = run_by_id(kind, import_id)
    _move(import_id, state="applied", applied_at=clock.now())
    return run


def opened(opener: Callable[[str], Opened], run: ImportRun) -> Opened:
    """Open a file of ``run`` by ``opener``; raises Refused when its day is over."""
    try:
        return opener(run.stored_as)
    except FileNotFoundError as error:
        raise Refused(GONE) from error


def drop_import(kind: type[Run], import_id: int) -> None:
    """Give up a file that was tried, and remove it with its report.

    Raises NotFound, or Refused when it was applied or dropped meanwhile.
    """
    with transaction():
        name = run_by_id(kind, import_id).stored_as
        _move(import_id, state="dropped")
    files.remove(name)


def _move(import_id: int, **values: object) -> None:
    tried = update(ImportRun).where(ImportRun.id == import_id, ImportRun.state == "tried")
    if not updated_one(tried.values(**values)):
        raise Refused(DONE)


def remove_old_imports() -> int:
    """Remove uploaded files and reports older than a day and return how many files that were. Safe to repeat."""
    removed = files.remove_old()
    border = clock.now() - timedelta(seconds=files.KEPT_SECONDS)
    with transaction() as session:
        old = update(ImportRun).where(ImportRun.state == "tried", ImportRun.created_at < border)
        session.execute(old.values(state="dropped"))
    return removed
