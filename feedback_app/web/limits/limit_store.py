"""Where rate limits are counted: one small file that all processes of this machine share, and that outlives them."""

from __future__ import annotations

import sqlite3
import threading
import time
from contextlib import closing

from limits.storage import Storage

SCHEME = "file"
COUNT = """
INSERT INTO counted (key, hits, ends) VALUES (:key, :hits, :now + :lasts)
ON CONFLICT (key) DO UPDATE SET
  hits = CASE WHEN ends <= :now THEN excluded.hits ELSE hits + excluded.hits END,
  ends = CASE WHEN ends <= :now THEN excluded.ends ELSE ends END
RETURNING hits
"""
SWEEP = 1_000  # counts of one thread after which what has ended is taken away


class FileStorage(Storage):
    """Fixed windows in SQLite. Losing the last counts in a power cut costs nothing, so nothing is synced.

    An error of the file makes Flask-Limiter count in memory until it can be written again.
    """

    STORAGE_SCHEME = [SCHEME]  # noqa: RUF012  # how `limits` finds us

    def __init__(self, uri: str | None = None, wrap_exceptions: bool = False, **options: float | str | bool) -> None:
        super().__init__(uri, wrap_exceptions=wrap_exceptions, **options)
        self._path = (uri or "").removeprefix(f"{SCHEME}://")
        self._own = threading.local()

    @property
    def base_exceptions(self) -> type[Exception]:
        """What this store raises."""
        return sqlite3.Error

    def _file(self) -> sqlite3.Connection:
        """Return this thread's connection; made after the fork, for none may be carried across."""
        found: sqlite3.Connection | None = getattr(self._own, "file", None)
        if found is None:
            found = self._own.file = sqlite3.connect(self._path, isolation_level=None, timeout=5)
            for pragma in ("journal_mode = WAL", "synchronous = OFF"):
                found.execute(f"PRAGMA {pragma}")
            found.execute("CREATE TABLE IF NOT EXISTS counted (key TEXT PRIMARY KEY, hits INTEGER, ends REAL) STRICT")
        return found

    def incr(self, key: str, expiry: int, amount: int = 1) -> int:
        """Count ``amount`` more under ``key``, whose window lasts ``expiry`` seconds; return the count."""
        file, now = self._file(), time.time()
        row = file.execute(COUNT, {"key": key, "hits": amount, "now": now, "lasts": expiry}).fetchone()
        if file.total_changes % SWEEP == 0:
            file.execute("DELETE FROM counted WHERE ends <= ?", [now])
        return int(row[0])

    def get(self, key: str) -> int:
        """Return the count of the window in force, 0 when there is none."""
        sql = "SELECT hits FROM counted WHERE key = ? AND ends > ?"
        row = self._file().execute(sql, [key, time.time()]).fetchone()
        return int(row[0]) if row else 0

    def get_expiry(self, key: str) -> float:
        """Return when the window ends, in seconds since the epoch; now when there is none."""
        row = self._file().execute("SELECT ends FROM counted WHERE key = ?", [key]).fetchone()
        return float(row[0]) if row else time.time()

    def check(self) -> bool:
        """True when the file can be written."""
        try:
            self.incr("check", 1)
        except sqlite3.Error:
            return False
        return True

    def reset(self) -> int:
        """Forget all counts; return how many there were."""
        with closing(self._file().execute("DELETE FROM counted")) as done:
            return done.rowcount

    def clear(self, key: str) -> None:
        """Forget the count of ``key``."""
        self._file().execute("DELETE FROM counted WHERE key = ?", [key])
