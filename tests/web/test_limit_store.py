"""Limits are counted together by all processes of a machine, and go on where a restart or a full disk met them."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import time_machine
from flask import Flask

from feedback_app import create_app
from feedback_app.settings import Settings
from feedback_app.web.limits import limit_store
from feedback_app.web.limits.limit_store import FileStorage
from tests.browser import many_sign_ins

NOON = datetime.fromisoformat("2026-11-30 12:00+00:00")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[FileStorage]:
    made = FileStorage(f"file://{tmp_path / 'limits.sqlite3'}")
    yield made
    made._file().close()


def test_a_window_counts_and_ends(store: FileStorage) -> None:
    with time_machine.travel(NOON, tick=False) as now:
        assert [store.incr("a", 60) for _ in range(3)] == [1, 2, 3]
        assert store.incr("b", 60, 5) == 5
        assert (store.get("a"), store.get("none")) == (3, 0)
        assert store.get_expiry("a") == (NOON + timedelta(minutes=1)).timestamp()
        now.shift(60)
        assert store.get("a") == 0
        assert store.incr("a", 60) == 1
        store.clear("a")
        assert store.get("a") == 0
        assert store.reset() == 1


def test_what_has_ended_is_taken_away(store: FileStorage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limit_store, "SWEEP", 10)
    with time_machine.travel(NOON, tick=False) as now:
        store.incr("old", 60)
        now.shift(61)
        for number in range(10):
            store.incr(f"new {number}", 60)
        assert store.reset() == 10


def test_threads_and_processes_count_together(store: FileStorage, tmp_path: Path) -> None:
    other = FileStorage(f"file://{tmp_path / 'limits.sqlite3'}")

    def count(one: FileStorage) -> None:
        for _ in range(100):
            one.incr("a", 60)
        one._file().close()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(count, [store, other, store, other]))
    assert store.get("a") == 400


def _wrong_passwords(app: Flask, times: int) -> list[int]:
    app.config["WTF_CSRF_ENABLED"] = False
    client = many_sign_ins(app).test_client()
    tried = {"email": "nobody@velo.example", "password": "not the password"}
    return [client.post("/sign-in", data=tried).status_code for _ in range(times)]


@pytest.mark.usefixtures("still_clock")
def test_ten_guesses_are_ten_whichever_process_they_meet(settings: Settings) -> None:
    limited = settings.with_(rate_limits=True)
    first, second = create_app(limited), create_app(limited)
    assert _wrong_passwords(first, 6) == [200] * 6
    assert _wrong_passwords(second, 5) == [200] * 4 + [429]


@pytest.mark.usefixtures("still_clock")
def test_a_store_that_fails_lets_nobody_guess_on(settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "limits.sqlite3").mkdir()
    app = create_app(settings.with_(rate_limits=True))
    assert _wrong_passwords(app, 11) == [200] * 10 + [429]
    with pytest.raises(sqlite3.Error):
        FileStorage(f"file://{tmp_path / 'limits.sqlite3'}").get("a")
