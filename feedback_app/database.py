"""Transactions with a visible beginning and end, guarded updates, and the small differences of two engines."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Generic, TypeVar, cast

from flask import Flask, current_app
from sqlalchemy import (
    Connection,
    CursorResult,
    DateTime,
    Dialect,
    Engine,
    ExceptionContext,
    Executable,
    Select,
    TypeDecorator,
    Update,
    event,
    func,
    select,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from feedback_app.extensions import Base, db
from feedback_app.settings import Settings

BUSY_MS = 60_000  # how long a writer waits for another on SQLite: longer than sending to 100,000 people takes
MEMORY = (
    "SELECT set_config('work_mem', '32MB', false)"
    " WHERE pg_size_bytes(current_setting('work_mem')) < pg_size_bytes('32MB')"
)
Insert = sqlite.Insert | postgresql.Insert
T = TypeVar("T")


class UtcDateTime(TypeDecorator[datetime]):
    """An aware UTC datetime on both engines; SQLite keeps it without zone, so naive input is refused."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Return ``value`` in UTC, without zone for SQLite."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a naive datetime has no place in the database: use clock.now()")
        moment = value.astimezone(UTC)
        return moment if dialect.name == "postgresql" else moment.replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Return the stored moment as aware UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


@contextmanager
def transaction() -> Iterator[Session]:
    """Open the one transaction of a verb: all of it is committed on leaving, or nothing.

    Nesting is an error, so that every transaction has one owner. On SQLite the write lock is taken at once
    (BEGIN IMMEDIATE): a verb that reads before it writes can then never fail half-way with "database is locked".
    """
    session = db.session()
    if session.info.get("owned"):
        raise RuntimeError("transaction() does not nest: only the public verb opens one")
    if session.new or session.dirty or session.deleted:
        raise RuntimeError("something was changed outside a transaction()")
    if session.in_transaction():
        session.commit()  # ends the read that came before; nothing is pending
    session.info["owned"] = True
    try:
        session.connection(execution_options={"immediate": True})
        yield session
        session.commit()
    except BaseException:
        session.rollback()
        raise
    finally:
        session.info.pop("owned", None)


def require_transaction() -> Session:
    """Return the session of the transaction in force; for helpers that join their caller's and never commit."""
    session = db.session()
    if not session.info.get("owned"):
        raise RuntimeError("this must be called inside transaction()")
    return session


def updated_one(statement: Update) -> bool:
    """Run a guarded UPDATE (``WHERE id = ... AND state = ...``); True when it changed exactly one row.

    False means that somebody was first: a normal branch, with its own message.
    """
    result = require_transaction().execute(statement, execution_options={"synchronize_session": "fetch"})
    return cast("CursorResult[Any]", result).rowcount == 1


def rowcount_of(statement: Executable) -> int:
    """Run an INSERT, UPDATE or DELETE in the transaction in force; return how many rows it wrote.

    For an INSERT with ON CONFLICT the plain ``rowcount`` is -1 on PostgreSQL unless one asks for it.
    """
    result = require_transaction().execute(statement, execution_options={"preserve_rowcount": True})
    return cast("CursorResult[Any]", result).rowcount


def yield_write_lock() -> None:
    """Stand back before the next of many transactions, so that whoever waits to write on SQLite is not starved.

    Its lock goes to whoever asks while it is free, and those who wait ask again every 100 ms (sqlite's main.c,
    ``sqliteDefaultBusyCallback``): it is left free for a little longer. On PostgreSQL nobody waits for it.
    """
    if not is_postgresql():
        time.sleep(0.11)


def run_on_two_connections(work: Callable[[], object]) -> None:
    """Do ``work`` here and, where two can write at once (PostgreSQL), on a second connection; raise what either raises.

    ``work`` takes what there is to do piece by piece, each in its own transaction, so that two share it.
    """
    if not is_postgresql():
        work()
        return
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]

    def beside() -> None:
        with app.app_context():
            work()

    with ThreadPoolExecutor(1) as pool:
        other = pool.submit(beside)
        work()
    other.result()


def insert(table: type[Base]) -> Insert:
    """Return the INSERT of the engine in use, which knows ``on_conflict_do_nothing`` and ``..._do_update``."""
    make = postgresql.insert if db.engine.dialect.name == "postgresql" else sqlite.insert
    return make(table)


def engine_options(settings: Settings) -> dict[str, Any]:
    """Return what the engine of ``settings`` is made with. Its errors name no values: they end in logs.

    Behind a pooler of transactions (pgbouncer) each transaction may meet another connection of the server, so a
    statement prepared by name would be missing there, or be somebody else's: psycopg then prepares none.
    """
    if not settings.database_url.startswith("postgresql"):
        return {"hide_parameters": True}
    pooled = settings.database_pooler == "transaction"
    made = {"hide_parameters": True, "pool_pre_ping": True}
    return made | ({"connect_args": {"prepare_threshold": None}} if pooled else {})


def init_app(app: Flask) -> None:
    """Attach the engine hooks; called by the factory after ``db.init_app``.

    What a connection is told lasts longer than a transaction, so behind a pooler of transactions it would be told to
    other people's connections: nothing is said there (docs/settings.md says how the server grants the memory itself).
    """
    settings: Settings = app.config["SETTINGS"]
    with app.app_context():
        engine = db.engine
        if engine.dialect.name == "sqlite":
            event.listen(engine, "connect", _prepare_sqlite)
            event.listen(engine, "begin", _begin_sqlite)
            return
        event.listen(engine, "handle_error", _say_no_values)
        if settings.database_pooler == "none":
            event.listen(engine, "connect", _prepare_postgresql)


def _prepare_sqlite(connection: Any, _record: object) -> None:
    raw = cast(sqlite3.Connection, connection)
    raw.isolation_level = None  # the driver begins nothing by itself: _begin_sqlite does
    # SQLite's own lower() knows ASCII only; ``icontains`` must find Łódź by łódź as PostgreSQL does
    raw.create_function("lower", 1, lambda text: text.lower() if isinstance(text, str) else text, deterministic=True)
    for pragma in ("journal_mode=WAL", "foreign_keys=ON", f"busy_timeout={BUSY_MS}", "synchronous=NORMAL"):
        raw.execute(f"PRAGMA {pragma}")


def _prepare_postgresql(connection: Any, _record: object) -> None:
    """Let a statement sort in 32 MB of memory, unless the database grants more: counting 50,000 mentions needs 15."""
    connection.execute(MEMORY)
    connection.commit()  # or the first rollback takes it back


def _say_no_values(context: ExceptionContext) -> None:
    """Take what somebody wrote out of PostgreSQL's messages, whoever logs or prints them.

    Its details repeat whole rows, and the messages of class 22 ("invalid input") the value itself
    (postgresql.org/docs/current/errcodes-appendix.html).
    """
    error, wrapped = cast("Any", context.original_exception), context.sqlalchemy_exception
    if not getattr(error, "sqlstate", None):  # not the server's
        return
    said = "" if error.sqlstate.startswith("22") else error.diag.message_primary or ""
    error.args = (f"{said} (SQLSTATE {error.sqlstate})".strip(),)
    if wrapped is not None:
        wrapped.args = (f"({type(error).__name__}) {error}",)


def sync_each_commit() -> None:
    """Let each commit of this process outlive a power cut, not only a crash; the worker asks for it before it sends.

    SQLite in WAL mode with ``synchronous=NORMAL`` syncs at checkpoints only (sqlite.org/pragma.html): a power cut
    takes back the last commits, and with them the news of which letters were claimed and sent, so that they would go
    out again. ``FULL`` syncs every commit, of which the sender makes some ten a second. PostgreSQL syncs every commit
    unless its owner says ``synchronous_commit = off``, and then means it.
    """
    if not is_postgresql():
        db.engine.update_execution_options(synced=True)


def _begin_sqlite(connection: Connection) -> None:
    options = connection.get_execution_options()
    if options.get("immediate") and options.get("synced"):
        connection.exec_driver_sql("PRAGMA synchronous=FULL")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if options.get("immediate") else "BEGIN")


def is_postgresql(engine: Engine | None = None) -> bool:
    """True when the database in use is PostgreSQL."""
    return (engine or db.engine).dialect.name == "postgresql"


@dataclass(frozen=True)
class Page(Generic[T]):
    """One page of a long list: the items, which page this is (from 1), and how many there are in all."""

    items: Sequence[T]
    number: int
    size: int
    total: int

    @property
    def pages(self) -> int:
        """How many pages there are; at least one."""
        return max(1, -(-self.total // self.size))

    @property
    def first(self) -> int:
        """Position of the first item shown, from 1; 0 when the list is empty."""
        return (self.number - 1) * self.size + 1 if self.total else 0

    @property
    def last(self) -> int:
        """Position of the last item shown."""
        return min(self.number * self.size, self.total)


def page_of(statement: Select[*tuple[Any, ...]], number: int, size: int = 50, *, scalars: bool = True) -> Page[Any]:
    """Return page ``number`` (clamped to what exists) of ``statement``: two statements, whatever its size."""
    session = db.session()
    total = session.scalar(select(func.count()).select_from(statement.order_by(None).subquery())) or 0
    number = min(max(number, 1), max(1, -(-total // size)))
    rows = session.execute(statement.limit(size).offset((number - 1) * size))
    return Page(rows.scalars().all() if scalars else rows.all(), number, size, total)
