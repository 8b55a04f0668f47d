"""Questions a supervisor asks: is the database there, are migrations at head, is a worker alive."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import func, select, text
from sqlalchemy.exc import SQLAlchemyError

from feedback_app import clock
from feedback_app.errors import N_, Refused
from feedback_app.extensions import db
from feedback_app.jobs.models import JobRun, Worker
from feedback_app.places import MIGRATIONS

LONG = timedelta(hours=1)  # of trouble with the relay, after which a person should look
SILENT_AFTER = timedelta(minutes=2)  # a worker says it is there every 20 seconds


def database_trouble() -> str:
    """Return what keeps the database from answering, or ""."""
    try:
        db.session.execute(text("SELECT 1"))
    except SQLAlchemyError as error:
        db.session.rollback()
        return f"the database does not answer ({type(error).__name__}): check FEEDBACK_DATABASE_URL"
    return ""


OLDER = "the tables are not at the newest version: run feedback-app db upgrade"
NEWER = "the tables are of a newer version of the program: install that version, or restore an older backup"


def table_versions() -> tuple[str, ...]:
    """Return the migrations the tables are at, none when no migration ever ran. Raises SQLAlchemyError.

    Asked on a connection of its own: a reading left open would hold up the migration that follows.
    """
    with db.engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_heads()


def migration_trouble() -> str:
    """Return "" when the tables are at the newest migration, else what to do."""
    try:
        heads = table_versions()
    except SQLAlchemyError:
        return "unknown: the database does not answer"
    known = ScriptDirectory(str(MIGRATIONS))
    if set(heads) - {one.revision for one in known.walk_revisions()}:
        return NEWER
    return "" if set(heads) == set(known.get_heads()) else OLDER


def refuse_other_tables(*, older: bool = True) -> None:
    """Refuse to work on tables that another version of the program made.

    ``older=False`` lets older ones pass, for whoever is about to upgrade them. Tables that no migration made (none at
    all, or a test's) pass: the first statement says what they lack. Raises Refused.
    """
    if (trouble := migration_trouble()) == NEWER:
        raise Refused(N_("The tables are of a newer version of the program: install it, or restore an older backup."))
    if older and trouble == OLDER and table_versions():
        raise Refused(N_("The tables are of an older version of the program: run feedback-app db upgrade."))


def last_seen() -> datetime | None:
    """Return when any worker was last seen, None when there never was one."""
    return db.session.scalar(select(func.max(Worker.seen_at)))


def workers() -> list[Worker]:
    """Return the workers that are alive, the newest first."""
    alive = Worker.seen_at >= clock.now() - SILENT_AFTER
    return list(db.session.scalars(select(Worker).where(alive).order_by(Worker.started_at.desc(), Worker.name)))


def relay_trouble(alive: Sequence[Worker]) -> Worker | None:
    """Return one of the workers ``alive`` when all of them have left the relay alone for an hour, else None.

    It is the one that found the relay in trouble last, so nothing has left since its ``trouble_since``.
    """
    since = [one for one in alive if one.trouble and one.trouble_since]
    youngest = max(since, key=lambda one: one.trouble_since or one.seen_at, default=None)
    if youngest is None or len(since) < len(alive) or youngest.trouble_since is None:
        return None
    return youngest if clock.now() - youngest.trouble_since >= LONG else None


def last_successes() -> dict[str, datetime]:
    """Return when each job last ended well."""
    well = JobRun.finished_at.is_not(None) & ~JobRun.outcome.startswith("failed:", autoescape=True)
    rows = db.session.execute(select(JobRun.name, func.max(JobRun.finished_at)).where(well).group_by(JobRun.name))
    return {name: at for name, at in rows if at is not None}


def worker_trouble() -> str:
    """Return "" when a worker was seen within two minutes, else what to start."""
    try:
        seen = last_seen()
    except SQLAlchemyError:
        db.session.rollback()
        return "unknown: the database does not answer"
    if seen is None or clock.now() - seen > SILENT_AFTER:
        return "no worker was seen lately, letters wait: start feedback-app worker"
    return ""
