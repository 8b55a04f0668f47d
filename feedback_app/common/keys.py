"""The keys of rows as they come from outside: digits in an address or a form."""

from __future__ import annotations

from collections.abc import Iterable

MOST_KEY = 2**63 - 1  # of PostgreSQL's BIGINT and of SQLite's INTEGER


def read_key(raw: str) -> int | None:
    """Return the key that ``raw`` writes in digits, None when it is none or larger than any row's."""
    key = int(raw) if raw.isascii() and raw.isdecimal() and len(raw) < 20 else 0
    return key if 0 < key <= MOST_KEY else None


def read_keys(raws: Iterable[str]) -> list[int]:
    """Return the keys among ``raws``; what is none is left out."""
    return [key for key in map(read_key, raws) if key is not None]
