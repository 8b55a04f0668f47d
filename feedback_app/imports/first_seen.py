"""Which addresses a file has brought already, in flat memory: beyond a small cache the list lies on disk."""

from __future__ import annotations

import sqlite3
from types import TracebackType


class Seen:
    """Keys with the number of the row that brought each first; vanishes when it is closed."""

    def __enter__(self) -> Seen:
        # an empty name is SQLite's own temporary file: private to this connection, deleted with it
        self._list = sqlite3.connect("", isolation_level=None)
        self._list.execute("PRAGMA journal_mode=OFF")
        self._list.execute("CREATE TABLE seen (key TEXT PRIMARY KEY, number INTEGER) WITHOUT ROWID")
        self._list.execute("BEGIN")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._list.close()

    def first(self, key: str, number: int) -> int:
        """Return the number of the row that brought ``key`` first: ``number`` itself when it is new."""
        added = self._list.execute("INSERT OR IGNORE INTO seen VALUES (?, ?)", (key, number)).rowcount
        if added:
            return number
        found: int = self._list.execute("SELECT number FROM seen WHERE key = ?", (key,)).fetchone()[0]
        return found
