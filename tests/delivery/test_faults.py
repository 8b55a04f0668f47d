"""Relays that freeze, clocks that jump, disks that fill, databases that say no: nothing is lost, nothing is doubled."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import threading
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from click.testing import CliRunner
from flask import Flask
from sqlalchemy import event
from sqlalchemy.exc import OperationalError

from feedback_app import clock, create_app
from feedback_app.cli import feedback_app
from feedback_app.database import transaction
from feedback_app.delivery import actions, queries
from feedback_app.delivery.compose.letter import Letter
from feedback_app.delivery.queue import claims, recovery
from feedback_app.delivery.queue.journal import Journal
from feedback_app.delivery.sending.connections import Handoff
from feedback_app.delivery.sending.relay import RelayTrouble, Timeouts
from feedback_app.extensions import db
from feedback_app.settings import Settings
from tests.delivery.helpers import drain, journals, letters, queue, sender, smtp, states
from tests.delivery.processes import ended, in_thread, worker
from tests.fakes import Relay
from tests.waiting import until

HASTY = Timeouts(connect=0.5, greeting=0.5, command=0.5, data=0.5, block=0.5, text=0.5, idle=0.5, life=60)


@pytest.fixture
def on_sqlite(settings: Settings, tmp_path: Path) -> Iterator[Flask]:
    """The application on a SQLite file of its own, whatever the suite runs on."""
    app = create_app(replace(settings, database_url=f"sqlite:///{tmp_path / 'own.sqlite3'}", var=str(tmp_path / "own")))
    with app.app_context():
        db.create_all()
        yield app
        db.session.remove()
        db.engine.dispose()


# ---------------------------------------------------------------- the relay


@pytest.mark.usefixtures("app")
def test_a_relay_frozen_for_a_while_costs_time_and_nothing_else() -> None:
    hold = threading.Event()
    with Relay(hold=hold) as relay:
        queue(*(f"p{n}@example.org" for n in range(50)))
        thread = in_thread(lambda: drain(relay, connections=3))
        until(lambda: sum(line.startswith(b"DATA") for line in relay.commands) == 3)
        assert not relay.letters
        hold.set()
        thread.join(60)
    assert sorted(relay.recipients()) == sorted(f"p{n}@example.org" for n in range(50))
    assert set(states().values()) == {"sent"}


@pytest.mark.usefixtures("app")
def test_a_relay_that_never_answers_the_text_leaves_that_letter_in_doubt_for_a_person_to_decide() -> None:
    with Relay(text={"a@example.org": "accept-freeze"}) as relay:
        queue("a@example.org", "b@example.org", "c@example.org")
        tally = sender(smtp(relay, HASTY), connections=1).run(until_idle=True)
        assert (tally.counts["in_doubt"], tally.sent) == (1, 2)
        drain(relay)
    assert Counter(relay.recipients()) == Counter(["a@example.org", "b@example.org", "c@example.org"])
    assert letters()["a@example.org"].state == "in_doubt"
    assert "timed out" in letters()["a@example.org"].reply


@pytest.mark.usefixtures("app")
def test_a_relay_that_freezes_before_the_text_counts_against_nobody() -> None:
    with Relay(rcpt={"a@example.org": lambda n: "freeze" if n == 1 else ""}) as relay:
        queue("a@example.org", "b@example.org")
        tally = sender(smtp(relay, HASTY), connections=1).run(until_idle=True)
    assert tally.sent == 2
    assert sorted(relay.recipients()) == ["a@example.org", "b@example.org"]
    assert letters()["a@example.org"].attempts == 1


@pytest.mark.usefixtures("app")
def test_a_relay_that_does_not_even_greet_is_named_as_the_trouble() -> None:
    with Relay(greeting="freeze") as relay:
        queue("a@example.org")
        tally = sender(smtp(relay, HASTY), connections=1).run(until_idle=True)
    assert tally.trouble.startswith(f"127.0.0.1:{relay.port} cannot be reached")
    assert "timed out" in tally.trouble
    assert (letters()["a@example.org"].state, letters()["a@example.org"].attempts) == ("queued", 0)


@pytest.mark.usefixtures("app")
def test_told_to_stop_while_the_relay_is_frozen(monkeypatch: pytest.MonkeyPatch) -> None:
    """What was on the wire is in doubt, the rest goes back; and a connection that wakes up later sends nothing."""
    monkeypatch.setattr("feedback_app.delivery.sending.sender.SHUTDOWN_GRACE", 0.3)
    hold = threading.Event()
    with Relay(hold=hold) as relay:
        queue(*(f"p{n}@example.org" for n in range(30)))
        office = sender(smtp(relay), connections=2)
        thread = in_thread(office.run)
        until(lambda: sum(line.startswith(b"DATA") for line in relay.commands) == 2)
        office.stop()
        thread.join(20)
        assert Counter(states().values()) == {"in_doubt": 2, "queued": 28}
        assert not any(one.lease_owner for one in letters().values())
        hold.set()
        for thread in [one for one in threading.enumerate() if one.name.startswith("connection-")]:
            thread.join(20)
        assert len(relay.letters) == 2
        drain(relay)
    assert max(Counter(relay.recipients()).values()) == 1
    assert len(relay.letters) == 30
    assert not list(journals().glob("*"))


@pytest.mark.usefixtures("app")
def test_a_mistake_of_our_own_in_a_connection_loses_no_letter() -> None:
    class Broken:
        accepted = 0

        def run(self, handoff: Handoff, first: Letter | None) -> None:
            letter = first or handoff.take()
            assert letter is not None
            handoff.journal.intend(letter.id)
            handoff.take()
            raise ZeroDivisionError("not foreseen")

        def close(self) -> None:
            raise RelayTrouble("not foreseen either")

    class BrokenTransport:
        def open(self) -> Broken:
            return Broken()

    queue(*(f"p{n}@example.org" for n in range(4)))
    tally = sender(BrokenTransport(), connections=1).run(until_idle=True)
    assert "the sender itself is in trouble" in tally.trouble
    assert set(states().values()) == {"in_doubt", "queued"}
    assert not any(one.lease_owner for one in letters().values())


# ---------------------------------------------------------------- the clock


@pytest.mark.usefixtures("app")
@pytest.mark.parametrize("hours", [-1, 1])
def test_a_clock_that_jumps_while_leases_are_held(hours: int, tmp_path: Path) -> None:
    """Put forward, other machines take the worker for dead; what it knows still settles every letter."""
    hold = threading.Event()
    with Relay(hold=hold) as relay:
        queue(*(f"p{n}@example.org" for n in range(40)))
        thread = in_thread(lambda: drain(relay, connections=2))
        until(lambda: sum(line.startswith(b"DATA") for line in relay.commands) == 2)
        with time_machine.travel(clock.now() + timedelta(hours=hours)):
            assert recovery.recover(journals()) == Counter(), "its journal is here and locked: it lives"
            elsewhere = recovery.recover(tmp_path / "another-machine")
            assert elsewhere["in_doubt"] == (40 - states_of("queued") if hours > 0 else 0)
            hold.set()
            thread.join(60)
            assert not thread.is_alive()
        drain(relay)
    assert set(states().values()) == {"sent"}
    assert Counter(relay.recipients()) == Counter(f"p{n}@example.org" for n in range(40))


def states_of(state: str) -> int:
    return sum(1 for one in states().values() if one == state)


# ---------------------------------------------------------------- the database


def test_a_full_disk_of_the_database_keeps_results_until_there_is_room(on_sqlite: Flask) -> None:
    """SQLite says "database or disk is full" at the same places where a full disk makes it."""
    room = [0]

    @event.listens_for(db.engine, "begin")
    def limit(connection: object) -> None:
        raw = connection.connection.dbapi_connection  # type: ignore[attr-defined]
        pages = raw.execute("PRAGMA page_count").fetchone()[0]
        raw.execute(f"PRAGMA max_page_count = {max(pages, room[0] or 1_000_000)}")

    with Relay(text={f"p{n}@example.org": "250 " + "a long reply " * 20 for n in range(300)}) as relay:
        queue(*(f"p{n}@example.org" for n in range(300)))
        db.session.remove()
        db.engine.dispose()
        room[0] = 1  # not one page more
        office = sender(smtp(relay))
        refusals: list[str] = []
        thread = in_thread(lambda: refusals.append(office.run(until_idle=True).trouble))
        until(lambda: office._refusal)
        assert "database or disk is full" in office._refusal
        room[0] = 0
        thread.join(60)
        assert not thread.is_alive()
    assert refusals == [""]


def test_a_database_that_stays_full_ends_the_run_with_a_reason_and_the_journal_remembers(
    on_sqlite: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("feedback_app.delivery.sending.sender.SHUTDOWN_GRACE", 0.2)
    monkeypatch.setattr("feedback_app.delivery.sending.sender.STUCK_TIMEOUT", 0.2)
    full = threading.Event()

    @event.listens_for(db.engine, "commit")
    def refuse(connection: object) -> None:
        if full.is_set():
            full_disk = sqlite3.OperationalError("database or disk is full")
            raise OperationalError("COMMIT", {}, full_disk)

    hold = threading.Event()
    with Relay(hold=hold) as relay:
        queue(*(f"p{n}@example.org" for n in range(100)))
        office = sender(smtp(relay))
        tallies = []
        thread = in_thread(lambda: tallies.append(office.run(until_idle=True)))
        until(lambda: len(office._journal.unsettled()) == 2)
        full.set()
        hold.set()
        thread.join(60)
        assert not thread.is_alive()
        assert "does not take results" in tallies[0].trouble
        assert "database or disk is full" in tallies[0].trouble
        full.clear()
        assert states_of("sent") == 0
        told = recovery.recover(journals())
        assert told["sent"] == len(relay.letters) >= 2
        assert set(told) <= {"sent", "queued"}
        drain(relay)
    assert set(states().values()) == {"sent"}
    assert max(Counter(relay.recipients()).values()) == 1
    assert not list(journals().glob("*"))


def test_sqlite_locked_for_long_by_another_writer(on_sqlite: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("feedback_app.database.BUSY_MS", 50)
    db.engine.dispose()
    with Relay() as relay:
        queue(*(f"p{n}@example.org" for n in range(200)))
        db.session.remove()
        office = sender(smtp(relay))
        thread = in_thread(lambda: office.run(until_idle=True))
        relay.wait_for(5)
        other = sqlite3.connect(str(db.engine.url.database), isolation_level=None, timeout=30)
        other.execute("BEGIN IMMEDIATE")
        until(lambda: "database is locked" in office._refusal or not thread.is_alive())
        other.execute("ROLLBACK")
        other.close()
        thread.join(60)
        assert not thread.is_alive()
    assert set(states().values()) == {"sent"}
    assert Counter(relay.recipients()) == Counter(f"p{n}@example.org" for n in range(200))


@pytest.mark.usefixtures("app")
def test_a_database_that_is_not_there_is_one_clear_line() -> None:
    with Relay() as relay:
        address = "postgresql+psycopg://nobody@127.0.0.1:9/none"
        with worker(relay, "--until-idle", database_url=address) as child:
            code, said = ended(child)
    assert code == 1
    assert "Error: The database does not answer" in said
    assert "Traceback" not in said


# ---------------------------------------------------------------- the journal's disk


@pytest.mark.usefixtures("app")
def test_the_disk_of_the_journal_fills_while_an_answer_is_awaited() -> None:
    """The answer still reaches the database; nothing more goes out; when there is room, everything goes on."""
    hold = threading.Event()
    with Relay(hold=hold) as relay:
        queue(*(f"p{n}@example.org" for n in range(60)))
        office = sender(smtp(relay), connections=1)
        tallies = []
        thread = in_thread(lambda: tallies.append(office.run()))
        until(office._journal.unsettled)
        file = office._journal._file
        room = os.dup(file)
        os.dup2(os.open("/dev/full", os.O_WRONLY), file)
        hold.set()
        until(lambda: "journal cannot be written" in office._breaker.text)
        until(lambda: states_of("sent") == 1)
        assert len(relay.letters) == 1
        os.dup2(room, file)
        relay.wait_for(60)
        office.stop()
        thread.join(20)
    assert set(states().values()) == {"sent"}
    assert Counter(relay.recipients()) == Counter(f"p{n}@example.org" for n in range(60))
    assert not list(journals().glob("*"))


@pytest.mark.usefixtures("app")
def test_a_journal_that_cannot_be_kept_is_refused_before_anything_is_sent() -> None:
    journals().parent.mkdir(exist_ok=True)
    journals().symlink_to("/sys/kernel")  # not even root may make a file there
    with Relay() as relay:
        queue("a@example.org")
        with worker(relay, "--until-idle") as child:
            code, said = ended(child)
    assert code == 1
    assert "Error: The worker cannot keep its journal" in said
    assert "Check FEEDBACK_VAR" in said
    assert "Traceback" not in said
    assert states() == {"a@example.org": "queued"}


def test_a_second_worker_of_the_same_journal_is_refused(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("feedback_app.jobs.worker.worker_name", lambda: "the-same")
    queue("a@example.org")
    first = Journal(journals(), "the-same")
    words = ["worker", "--only", "sender", "--until-idle"]
    result = CliRunner().invoke(feedback_app, words, obj=lambda: app)
    assert result.exit_code == 1
    assert "is the journal of another worker, and each worker needs one of its own" in result.output
    assert states() == {"a@example.org": "queued"}
    first.intend(1)  # the first one is not disturbed
    first.close()


# ---------------------------------------------------------------- signals


@pytest.mark.usefixtures("app")
def test_killed_between_the_claim_and_the_desk() -> None:
    """The claim is committed, no letter is anywhere yet: all go back, none is in doubt."""
    die = (
        "import os, signal\n"
        "from feedback_app.delivery.sending.in_flight import InFlight\n"
        "InFlight.lay_out = lambda self, rows: os.kill(os.getpid(), signal.SIGKILL) if rows else None\n"
    )
    with Relay() as relay:
        queue(*(f"p{n}@example.org" for n in range(30)))
        with worker(relay, "--until-idle", before=die) as child:
            assert ended(child)[0] == -signal.SIGKILL
        assert "leased" in states().values()
        assert actions.recover_leases().endswith("queued")
        assert set(states().values()) == {"queued"}
        assert drain(relay).sent == 30
    assert max(Counter(relay.recipients()).values()) == 1


@pytest.mark.usefixtures("app")
def test_two_workers_that_start_at_once_settle_a_dead_one_together() -> None:
    ids = queue(*(f"p{n}@example.org" for n in range(60)))
    with transaction() as session:
        claims.claim(session, "dead", 40)
    dead = Journal(journals(), "dead")
    held = [one.id for one in letters().values() if one.lease_owner == "dead"]
    for letter_id in held[:5]:
        dead.intend(letter_id)
    dead.abandon()
    with Relay() as relay, worker(relay, "--until-idle", "--json") as one, worker(relay, "--until-idle") as two:
        assert ended(two)[0] == 0
        code, said = ended(one)
        assert code == 0
        assert json.loads(said.splitlines()[-1] if said.startswith("{") is False else said)["trouble"] == ""
    doubtful = {one.id for one in letters().values() if one.state == "in_doubt"}
    assert doubtful == set(held[:5])
    assert queries.counts_by_state() == {"in_doubt": 5, "sent": len(ids) - 5}
    assert len(set(relay.recipients())) == len(relay.letters) == len(ids) - 5
    assert not list(journals().glob("*"))
