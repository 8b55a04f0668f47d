"""Runs of jobs, once per due moment however many workers there are, and the signs of life of workers."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, cast

import structlog
from sqlalchemy import CursorResult, and_, delete, or_, update

from feedback_app import clock
from feedback_app.database import insert, rowcount_of, transaction
from feedback_app.extensions import db
from feedback_app.jobs.job import Job, Verb
from feedback_app.jobs.models import JobRun, Worker

UNEVENTFUL = timedelta(days=1)  # how long runs are kept that found nothing to do
EVENTFUL = timedelta(days=30)
GONE = timedelta(days=1)  # how long a worker that fell silent is listed
LONGEST = 500
log = structlog.get_logger()


def run(job: Job, verb: Verb, worker: str, slot: datetime) -> str | None:
    """Run ``job`` for ``slot`` unless some worker took that slot; return what it did, None when it was taken.

    An error of the verb ends in the log and in the run's outcome, never further: other jobs go on.
    """
    if not _take(job, worker, slot):
        return None
    try:
        did = verb()
        outcome = str(did) if did else ""  # nothing, "" and 0 all say: nothing to do
    except Exception as error:
        db.session.rollback()
        log.exception("a job failed", job=job.name)
        outcome = f"failed: {type(error).__name__}: {error}"
    _close(job, slot, outcome[:LONGEST])
    return outcome


def _take(job: Job, worker: str, slot: datetime) -> bool:
    row = {"name": job.name, "slot": slot, "worker": worker, "started_at": clock.now(), "outcome": ""}
    statement = insert(JobRun).values(**row).on_conflict_do_nothing(index_elements=["name", "slot"])
    with transaction():
        return rowcount_of(statement) == 1


def _close(job: Job, slot: datetime, outcome: str) -> None:
    with transaction() as session:
        session.execute(
            update(JobRun)
            .where(JobRun.name == job.name, JobRun.slot == slot)
            .values(finished_at=clock.now(), outcome=outcome)
        )


def prune() -> str:
    """Forget runs that did nothing after a day, others after a month, and workers silent for a day."""
    now = clock.now()
    with transaction() as session:
        old = or_(
            JobRun.started_at < now - EVENTFUL,
            and_(JobRun.started_at < now - UNEVENTFUL, JobRun.outcome == ""),
        )
        runs = cast("CursorResult[Any]", session.execute(delete(JobRun).where(old))).rowcount
        session.execute(delete(Worker).where(Worker.seen_at < now - GONE))
    return f"{runs} runs forgotten" if runs else ""


def beat(worker: str, trouble: str = "", since: datetime | None = None) -> None:
    """Say that ``worker`` is there; ``trouble`` is why it leaves the relay alone just now, "" when it does not."""
    now = clock.now()
    said = {"seen_at": now, "trouble": trouble[:300], "trouble_since": since or now if trouble else None}
    row = insert(Worker).values(name=worker, started_at=now, **said)
    with transaction() as session:
        session.execute(row.on_conflict_do_update(index_elements=["name"], set_=said))


def leave(worker: str) -> None:
    """Say that ``worker`` ended as it should."""
    with transaction() as session:
        session.execute(delete(Worker).where(Worker.name == worker))
