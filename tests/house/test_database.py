"""Transactions, guarded updates, moments, pages of lists, and what connections are told before they are used."""

from __future__ import annotations

import sqlite3
import threading
import time
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import psycopg
import psycopg.sql
import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import delete, inspect, select, text, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import IntegrityError, StatementError

from feedback_app import clock, database
from feedback_app.database import Page, UtcDateTime, page_of, require_transaction, transaction, updated_one
from feedback_app.delivery.models import LetterPause
from feedback_app.extensions import db
from feedback_app.settings import Settings
from tests.conftest import POSTGRES

on_postgresql = pytest.mark.skipif(not POSTGRES, reason="SQLite sorts as it likes")
on_sqlite = pytest.mark.skipif(bool(POSTGRES), reason="PostgreSQL has no file")
NOON = datetime(2026, 5, 4, 12, 0, 0, 123456, tzinfo=UTC)


def _pause(kind: str, group_id: int = 0, since: datetime | None = None) -> LetterPause:
    return LetterPause(kind=kind, group_id=group_id, reason="", since=since or clock.now())


def _write_and_raise(error: type[BaseException]) -> None:
    with transaction() as session:
        session.add(_pause("lost"))
        session.flush()
        raise error


def _kinds() -> list[str]:
    db.session.rollback()
    return sorted(db.session.scalars(select(LetterPause.kind)))


def test_all_of_a_transaction_is_written_or_nothing(app: Flask) -> None:
    with transaction() as session:
        session.add(_pause("kept"))
    for error in (ZeroDivisionError, KeyboardInterrupt):
        with pytest.raises(error):
            _write_and_raise(error)
    assert _kinds() == ["kept"]
    with transaction() as session:  # and the next begins as if nothing had been
        session.add(_pause("next"))
    assert _kinds() == ["kept", "next"]


def test_a_commit_that_fails_leaves_nothing_behind(app: Flask) -> None:
    with pytest.raises(IntegrityError), transaction() as session:
        session.add_all([_pause("twice"), _pause("twice")])
    assert _kinds() == []


def test_only_one_opens_a_transaction(app: Flask) -> None:
    with transaction(), pytest.raises(RuntimeError, match="does not nest"), transaction():
        pass
    with pytest.raises(RuntimeError, match="inside transaction"):
        require_transaction()
    with transaction() as session:
        assert require_transaction() is session


@pytest.mark.parametrize("how", ["new", "changed", "deleted"])
def test_what_was_changed_outside_is_never_swept_in(app: Flask, how: str) -> None:
    with transaction() as session:
        session.add(_pause("there"))
    there = db.session.scalars(select(LetterPause)).one()
    if how == "new":
        db.session.add(_pause("stray"))
    elif how == "changed":
        there.reason = "stray"
    else:
        db.session.delete(there)
    with pytest.raises(RuntimeError, match="outside a transaction"), transaction():
        pass
    assert _kinds() == ["there"]


def test_a_read_before_does_not_hinder(app: Flask) -> None:
    assert _kinds() == []
    db.session.scalar(select(LetterPause.kind))
    assert db.session().in_transaction()
    with transaction() as session:
        session.add(_pause("written"))
    assert _kinds() == ["written"]


def test_a_guarded_update_says_who_was_first(app: Flask) -> None:
    with transaction() as session:
        session.add_all([_pause("a"), _pause("b"), _pause("b", 1)])
    guarded = update(LetterPause).where(LetterPause.reason == "")
    with transaction():
        assert updated_one(guarded.where(LetterPause.kind == "a").values(reason="x"))
        assert not updated_one(guarded.where(LetterPause.kind == "a").values(reason="y"))
        assert not updated_one(guarded.where(LetterPause.kind == "b").values(reason="x"))
    with pytest.raises(RuntimeError, match="inside transaction"):
        updated_one(guarded.values(reason="x"))


def test_rows_written_are_counted_also_where_some_were_there(app: Flask) -> None:
    row = {"kind": "a", "group_id": 0, "reason": "", "since": NOON}
    add = database.insert(LetterPause).on_conflict_do_nothing()
    with transaction():
        assert database.rowcount_of(add.values([row, {**row, "kind": "b"}])) == 2
        assert database.rowcount_of(add.values([row, {**row, "kind": "c"}])) == 1
        assert database.rowcount_of(add.values([row])) == 0
        assert database.rowcount_of(delete(LetterPause)) == 3


@pytest.mark.parametrize("hours", [0, 2, -9])
def test_a_moment_of_any_zone_comes_back_the_same_and_in_utc(app: Flask, hours: int) -> None:
    with transaction() as session:
        session.add(_pause("a", since=NOON.astimezone(timezone(timedelta(hours=hours)))))
    db.session.expire_all()
    since = db.session.scalars(select(LetterPause.since)).one()
    assert since == NOON
    assert since.tzinfo is UTC


def test_a_moment_without_zone_is_refused(app: Flask) -> None:
    with pytest.raises(StatementError, match="naive datetime"), transaction() as session:
        session.add(_pause("a", since=NOON.replace(tzinfo=None)))


def test_no_moment_is_no_moment_on_both_engines() -> None:
    kept = UtcDateTime()
    for dialect in (sqlite.dialect(), postgresql.dialect()):
        assert kept.process_bind_param(None, dialect) is None
        assert kept.process_result_value(None, dialect) is None
        told = kept.process_bind_param(NOON.astimezone(timezone(timedelta(hours=5))), dialect)
        assert told == (NOON if dialect.name == "postgresql" else NOON.replace(tzinfo=None))
    there = kept.process_result_value(NOON.astimezone(timezone(timedelta(hours=5))), postgresql.dialect())
    assert there is not None
    assert (there, there.utcoffset()) == (NOON, timedelta())


@given(st.integers(0, 400), st.integers(-3, 60), st.integers(1, 60))
def test_a_page_shows_where_it_stands(total: int, number: int, size: int) -> None:
    number = min(max(number, 1), max(1, -(-total // size)))
    page = Page(range(total)[(number - 1) * size : number * size], number, size, total)
    assert page.pages == max(1, len(range(0, total, size)))
    assert (page.first, page.last) == ((page.items[0] + 1, page.items[-1] + 1) if total else (0, 0))


def test_pages_of_a_list_are_clamped_to_what_there_is(app: Flask) -> None:
    with transaction() as session:
        session.add_all(_pause("a", group_id) for group_id in range(1, 8))
    every = select(LetterPause.group_id).order_by(LetterPause.group_id)
    shown = {number: page_of(every, number, 3) for number in (-1, 0, 1, 2, 3, 4, 900)}
    assert {number: list(page.items) for number, page in shown.items()} == {
        -1: [1, 2, 3], 0: [1, 2, 3], 1: [1, 2, 3], 2: [4, 5, 6], 3: [7], 4: [7], 900: [7],
    }  # fmt: skip
    assert {(page.total, page.size, page.pages) for page in shown.values()} == {(7, 3, 3)}
    pairs = page_of(select(LetterPause.kind, LetterPause.group_id).order_by(LetterPause.group_id), 1, 2, scalars=False)
    assert [tuple(row) for row in pairs.items] == [("a", 1), ("a", 2)]
    nobody = page_of(every.where(LetterPause.kind == "z"), 5)
    assert (list(nobody.items), nobody.number, nobody.size, nobody.pages, nobody.first) == ([], 1, 50, 1, 0)


@pytest.mark.parametrize(
    ("url", "pooler", "options"),
    [
        ("sqlite:///x", "transaction", {"hide_parameters": True}),
        ("postgresql+psycopg://x", "none", {"hide_parameters": True, "pool_pre_ping": True}),
        (
            "postgresql+psycopg://x",
            "transaction",
            {"hide_parameters": True, "pool_pre_ping": True, "connect_args": {"prepare_threshold": None}},
        ),
    ],
)
def test_what_the_engine_is_made_with(settings: Settings, url: str, pooler: str, options: dict[str, object]) -> None:
    told = settings.with_(database_url=url, database_pooler=pooler)
    assert database.engine_options(told) == options


@on_sqlite
def test_a_connection_to_sqlite_is_told_what_it_needs(app: Flask) -> None:
    told = {name: db.session.scalar(text(f"PRAGMA {name}")) for name in ("journal_mode", "foreign_keys", "synchronous")}
    assert told == {"journal_mode": "wal", "foreign_keys": 1, "synchronous": 1}
    assert db.session.scalar(text("PRAGMA busy_timeout")) == database.BUSY_MS >= 60_000
    assert db.session.scalar(text("SELECT lower('ŁÓDŹ')")) == "łódź"
    assert db.session.scalar(text("SELECT lower(NULL)")) is None
    assert db.session.scalar(text("SELECT lower(7)")) == 7


@on_sqlite
def test_the_worker_lets_each_commit_outlive_a_power_cut_and_pages_do_not_wait_for_it(app: Flask) -> None:
    database.sync_each_commit()
    with transaction() as session:
        assert session.scalar(text("PRAGMA synchronous")) == 2
    other = db.engine.execution_options(synced=False)
    db.engine.dispose()
    with other.connect() as connection:
        assert connection.scalar(text("PRAGMA synchronous")) == 1


@on_sqlite
def test_a_verb_takes_the_write_lock_at_once_and_a_read_takes_none(app: Flask, tmp_path: Path) -> None:
    file = str(db.engine.url.database)

    def locked() -> bool:
        other = sqlite3.connect(file, timeout=0, isolation_level=None)
        try:
            other.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError:
            return True
        finally:
            other.close()
        return False

    db.session.scalar(select(LetterPause.kind))
    assert not locked()
    with transaction():
        assert locked()
    assert not locked()


@on_sqlite
def test_between_many_transactions_whoever_waits_comes_in(app: Flask) -> None:
    before = time.monotonic()
    database.yield_write_lock()
    assert time.monotonic() - before > 0.1  # SQLite asks again every 100 ms


def test_work_is_shared_only_where_two_can_write(app: Flask) -> None:
    threads: list[int] = []
    database.run_on_two_connections(lambda: threads.append(threading.get_ident()))
    assert len(threads) == (2 if POSTGRES else 1)
    assert threading.get_ident() in threads


def test_what_the_work_raises_is_raised(app: Flask) -> None:
    with pytest.raises(ZeroDivisionError):
        database.run_on_two_connections(lambda: 1 // 0)


def test_the_engine_in_use_is_known(app: Flask) -> None:
    assert database.is_postgresql() is bool(POSTGRES)
    assert database.is_postgresql(db.engine) is bool(POSTGRES)
    assert inspect(db.engine).has_table("letter_pause")


@on_postgresql
@pytest.mark.parametrize(("granted", "used"), [("4MB", "32MB"), ("64MB", "64MB")])
def test_a_statement_may_sort_in_32_mb_and_never_in_less_than_is_granted(app: Flask, granted: str, used: str) -> None:
    name = db.engine.url.database
    with psycopg.connect(db.engine.url.set(drivername="postgresql").render_as_string(hide_password=False)) as owner:
        owner.execute(
            psycopg.sql.SQL("ALTER DATABASE {} SET work_mem = {}").format(psycopg.sql.Identifier(name), granted)
        )
    db.session.rollback()
    db.engine.dispose()
    for _ in range(2):  # also after a rollback
        assert db.session.scalar(text("SHOW work_mem")) == used
        db.session.rollback()
