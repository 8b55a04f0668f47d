"""The worker process: a scheduler for the jobs in the background, the sender in front."""

from __future__ import annotations

import gc
import json
import logging
import signal
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, timedelta
from threading import Event
from types import FrameType
from typing import Any

import structlog
from apscheduler.schedulers.background import BackgroundScheduler
from flask import Flask
from sqlalchemy.exc import SQLAlchemyError

from feedback_app import clock
from feedback_app.database import sync_each_commit
from feedback_app.delivery import actions as delivery
from feedback_app.delivery.sending.factory import open_sender, processes, worker_name
from feedback_app.delivery.sending.sender import Sender
from feedback_app.extensions import current_settings, db
from feedback_app.jobs import runs
from feedback_app.jobs.job import Job, Verb
from feedback_app.jobs.process_group import GONE, ProcessGroup

HEARTBEAT = timedelta(seconds=20)
GC_THRESHOLD = 20_000  # generation 0: objects made before a collection; letters leave no reference cycles
ROUNDS = 5  # jobs may queue letters, and letters may let jobs go on; more rounds than this no chain of ours has
logging.getLogger("apscheduler.scheduler").setLevel(logging.ERROR)  # a job that outlasts its slot is no trouble
log = structlog.get_logger()


@dataclass
class Done:
    """What a worker did ``until_idle``: letters by state, jobs by outcome, and why letters could not leave."""

    letters: Counter[str] = field(default_factory=Counter)
    jobs: dict[str, str] = field(default_factory=dict)
    seconds: float = 0.0
    trouble: str = ""


class WorkerProcess:
    """One worker. ``sends`` and ``does_jobs`` say which of the two it is for."""

    def __init__(self, app: Flask, *, sends: bool = True, does_jobs: bool = True, number: int = 0) -> None:
        """Load every verb at once, so that a mistake in the list shows at the start. ``number``: see jobs.group."""
        self._number, self._group = number, ProcessGroup()
        self._app, self._sends = app, sends
        self._jobs: list[tuple[Job, Verb]] = [(job, job.load()) for job in _listed(app)] if does_jobs else []
        self.name = worker_name()
        self._stop = Event()
        self._sender: Sender | None = None

    def run(self) -> str:
        """Work until SIGTERM or SIGINT; then finish what is in hand, give leases back, and return.

        Returns what could not be ended well, "" when all was.
        """
        self._obey_signals()
        _freeze_heap()
        sync_each_commit()
        self._gather(until_idle=False)
        scheduler = self._scheduler()
        delivery.recover_leases()
        scheduler.start()
        log.info("worker started", worker=self.name, jobs=[job.name for job, _ in self._jobs], sends=self._sends)
        trouble = ""
        try:
            if self._sends and not self._stop.is_set():
                self._sender = open_sender(self.name, self._number)
                if self._stop.is_set():  # the signal came while it was being opened
                    self._sender.stop()
                trouble = self._sender.run().trouble
            self._stop.wait()
        finally:
            self._stop.set()
            self._group.stop()
            scheduler.shutdown()
            self._say(runs.leave)
            trouble = trouble or next(filter(None, map(_trouble, self._group.results())), "")
            log.info("worker ended", worker=self.name)
        return trouble

    def _gather(self, *, until_idle: bool) -> None:
        """Fork the other processes that FEEDBACK_MAIL_PROCESSES asks for, once, by the first of them."""
        others = processes(current_settings()) - 1 if self._sends and not self._number else 0
        if others > 0:
            self._group.start(others, lambda number: _Child(self._app, number, until_idle))

    def until_idle(self) -> Done:
        """Run every job once and send until nothing is due, again while either has something to do."""
        self._obey_signals()
        _freeze_heap()
        sync_each_commit()
        done = Done()
        for _ in range(ROUNDS):
            outcomes = {job.name: self._once(job, verb) for job, verb in self._jobs}
            done.jobs |= {name: outcome for name, outcome in outcomes.items() if outcome}
            if not self._sends or not self._drain(done):
                break
        return done

    def _once(self, job: Job, verb: Verb) -> str:
        return runs.run(job, verb, self.name, clock.now()) or ""

    def _drain(self, done: Done) -> bool:
        """Send what is due; True when something was, and another round may find more."""
        self._gather(until_idle=True)
        delivery.recover_leases()
        self._sender = open_sender(self.name, self._number)
        if self._stop.is_set():
            self._sender.stop()
        tally = self._sender.run(until_idle=True)
        done.letters += tally.counts
        done.seconds += tally.seconds
        done.trouble = tally.trouble
        for told in self._group.results():
            done.letters += Counter(json.loads(told)["letters"]) if told else Counter()
            done.trouble = done.trouble or _trouble(told)
        return bool(tally.counts) and bool(self._jobs) and not tally.trouble and not self._stop.is_set()

    def _scheduler(self) -> BackgroundScheduler:
        scheduler = BackgroundScheduler(timezone=UTC, job_defaults={"coalesce": True, "max_instances": 1})
        now = clock.now()
        self._add(scheduler, "heartbeat", HEARTBEAT, lambda: self._say(self._beat))
        for job, verb in self._jobs:
            # the first run is now: whoever was down at two in the morning catches up, once per slot
            self._add(scheduler, job.name, job.every, self._task(job, verb), start=job.slot(now))
        return scheduler

    def _add(self, scheduler: Any, name: str, every: timedelta, task: Callable[[], object], start: Any = None) -> None:
        seconds = every.total_seconds()
        scheduler.add_job(
            task, "interval", id=name, name=name, seconds=seconds, start_date=start, next_run_time=clock.now(),
            misfire_grace_time=max(1, int(seconds)),
        )  # fmt: skip

    def _task(self, job: Job, verb: Verb) -> Callable[[], object]:
        def run() -> None:
            if self._stop.is_set():
                return
            with self._app.app_context():
                try:
                    runs.run(job, verb, self.name, job.slot(clock.now()))
                except SQLAlchemyError as error:
                    db.session.rollback()
                    log.error("a job could not be noted: the database does not answer", job=job.name, error=str(error))

        return run

    def _beat(self, name: str) -> None:
        if self._group.dead() and not self._stop.is_set():
            log.error(GONE, worker=self.name)
            self.stop()
        if self._sender is None:
            runs.beat(name)
        else:
            runs.beat(name, self._sender.trouble, self._sender.trouble_since)

    def _say(self, what: Callable[[str], None]) -> None:
        with self._app.app_context():
            try:
                what(self.name)
            except SQLAlchemyError as error:
                db.session.rollback()
                log.error("the database does not hear this worker", worker=self.name, error=str(error)[:300])

    def _obey_signals(self) -> None:
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._told_to_stop)

    def _told_to_stop(self, _number: int, _frame: FrameType | None) -> None:
        self.stop()

    def stop(self) -> None:
        """Finish what is in hand and end. May be called from another thread."""
        self._stop.set()
        self._group.stop()
        if self._sender is not None:
            self._sender.stop()


def _freeze_heap() -> None:
    """gc.freeze: keep the collector from what the start has made; it took an eighth of the CPU and found nothing.

    Forked processes also go on sharing those pages, which a collection would write to.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(GC_THRESHOLD)


class _Child:
    """The sender alone, in a process of its own."""

    def __init__(self, app: Flask, number: int, until_idle: bool) -> None:
        self._process = WorkerProcess(app, does_jobs=False, number=number)
        self._until_idle = until_idle
        self.stop = self._process.stop

    def work(self) -> str:
        """Send, and tell how many letters of which state."""
        if not self._until_idle:
            return json.dumps({"letters": {}, "trouble": self._process.run()})
        done = self._process.until_idle()
        return json.dumps({"letters": done.letters, "trouble": done.trouble})


def _trouble(told: str) -> str:
    return json.loads(told)["trouble"] if told else GONE


def _listed(app: Flask) -> Sequence[Job]:
    jobs: Sequence[Job] = app.config["JOBS"]
    return jobs
