#!/usr/bin/env python3
"""One announcement to a million people: how long it takes to expand, and whether the pages still answer at once.

    python benchmarks/million.py people --count 1000000 [--database URL]     # a fresh database; nobody is told yet
    python benchmarks/million.py expand [--database URL]                     # the announcement becomes notices, letters
    python benchmarks/million.py pages [--database URL]                      # server time of pages, metrics, commands
    python benchmarks/million.py explain [--database URL]                    # how the engine answers the dear questions

Every person answered one survey; four in five said something about the announced change, in one or two mentions. The
rows come from INSERT .. SELECT over a number series, so that filling is not what takes the time. ``pages`` spreads the
letters over all states first, as they look in the middle of a sending.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import statistics
import threading
import time
import uuid
from collections.abc import Callable
from datetime import date
from typing import Any

import application as house
from flask import Flask
from sqlalchemy import event, text
from sqlalchemy.exc import OperationalError

from feedback_app import clock
from feedback_app.accounts.models import Role, Staff
from feedback_app.announcements import actions as announcements
from feedback_app.announcements.sending import actions as sending
from feedback_app.changes import actions as changes
from feedback_app.changes.actions import Entry
from feedback_app.changes.words import Words
from feedback_app.database import is_postgresql, transaction
from feedback_app.events.actor import COMMAND
from feedback_app.extensions import db
from feedback_app.surveys.models import Question, Section, Survey
from feedback_app.themes.models import Codebook, CodebookSurvey, Theme

HOME = house.home("million")
SAID = "Nobody told me when the delivery would come, and I waited at home for two whole days"


def application(database: str) -> Flask:
    return house.application(HOME, database, base_url="http://localhost", rate_limits=False, metrics_token=TOKEN)


TOKEN = "benchmark-benchmark-benchmark"  # noqa: S105  # protects nothing
PEOPLE = """
    INSERT INTO contact (email, email_key, name, kind, stage_lost, language, attributes, source, created_at, updated_at)
    SELECT 'user' || n || '@d' || (n % 50) || '.example', 'user' || n || '@d' || (n % 50) || '.example', 'Ada Nowak',
           'customer', '', CASE WHEN n % 3 = 0 THEN 'pl' ELSE 'en' END, '{}', '', :now, :now FROM series
"""
RESPONSES = """
    INSERT INTO response (survey_id, contact_id, source, language, kind, stage_lost, submitted_at)
    SELECT :survey, id, 'link', language, 'customer', '', :now FROM contact
"""
ANSWERS = """
    INSERT INTO answer (response_id, question_id, text) SELECT id, :question, :said FROM response
"""
MENTIONS = """
    INSERT INTO mention (answer_id, response_id, survey_id, contact_id, "start", "end", text, text_key, language, state,
                         closest)
    SELECT a.id, r.id, r.survey_id, r.contact_id, {start}, {end}, substr(:said, {start} + 1, {end} - {start}), '', 'en',
           'open', '[]'
    FROM answer a JOIN response r ON r.id = a.response_id WHERE {which}
"""
VOICES = """
    INSERT INTO voice (change_id, mention_id, state, chance, left_out, sampled, judged_at)
    SELECT :change, id, 'yes', 1.0, false, false, :now FROM mention
"""
PLACEMENTS = "INSERT INTO placement (mention_id, theme_id, confidence) SELECT id, :theme, 1.0 FROM mention"
STATES = """
    UPDATE outgoing_email SET state = CASE
        WHEN id % 1000 < 3 THEN 'failed' WHEN id % 1000 < 5 THEN 'in_doubt' WHEN id % 1000 < 15 THEN 'bounced'
        WHEN id % 1000 < 25 THEN 'skipped' WHEN id % 2 = 0 THEN 'sent' ELSE 'queued' END,
        reply = CASE WHEN id % 1000 < 15 THEN '550 5.1.1 no such user' ELSE '' END,
        sent_at = CASE WHEN id % 1000 >= 25 AND id % 2 = 0 THEN created_at END
"""


def people(count: int, database: str) -> None:
    house.emptied(HOME)
    app = application(database)
    with app.app_context():
        house.make_tables()
        known = theirs()
        series = (
            f"generate_series(1, {count}) AS series(n)" if is_postgresql() else
            f"(WITH RECURSIVE s(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM s WHERE n < {count}) SELECT n FROM s)"
        )  # fmt: skip
        cut = len("Nobody told me when the delivery would come")
        values: dict[str, Any] = {**known, "now": clock.now().replace(tzinfo=None), "said": SAID}
        statements = [
            PEOPLE.replace("FROM series", f"FROM {series}"),
            RESPONSES,
            ANSWERS,
            MENTIONS.format(start=0, end=cut, which="a.id % 5 > 0"),
            MENTIONS.format(start=cut + 6, end=len(SAID), which="a.id % 5 > 2"),
            PLACEMENTS,
            VOICES,
        ]
        for statement in statements:
            with transaction() as session:
                needed = {name: value for name, value in values.items() if f":{name}" in statement}
                session.execute(text(statement), needed)
        house.analyze()
        announcements.draft([known["change"]], COMMAND)
    print(json.dumps({"people": count}))


def theirs() -> dict[str, int]:
    """Make what the people answered to, and a change that answers them."""
    with transaction() as session:
        survey = Survey(
            slug="all", state="published", languages=["en", "pl"], title={"en": "All"}, intro={}, thanks={},
            invitation_subject={}, invitation_body={}, published_at=clock.now(),
        )  # fmt: skip
        section = Section(position=1, title={"en": "You"}, survey=survey)
        session.add_all([survey, section])
        session.flush()
        question = Question(
            survey_id=survey.id, section=section, position=1, code="missing", kind="long_text", text={"en": "What?"}
        )
        book = Codebook(name="all")
        session.add_all([question, book])
        session.flush()
        session.add(CodebookSurvey(survey_id=survey.id, codebook_id=book.id))
        theme = Theme(codebook_id=book.id, name="waiting for deliveries")
        session.add(theme)
        session.flush()
        known = {"survey": survey.id, "question": question.id, "theme": theme.id}
    words = Words(process="delivery", what="Every delivery has a two-hour window.", why="You waited for days.")
    polish = {"process": "dostawa", "what": "Każda dostawa ma okno.", "why": "Czekali Państwo.", "reason": ""}
    entry = Entry(words=words, language="en", state="made", since=date(2026, 5, 14), theme_ids=[known["theme"]],
                  translations={"pl": polish})  # fmt: skip
    return {**known, "change": changes.log(entry, COMMAND)}


def expand(database: str) -> None:
    """Send the announcement; print seconds, CPU seconds, how long another writer waited, and what memory grew by."""
    app = application(database)
    with app.app_context():
        steps: dict[str, float] = {}
        before = resource.getrusage(resource.RUSAGE_SELF)
        waited = Waiting(app)
        started = time.monotonic()
        time_steps(steps)
        done = sending.send(1, COMMAND)
        seconds = time.monotonic() - started
        after = resource.getrusage(resource.RUSAGE_SELF)
        print(json.dumps({
            "letters": done.letters, "seconds": round(seconds, 1),
            "cpu_seconds": round(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, 1),
            "steps": {name: round(value, 1) for name, value in steps.items()},
            "longest_wait_of_another_writer": round(waited.longest(), 1),
            "memory_mb": [before.ru_maxrss // 1024, after.ru_maxrss // 1024],
        }))  # fmt: skip
        house.analyze()


def time_steps(steps: dict[str, float]) -> None:
    """Add up the seconds that statements take, by the table they write to."""

    @event.listens_for(db.engine, "before_cursor_execute")
    def begin(_c: Any, _k: Any, _s: str, _p: Any, context: Any, _m: bool) -> None:
        context.begun = time.monotonic()

    @event.listens_for(db.engine, "after_cursor_execute")
    def end(_c: Any, _k: Any, statement: str, _p: Any, context: Any, _m: bool) -> None:
        name = " ".join(statement.split()[:3])
        steps[name] = steps.get(name, 0.0) + time.monotonic() - context.begun


class Waiting(threading.Thread):
    """Another process that wants to write one row all the time, as a respondent who answers would."""

    def __init__(self, app: Flask) -> None:
        super().__init__(daemon=True)
        self._app, self._over, self._longest = app, threading.Event(), 0.0
        self.start()

    def run(self) -> None:
        slot = text("INSERT INTO slot_count (slot, owner, sent, put_off, refused) VALUES (:slot, 'somebody', 0, 0, 0)")
        with self._app.app_context():
            while not self._over.wait(0.05):
                started = time.monotonic()
                try:
                    with transaction() as session:
                        session.execute(slot, {"slot": clock.now().replace(tzinfo=None)})
                except OperationalError:  # SQLite: the other writer took longer than anybody waits
                    db.session.rollback()
                self._longest = max(self._longest, time.monotonic() - started)

    def longest(self) -> float:
        self._over.set()
        self.join()
        return self._longest


def pages(database: str) -> None:
    """Print the least and the median of looks at each page, in milliseconds by the clock and of the processor."""
    app = application(database)
    app.config["WTF_CSRF_ENABLED"] = False
    with app.app_context():
        if not db.session.scalar(text("SELECT 1 FROM outgoing_email WHERE state = 'failed' LIMIT 1")):
            with transaction() as session:
                session.execute(text(STATES))
            house.analyze()
        browser = signed_in(app)
    bearer = {"Authorization": f"Bearer {TOKEN}"}
    looks: dict[str, Callable[[], Any]] = {
        "/letters": lambda: browser.get("/letters"),
        "/letters?state=failed": lambda: browser.get("/letters?state=failed"),
        "/letters?state=sent": lambda: browser.get("/letters?state=sent"),
        "/letters?kind=announcement&state=queued": lambda: browser.get("/letters?kind=announcement&state=queued"),
        "/letters?search=user77@": lambda: browser.get("/letters?search=user77@"),
        "/letters?search=ser77@": lambda: browser.get("/letters?search=ser77@"),
        "/announcements/1/sending": lambda: browser.get("/announcements/1/sending"),
        "/metrics": lambda: app.test_client().get("/metrics", headers=bearer),
        "feedback-app mail status": lambda: mail_status(app),
    }
    for name, look in looks.items():
        spent, busy = [], []
        for _ in range(9):
            started, before = time.monotonic(), time.process_time()
            reply = look()
            spent.append((time.monotonic() - started) * 1000)
            busy.append((time.process_time() - before) * 1000)
            assert getattr(reply, "status_code", 200) == 200, (name, reply)
        print(f"{name:42} least {min(spent):6.0f} ms, median {statistics.median(spent):6.0f} ms, "
              f"processor {min(busy):5.0f} ms, load {os.getloadavg()[0]:.1f}", flush=True)  # fmt: skip


def mail_status(app: Flask) -> None:
    from click.testing import CliRunner  # noqa: PLC0415

    from feedback_app.cli import feedback_app  # noqa: PLC0415

    done = CliRunner().invoke(feedback_app, ["mail", "status", "--json"], obj=lambda: app)
    assert done.exit_code == 0, done.output


def signed_in(app: Flask) -> Any:
    with transaction() as session:
        number = uuid.uuid4().hex
        role = session.query(Role).filter_by(name="admin").first() or Role(name="admin")
        session.add(Staff(email=f"{number}@velo.example", name="Admin", password="-", fs_uniquifier=number,  # noqa: S106
                          roles=[role]))  # fmt: skip
    browser = app.test_client()
    with browser.session_transaction() as kept:
        kept.update(_user_id=number, _fresh=True, fs_cc="set", fs_paa=time.time(), language="en")
        kept["identity.id"] = number
    return browser


def explain(database: str) -> None:
    """Print the plan of every statement that the letters page and /metrics run."""
    app = application(database)
    seen: list[tuple[str, Any]] = []
    with app.app_context():
        browser = signed_in(app)

        @event.listens_for(db.engine, "before_cursor_execute")
        def note(_c: Any, _k: Any, statement: str, parameters: Any, _x: Any, _m: bool) -> None:
            if "outgoing_email" in statement or "letter_" in statement:
                seen.append((statement, parameters))

        browser.get("/letters")
        event.remove(db.engine, "before_cursor_execute", note)
        ask = "EXPLAIN (ANALYZE, COSTS OFF, BUFFERS OFF) " if is_postgresql() else "EXPLAIN QUERY PLAN "
        with db.engine.connect() as connection:
            for statement, parameters in {one[0]: one for one in seen}.values():
                print("\n" + " ".join(statement.split())[:400])
                for row in connection.exec_driver_sql(ask + statement, parameters):
                    print("   ", row[-1])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)
    for name in ("people", "expand", "pages", "explain"):
        one = commands.add_parser(name)
        one.add_argument("--database", default="")
        if name == "people":
            one.add_argument("--count", type=int, required=True)
    options = parser.parse_args()
    if options.command == "people":
        people(options.count, options.database)
    else:
        {"expand": expand, "pages": pages, "explain": explain}[options.command](options.database)


if __name__ == "__main__":
    main()
