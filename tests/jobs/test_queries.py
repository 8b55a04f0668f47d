"""What a supervisor and the desk ask about workers and jobs."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from alembic.script import ScriptDirectory
from sqlalchemy import text

from feedback_app import clock
from feedback_app.database import transaction
from feedback_app.extensions import db
from feedback_app.jobs import queries, runs
from feedback_app.jobs.job import Job
from feedback_app.jobs.models import JobRun, Worker
from feedback_app.places import MIGRATIONS
from tests.conftest import POSTGRES

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
pytestmark = pytest.mark.usefixtures("app")


def _worker(
    name: str, seen: timedelta = timedelta(), trouble: timedelta | None = None, started: timedelta = timedelta()
) -> None:
    one = Worker(name=name, seen_at=NOON - seen, started_at=NOON - started)
    if trouble is not None:
        one.trouble, one.trouble_since = "no route", NOON - trouble
    with transaction() as session:
        session.add(one)


def _relay_trouble() -> str:
    found = queries.relay_trouble(queries.workers())
    return found.name if found else ""


def test_those_seen_within_two_minutes_are_alive_the_newest_first() -> None:
    with time_machine.travel(NOON, tick=False):
        _worker("old", started=HOUR)
        _worker("b-new", timedelta(seconds=119))
        _worker("a-new", timedelta(minutes=2))
        _worker("silent", timedelta(seconds=121))
        assert [one.name for one in queries.workers()] == ["a-new", "b-new", "old"]
        assert queries.last_seen() == NOON


def test_the_relay_is_in_trouble_when_all_have_left_it_alone_for_an_hour() -> None:
    with time_machine.travel(NOON, tick=False):
        assert _relay_trouble() == ""
        _worker("first", trouble=3 * HOUR)
        assert _relay_trouble() == "first"
        _worker("second", trouble=HOUR)
        assert _relay_trouble() == "second"  # since then nothing has left
        _worker("third", trouble=HOUR - timedelta(seconds=1))
        assert _relay_trouble() == ""


def test_one_worker_that_gets_through_is_enough() -> None:
    with time_machine.travel(NOON, tick=False):
        _worker("stuck", trouble=3 * HOUR)
        _worker("well")
        assert _relay_trouble() == ""


def test_a_silent_worker_says_nothing_about_the_relay() -> None:
    with time_machine.travel(NOON, tick=False):
        _worker("stuck", trouble=3 * HOUR)
        _worker("gone", seen=HOUR)
        assert _relay_trouble() == "stuck"


@pytest.mark.parametrize(("minutes", "well"), [(0, True), (2, True), (2.1, False), (600, False)])
def test_letters_wait_when_no_worker_was_seen_lately(minutes: float, well: bool) -> None:
    with time_machine.travel(NOON, tick=False):
        assert "no worker was seen lately" in queries.worker_trouble()
        _worker("w", timedelta(minutes=minutes))
        assert (queries.worker_trouble() == "") is well


def _ran(name: str, hours: int, outcome: str, finished: bool = True) -> None:
    at = NOON - hours * HOUR
    with transaction() as session:
        session.add(
            JobRun(name=name, slot=at, worker="w", started_at=at, finished_at=at if finished else None, outcome=outcome)
        )


def test_when_each_job_last_ended_well() -> None:
    _ran("import", 5, "")
    _ran("import", 3, "12 rows")
    _ran("import", 2, "failed: ValueError: no")
    _ran("import", 1, "", finished=False)
    _ran("send", 4, "failed twice, then well")
    _ran("broken", 1, "failed: no")
    assert queries.last_successes() == {"import": NOON - 3 * HOUR, "send": NOON - 4 * HOUR}


@pytest.mark.skipif(bool(POSTGRES), reason="its tables are kept for the next test")
def test_a_database_that_answers_is_no_trouble_but_one_without_tables_is_unknown() -> None:
    assert queries.database_trouble() == ""
    with transaction() as session:
        session.execute(text("DROP TABLE worker"))
    assert queries.worker_trouble() == "unknown: the database does not answer"
    assert queries.database_trouble() == ""


def test_tables_behind_the_newest_migration_say_what_to_run() -> None:
    behind = "the tables are not at the newest version: run feedback-app db upgrade"
    assert queries.migration_trouble() == behind
    with transaction() as session:
        session.execute(text("CREATE TABLE IF NOT EXISTS alembic_version (version_num VARCHAR(32) NOT NULL)"))
        session.execute(text("INSERT INTO alembic_version VALUES ('0001')"))
    assert queries.migration_trouble() == behind
    [head] = ScriptDirectory(str(MIGRATIONS)).get_heads()
    with transaction() as session:
        session.execute(text("UPDATE alembic_version SET version_num = :head").bindparams(head=head))
    assert queries.migration_trouble() == ""
    with transaction() as session:
        session.execute(text("DROP TABLE alembic_version"))


def test_a_sign_of_life_keeps_when_it_began_and_since_when_it_is_stuck() -> None:
    with time_machine.travel(NOON, tick=False):
        runs.beat("w")
    with time_machine.travel(NOON + HOUR, tick=False):
        runs.beat("w", "no route", NOON + HOUR / 2)
        db.session.expire_all()
        [one] = queries.workers()
        assert (one.started_at, one.seen_at) == (NOON, NOON + HOUR)
        assert (one.trouble, one.trouble_since) == ("no route", NOON + HOUR / 2)
        runs.beat("w", "x" * 400)
        db.session.expire_all()
        [one] = queries.workers()
        assert (one.trouble, one.trouble_since) == ("x" * 300, NOON + HOUR)
        runs.beat("w")
        db.session.expire_all()
        [one] = queries.workers()
        assert (one.trouble, one.trouble_since) == ("", None)


@pytest.mark.parametrize(("did", "outcome"), [(None, ""), ("", ""), (0, ""), (7, "7"), ("3 sent", "3 sent")])
def test_what_a_job_did_is_noted_in_words(did: object, outcome: str) -> None:
    job = Job("x", "x:y", HOUR)
    assert runs.run(job, lambda: did, "w", NOON) == outcome
    noted = db.session.query(JobRun).one()
    assert (noted.outcome, noted.worker, noted.slot) == (outcome, "w", NOON)
    assert noted.finished_at is not None
    assert noted.finished_at >= noted.started_at > clock.now() - HOUR


def test_a_long_outcome_is_cut_and_what_a_failing_job_wrote_is_taken_back() -> None:
    def fails() -> None:
        db.session.add(Worker(name="half done"))
        db.session.flush()
        raise ValueError("x" * 900)

    outcome = runs.run(Job("x", "x:y", HOUR), fails, "w", NOON)
    assert outcome == "failed: ValueError: " + "x" * 900
    assert db.session.query(JobRun).one().outcome == outcome[:500]
    assert db.session.query(Worker).count() == 0


def test_runs_are_kept_as_long_as_they_tell_something() -> None:
    with time_machine.travel(NOON, tick=False):
        for name, hours, outcome in (
            ("quiet", 23, ""), ("quiet", 25, ""), ("told", 25, "1"), ("told", 719, "1"), ("told", 721, "1"),
        ):  # fmt: skip
            _ran(name, hours, outcome)
        assert runs.prune() == "2 runs forgotten"
        assert runs.prune() == ""
    left = [(one.name, (NOON - one.slot) // HOUR) for one in db.session.query(JobRun).order_by(JobRun.slot.desc())]
    assert left == [("quiet", 23), ("told", 25), ("told", 719)]
