"""Vectors kept between calls of a command: one SQLite file, keyed by encoder and text. Pure but for that file."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, MutableMapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self


class VectorFile(MutableMapping[str, bytes]):
    """A `VectorCache` that remembers what it is given when left; without a path it remembers nothing.

    A file that cannot be opened or is no database counts as empty: a cache must never stop the work.
    """

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._kept: dict[str, bytes] = {}
        self._new: dict[str, bytes] = {}

    def __enter__(self) -> Self:
        if self._path is not None and self._path.is_file():
            try:
                with sqlite3.connect(self._path) as file:
                    self._kept = dict(file.execute("SELECT key, vector FROM vectors"))
            except sqlite3.Error:
                self._kept = {}
            finally:
                file.close()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._path is None or not self._new or error is not None:
            return
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            file = sqlite3.connect(self._path, timeout=10)
        except (OSError, sqlite3.Error):
            return
        try:
            with file:
                file.execute("CREATE TABLE IF NOT EXISTS vectors (key TEXT PRIMARY KEY, vector BLOB NOT NULL)")
                file.executemany("INSERT OR REPLACE INTO vectors VALUES (?, ?)", self._new.items())
        except sqlite3.Error:
            return
        finally:
            file.close()

    def __getitem__(self, key: str) -> bytes:
        return self._kept[key]

    def __setitem__(self, key: str, vector: bytes) -> None:
        self._kept[key] = self._new[key] = vector

    def __delitem__(self, key: str) -> None:
        del self._kept[key]
        self._new.pop(key, None)

    def __iter__(self) -> Iterator[Any]:
        return iter(self._kept)

    def __len__(self) -> int:
        return len(self._kept)
