"""Jobs run once per due moment, and a worker says what it did."""

from __future__ import annotations

import json
import logging
import threading
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from apscheduler.events import EVENT_JOB_MAX_INSTANCES
from click.testing import CliRunner
from flask import Flask

from feedback_app import clock
from feedback_app.cli import feedback_app
from feedback_app.database import transaction
from feedback_app.delivery import queries
from feedback_app.delivery.models import OutgoingEmail
from feedback_app.extensions import current_settings, db
from feedback_app.jobs import runs
from feedback_app.jobs.job import Job
from feedback_app.jobs.models import JobRun, Worker
from feedback_app.jobs.queries import worker_trouble
from feedback_app.jobs.worker import WorkerProcess
from feedback_app.registry import JOBS, RENDERERS
from tests.delivery.helpers import queue, states

calls: list[str] = []


def a_verb() -> int:
    calls.append("called")
    return len(calls)


def a_failing_verb() -> None:
    raise ValueError("no")


HOURLY = Job("hourly", f"{__name__}:a_verb", timedelta(hours=1))
NIGHTLY = Job("nightly", f"{__name__}:a_verb", timedelta(days=1), at=timedelta(hours=2))


@pytest.fixture(autouse=True)
def no_calls() -> None:
    calls.clear()


def test_a_slot_is_the_last_due_moment() -> None:
    assert HOURLY.slot(datetime(2026, 5, 4, 10, 59, tzinfo=UTC)) == datetime(2026, 5, 4, 10, tzinfo=UTC)
    assert NIGHTLY.slot(datetime(2026, 5, 4, 1, 59, tzinfo=UTC)) == datetime(2026, 5, 3, 2, tzinfo=UTC)
    assert NIGHTLY.slot(datetime(2026, 5, 4, 2, 0, tzinfo=UTC)) == datetime(2026, 5, 4, 2, tzinfo=UTC)


@pytest.mark.parametrize("job", JOBS, ids=lambda job: job.name)
def test_every_job_of_the_list_has_a_verb(job: Job) -> None:
    assert callable(job.load())
    assert job.every >= timedelta(seconds=1)


def test_names_are_unique_and_renderers_can_be_called() -> None:
    assert len({job.name for job in JOBS}) == len(JOBS)
    assert all(callable(one) for one in RENDERERS.values())


def test_a_slot_is_run_once_whoever_asks(app: Flask) -> None:
    slot = HOURLY.slot(clock.now())
    assert runs.run(HOURLY, a_verb, "one", slot) == "1"
    assert runs.run(HOURLY, a_verb, "two", slot) is None
    assert runs.run(HOURLY, a_verb, "two", slot + HOURLY.every) == "2"
    assert [(one.worker, one.outcome) for one in db.session.query(JobRun).order_by(JobRun.slot)] == [
        ("one", "1"),
        ("two", "2"),
    ]


def test_an_error_ends_in_the_outcome_and_nowhere_else(app: Flask) -> None:
    assert runs.run(HOURLY, a_failing_verb, "one", HOURLY.slot(clock.now())) == "failed: ValueError: no"
    run = db.session.query(JobRun).one()
    assert run.finished_at is not None


def test_every_job_of_the_house_runs_on_an_empty_database_and_runs_twice(app: Flask) -> None:
    for _ in range(2):
        for job in JOBS:
            outcome = runs.run(job, job.load(), "w", clock.now())
            assert not str(outcome).startswith("failed"), (job.name, outcome)


def test_old_runs_are_forgotten(app: Flask) -> None:
    now = clock.now()
    with transaction() as session:
        for days, outcome in ((2, ""), (2, "5 sent"), (40, "5 sent"), (0, "")):
            at = now - timedelta(days=days, minutes=len(outcome))
            session.add(JobRun(name="x", slot=at, worker="w", started_at=at, outcome=outcome))
        session.add(Worker(name="gone", seen_at=now - timedelta(days=2)))
        session.add(Worker(name="here", seen_at=now))
    assert runs.prune() == "2 runs forgotten"
    assert db.session.query(JobRun).count() == 2
    assert [one.name for one in db.session.query(Worker)] == ["here"]


def test_a_worker_is_seen_while_it_beats(app: Flask) -> None:
    assert worker_trouble()
    runs.beat("w")
    runs.beat("w")
    assert worker_trouble() == ""
    with time_machine.travel(clock.now() + timedelta(minutes=3)):
        assert worker_trouble()
    runs.leave("w")
    assert db.session.query(Worker).count() == 0


def test_until_idle_sends_and_says_what_waits(bare_app: Flask) -> None:
    with bare_app.app_context():
        queue("a@example.org", "b@example.org")
        queue("later@example.org", kind="later", not_before=clock.now() + timedelta(hours=1))
        folder = current_settings().mail_folder
    result = CliRunner().invoke(feedback_app, ["worker", "--until-idle"], obj=lambda: bare_app)
    assert result.exit_code == 0, result.output
    assert "letters: 2 sent" in result.output
    assert "1 letters wait, the next at " in result.output
    assert folder is not None
    assert len(list(folder.glob("*.eml"))) == 2
    assert not list(folder.glob("*.new"))


def test_until_idle_as_json_and_only_jobs(bare_app: Flask) -> None:
    with bare_app.app_context():
        queue("a@example.org")
    result = CliRunner().invoke(
        feedback_app, ["worker", "--until-idle", "--only", "jobs", "--json"], obj=lambda: bare_app
    )
    assert json.loads(result.stdout)["waiting"] == 1
    with bare_app.app_context():
        assert states() == {"a@example.org": "queued"}


def test_until_idle_fails_clearly_when_nothing_can_leave(bare_app: Flask) -> None:
    with bare_app.app_context():
        queue("a@example.org")
        folder = current_settings().mail_folder
        assert folder is not None
        folder.parent.mkdir(parents=True, exist_ok=True)
        folder.write_text("a file where the folder should be")
    result = CliRunner().invoke(feedback_app, ["worker", "--until-idle", "--only", "sender"], obj=lambda: bare_app)
    assert result.exit_code == 1
    assert "letters wait: the folder" in result.output
    with bare_app.app_context():
        assert states() == {"a@example.org": "queued"}


def test_a_mistake_in_the_list_shows_at_the_start(app: Flask) -> None:
    app.config["JOBS"] = (Job("x", "feedback_app.nowhere:nothing", timedelta(minutes=1)),)
    with pytest.raises(ImportError):
        WorkerProcess(app)


def test_mail_commands(bare_app: Flask) -> None:
    def run(*words: str) -> str:
        result = CliRunner().invoke(feedback_app, ["mail", *words], obj=lambda: bare_app)
        return result.output if not result.exit_code else f"exit {result.exit_code}: {result.output}"

    assert "No letter was ever queued" in run("status")
    with bare_app.app_context():
        queue("a@example.org", values={})
    assert run("pause") == "All letters are held back.\n"
    assert run("pause") == "They were held back already.\n"
    CliRunner().invoke(feedback_app, ["worker", "--until-idle", "--only", "sender"], obj=lambda: bare_app)
    assert "held back by command: all letters, since" in run("status")
    assert run("resume") == "Letters leave again.\n"
    CliRunner().invoke(feedback_app, ["worker", "--until-idle", "--only", "sender"], obj=lambda: bare_app)
    told = json.loads(run("status", "--json"))
    assert told["states"]["failed"] == 1
    assert told["last_errors"][0]["reply"] == "the letter has a place {{said}} that nothing fills"
    assert run("resend").startswith("exit 1: Error: Say which")
    assert run("resend", "--failed") == "queued again, failed before: 1 letter\n"
    with bare_app.app_context():
        assert queries.status().due == 1
        assert db.session.query(OutgoingEmail).one().attempts == 0


def test_a_job_that_outlasts_its_slot_is_let_finish_and_no_warning_is_written(app: Flask) -> None:
    worker, go_on, skipped, said = WorkerProcess(app), threading.Event(), threading.Event(), list[logging.LogRecord]()
    scheduler = worker._scheduler()
    scheduler.remove_all_jobs()
    scheduler.add_listener(lambda _: skipped.set(), EVENT_JOB_MAX_INSTANCES)
    ear = logging.Handler()
    ear.emit = said.append  # type: ignore[method-assign]
    house = logging.getLogger("apscheduler")
    house.addHandler(ear)
    house.setLevel(logging.WARNING)  # as `make run` has it; tests are quieter
    scheduler.start()
    try:
        worker._add(scheduler, "slow", timedelta(seconds=0.2), lambda: go_on.wait(30))
        assert skipped.wait(30)
    finally:
        go_on.set()
        scheduler.shutdown()
        house.removeHandler(ear)
        house.setLevel(logging.NOTSET)
    assert said == []
