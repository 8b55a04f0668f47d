"""Rows that were read, kept as lines of JSON, so that applying a list need not read and check it again. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from operator import attrgetter
from typing import TextIO

from feedback_app.contacts.importing.csv_import import Row
from feedback_app.imports.rows import Rejected

_ROW = attrgetter(*Row.__slots__)
_REJECTED = attrgetter(*Rejected.__slots__)


def written(rows: Iterable[Row | Rejected], file: TextIO) -> Iterator[Row | Rejected]:
    """Yield ``rows`` unchanged and write each to ``file`` on its way."""
    for one in rows:
        file.write(json.dumps([True, *_ROW(one)] if isinstance(one, Row) else [False, *_REJECTED(one)]) + "\n")
        yield one


def read(file: Iterable[str]) -> Iterator[Row | Rejected]:
    """Yield the rows that :func:`written` wrote."""
    for line in file:
        good, *fields = json.loads(line)
        yield Row(*fields) if good else Rejected(*fields)
