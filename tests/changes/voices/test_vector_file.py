"""Vectors kept between calls: a cache that never stops the work."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from feedback_app.changes.voices.engine.vector_file import VectorFile


def test_vectors_are_found_again_and_a_failed_run_keeps_none(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "vectors.sqlite3"
    with VectorFile(path) as kept:
        kept["a"], kept["b"], kept["c"] = b"1", b"2", b"3"
        del kept["c"]
    with pytest.raises(ZeroDivisionError), VectorFile(path) as kept:
        kept["d"] = bytes(1 // 0)
    with VectorFile(path) as kept:
        assert dict(kept) == {"a": b"1", "b": b"2"}
        assert len(kept) == 2
        kept["a"] = b"9"
    with VectorFile(path) as kept:
        assert kept["a"] == b"9"


def test_a_file_that_is_no_database_counts_as_empty_and_is_not_touched(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("not a database, but long enough to look at " * 40, "utf-8")
    with VectorFile(path) as kept:
        assert dict(kept) == {}
        kept["a"] = b"1"
    assert path.read_text("utf-8").startswith("not a database")
    with pytest.raises(sqlite3.DatabaseError), sqlite3.connect(path) as file:
        file.execute("SELECT 1 FROM vectors")


def test_without_a_path_nothing_is_remembered(tmp_path: Path) -> None:
    with VectorFile(None) as kept:
        kept["a"] = b"1"
        assert kept["a"] == b"1"
    with VectorFile(None) as kept:
        assert "a" not in kept
    assert list(tmp_path.iterdir()) == []
