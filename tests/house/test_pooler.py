"""A real pgbouncer that lends a connection for one transaction at a time: nothing may outlive its transaction."""

from __future__ import annotations

import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from os import geteuid
from pathlib import Path

import flask_migrate
import psycopg
import pytest
from flask import Flask
from sqlalchemy import select, text
from sqlalchemy.engine import make_url

from feedback_app import create_app
from feedback_app.delivery.models import OutgoingEmail
from feedback_app.extensions import db
from feedback_app.settings import Settings
from tests.conftest import POSTGRES, _settings
from tests.delivery.helpers import queue
from tests.delivery.processes import ended, worker
from tests.fakes import Relay
from tests.flows.house import empty_database, free_port

PGBOUNCER = shutil.which("pgbouncer", path="/usr/sbin:/usr/bin:/usr/local/bin") or ""
LENT = 2  # connections of the server, for everybody together
USES = 8  # psycopg prepares by name what it has run five times

pytestmark = [
    pytest.mark.skipif(not POSTGRES, reason="SQLite has no pooler"),
    pytest.mark.skipif(not PGBOUNCER, reason="pgbouncer is not installed (Debian: apt install pgbouncer)"),
]


@pytest.fixture
def pooled_url(database_url: str, tmp_path: Path) -> Iterator[str]:
    """The address of the test's database by way of a pgbouncer in transaction mode."""
    with pooler(database_url, tmp_path) as url:
        yield url


@pytest.fixture
def settings(pooled_url: str, tmp_path: Path) -> Settings:
    return replace(_settings(pooled_url, tmp_path), database_pooler="transaction")


@contextmanager
def pooler(url: str, folder: Path) -> Iterator[str]:
    """Run pgbouncer before ``url`` with ``LENT`` connections to lend; yield its own address."""
    server, port = make_url(url), free_port()
    host = str(server.query.get("host") or server.host)
    secret = f" password='{server.password}'" if server.password else ""
    file, log = folder / "pgbouncer.ini", folder / "pgbouncer.log"
    file.write_text(
        f"[databases]\n{server.database} = host={host} port={server.port or 5432} user={server.username}{secret}\n"
        f"[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = {port}\nunix_socket_dir =\nauth_type = any\n"
        f"pool_mode = transaction\ndefault_pool_size = {LENT}\nmax_client_conn = 100\n"
    )
    for one in file.parents[:3]:
        one.chmod(one.stat().st_mode | 0o011)  # so that whom it runs as may read it
    # it will not run as root; whoever owns the socket of the server may open it
    owner = Path(host).owner() if host.startswith("/") else "nobody"
    command = [PGBOUNCER, *(["-u", owner] if geteuid() == 0 else []), str(file)]
    with log.open("w") as out, subprocess.Popen(command, stdout=out, stderr=subprocess.STDOUT) as process:
        try:
            pooled = server.set(host="127.0.0.1", port=port, query={}).render_as_string(hide_password=False)
            await_answer(pooled, process, log)
            yield pooled
        finally:
            process.terminate()


def await_answer(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    until = time.monotonic() + 20
    while True:
        try:
            psycopg.connect(plain(url), connect_timeout=2).close()
        except psycopg.OperationalError as error:
            if time.monotonic() > until or process.poll() is not None:
                raise AssertionError(log.read_text()) from error
        else:
            return


def plain(url: str) -> str:
    return url.replace("+psycopg", "")


def take_turns(times: int) -> None:
    """Let three connections run the same statement again and again, on the two that are lent."""
    clients = [db.engine.connect() for _ in range(LENT + 1)]
    for _ in range(times):
        for client in clients:
            assert client.scalar(text("SELECT count(*) FROM staff WHERE id > :id"), {"id": 0}) == 0
            client.commit()
    for client in clients:
        client.close()


def test_three_take_turns_on_two_connections(app: Flask) -> None:
    take_turns(USES)


def test_without_the_setting_statements_get_lost(pooled_url: str, tmp_path: Path) -> None:
    """What the setting is for; if this passes one day, it can go."""
    app = create_app(_settings(pooled_url, tmp_path))
    with app.app_context():
        with pytest.raises(Exception, match="prepared statement"):
            take_turns(USES)
        db.engine.dispose()


def test_nobody_else_inherits_what_a_connection_was_told(app: Flask, database_url: str, pooled_url: str) -> None:
    take_turns(1)
    granted = []
    for url in (database_url, pooled_url):
        with psycopg.connect(plain(url)) as connection:
            granted.append(connection.execute("SHOW work_mem").fetchone())
    assert granted[0] == granted[1]


def test_tables_are_made_and_letters_leave_through_it(tmp_path: Path) -> None:
    """Migrations, then a worker of two processes: claims, results, jobs, all on two lent connections."""
    with empty_database(tmp_path) as database, pooler(database, tmp_path) as url, Relay() as relay:
        app = create_app(replace(_settings(url, tmp_path), database_pooler="transaction"))
        with app.app_context():
            flask_migrate.upgrade()
            queue(*(f"a{n}@velo.example" for n in range(60)))
            db.session.remove()
            settings = {"database_pooler": "transaction", "mail_processes": "2"}
            with worker(relay, "--until-idle", **settings) as child:
                assert ended(child)[0] == 0
            assert len(relay.letters) == 60
            assert set(db.session.scalars(select(OutgoingEmail.state))) == {"sent"}
            db.session.remove()
            db.engine.dispose()
