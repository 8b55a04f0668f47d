"""What every test can ask for: an application on a fresh, real database, and people with different rights."""

from __future__ import annotations

import os
import shutil
import uuid
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from flask_security import hash_password
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings
from sqlalchemy import Pool, event

from feedback_app import create_app
from feedback_app.accounts.models import Role, Staff
from feedback_app.accounts.rights import ROLES
from feedback_app.database import transaction
from feedback_app.extensions import db
from feedback_app.settings import Settings
from tests.browser import many_sign_ins, signed_in

POSTGRES = os.environ.get("TEST_DATABASE_URL", "")  # set: what touches the database runs on that PostgreSQL
PASSWORD = "correct horse battery staple"

# How fast this machine is today is not what properties are about. The gate tries the same examples each time, so that
# it judges the change at hand; everybody else's runs go on searching for new ones.
hypothesis_settings.register_profile(
    "house",
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
    derandomize=bool(os.environ.get("CI")),
)
hypothesis_settings.load_profile("house")


_opened: list[Any] = []  # connections to PostgreSQL that the running test made, in whatever thread or application


@event.listens_for(Pool, "connect")
def _remember(connection: Any, _record: object) -> None:
    if POSTGRES:
        _opened.append(connection)


@pytest.fixture(autouse=True)
def _every_connection_ends() -> Iterator[None]:
    """Close what a test left open: applications of its own, threads. Else a later test is blamed for it."""
    yield
    while _opened:
        _opened.pop().close()


def pytest_report_header() -> str:
    return f"database: {'PostgreSQL' if POSTGRES else 'SQLite'}"


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """On PostgreSQL, leave out what touches no database: it has passed on SQLite, in the same way."""
    if not POSTGRES:
        return
    pure = [one for one in items if not _touches_the_database(one)]
    config.hook.pytest_deselected(items=pure)
    items[:] = [one for one in items if _touches_the_database(one)]


def _touches_the_database(item: pytest.Item) -> bool:
    makes_its_own = {"POSTGRES", "House", "empty_database"} & vars(getattr(item, "module", item)).keys()
    return bool(makes_its_own) or not {"database_url", "empty_app"}.isdisjoint(getattr(item, "fixturenames", ()))


@pytest.fixture(scope="session")
def template_database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """One database with empty tables per test process; each test gets a copy."""
    folder = tmp_path_factory.mktemp("template")
    if not POSTGRES:
        url = f"sqlite:///{folder / 'template.sqlite3'}"
        _create_tables(url, folder)
        yield url
        return
    name = f"template_{uuid.uuid4().hex[:12]}"
    _postgres(f'CREATE DATABASE "{name}"')
    _create_tables(_with_name(name), folder)
    yield _with_name(name)
    _postgres(f'DROP DATABASE "{name}" WITH (FORCE)')


def _create_tables(url: str, folder: Path) -> None:
    app = create_app(_settings(url, folder))
    with app.app_context():
        db.create_all()
        _add_roles()
        db.session.remove()
        if not POSTGRES:
            db.session.execute(db.text("PRAGMA wal_checkpoint(TRUNCATE)"))
        db.session.remove()
        db.engine.dispose()


def _add_roles() -> None:
    with transaction() as session:
        for name in ROLES:
            session.add(Role(name=name))


def _postgres(statement: str) -> None:
    with psycopg.connect(POSTGRES.replace("+psycopg", ""), autocommit=True) as connection:
        connection.execute(statement)


def _with_name(name: str) -> str:
    parts = urlsplit(POSTGRES)
    return urlunsplit(parts._replace(path=f"/{name}"))


def _settings(url: str, folder: Path) -> Settings:
    return Settings(
        secret_key="a-secret-for-tests-only-0123456789abcdef",
        base_url="http://localhost",
        database_url=url,
        mail_from="hello@velo.example",
        organisation="Velo Verde",
        postal_address="ul. Rowerowa 1, Kraków",
        development=True,
        var=str(folder),
        rate_limits=False,
        log_level="error",
    ).completed()


@pytest.fixture(scope="session")
def kept_database(template_database: str) -> Iterator[str]:
    """PostgreSQL: one database per test process. Making a new one for each test was most of the suite's time."""
    name = f"test_{uuid.uuid4().hex[:12]}"
    _postgres(f'CREATE DATABASE "{name}" TEMPLATE "{urlsplit(template_database).path[1:]}" STRATEGY file_copy')
    yield _with_name(name)
    _postgres(f'DROP DATABASE "{name}" WITH (FORCE)')


def _empty(url: str) -> None:
    """Make a kept database as new: nobody connected, no rows, numbers from 1, the roles in place."""
    roles = ", ".join(f"({number}, '{name}')" for number, name in enumerate(ROLES, 1))
    rows = "; ".join(f'DELETE FROM "{table}"' for table in db.metadata.tables)
    with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        connection.execute(
            f"SET session_replication_role = replica; {rows}; INSERT INTO role (id, name) VALUES {roles}"
        )
        connection.execute("SELECT setval(oid::regclass, 1, false) FROM pg_class WHERE relkind = 'S'")
        connection.execute(f"SELECT setval('role_id_seq', {len(ROLES)})")


@pytest.fixture
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a fresh database with empty tables, also for processes a test starts."""
    if POSTGRES:
        kept: str = request.getfixturevalue("kept_database")
        yield kept
        _empty(kept)
        return
    template: str = request.getfixturevalue("template_database")
    shutil.copy(template.removeprefix("sqlite:///"), tmp_path / "test.sqlite3")
    yield f"sqlite:///{tmp_path / 'test.sqlite3'}"


@pytest.fixture
def still_clock() -> Iterator[None]:
    """Time stands still: no window of a rate limit ends because the machine is slow."""
    with time_machine.travel(datetime.now(UTC), tick=False):
        yield


@pytest.fixture
def settings(database_url: str, tmp_path: Path) -> Settings:
    """Settings of the test's application; override this fixture to change one."""
    return _settings(database_url, tmp_path)


@pytest.fixture
def bare_app(settings: Settings) -> Iterator[Flask]:
    """The application, with no context pushed."""
    app = create_app(settings)
    app.config["TESTING"] = True
    app.config["WTF_CSRF_ENABLED"] = False  # tests of CSRF itself turn it on
    yield many_sign_ins(app)
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def app(bare_app: Flask) -> Iterator[Flask]:
    """The application with its context in force: verbs and queries can be called directly."""
    with bare_app.app_context():
        yield bare_app
        db.session.remove()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A stranger's browser."""
    return app.test_client()


@pytest.fixture
def a_staff(app: Flask) -> Callable[..., Staff]:
    """Make a member of staff: ``a_staff("viewer")``."""

    def make(role: str, email: str = "", name: str = "") -> Staff:
        with transaction() as session:
            person = Staff(
                email=email or f"{role}@velo.example",
                name=name or role.replace("_", " ").title(),
                password=hash_password(PASSWORD),
                fs_uniquifier=uuid.uuid4().hex,
                roles=[session.query(Role).filter_by(name=role).one()],
            )
            session.add(person)
        return person

    return make


@pytest.fixture
def as_role(app: Flask, a_staff: Callable[..., Staff]) -> Callable[[str], FlaskClient]:
    """A browser signed in: ``as_role("admin").get("/contacts")``."""

    def sign_in(role: str) -> FlaskClient:
        inside = signed_in(a_staff(role))
        client = app.test_client()
        with client.session_transaction() as session:
            session.update(inside, language="en")
        return client

    return sign_in
