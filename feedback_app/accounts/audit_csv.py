"""The trail as CSV that spreadsheet programs open safely. Pure."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Protocol

HEADER = ("at", "who", "action", "target", "target_id", "summary", "details")
STARTS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")  # OWASP, CSV injection
BOM = "\ufeff"  # tells spreadsheet programs that this is UTF-8


class Line(Protocol):
    """What a line of the trail has."""

    at: Any
    actor: Any
    action: Any
    target: Any
    target_id: Any
    summary: Any
    details: Any


def safe(value: object) -> str:
    """Return ``value`` as a cell that no program runs: what begins like a formula gets an apostrophe in front."""
    text = "" if value is None else str(value)
    return f"'{text}" if text.lstrip(" ").startswith(STARTS_A_FORMULA) else text


def lines(entries: Iterable[Line]) -> Iterator[str]:
    """Return the file piece by piece: the header, then a row for each entry (RFC 4180)."""
    yield BOM + _row(HEADER)
    for one in entries:
        details = json.dumps(one.details, ensure_ascii=False, sort_keys=True) if one.details else ""
        cells = (one.at.isoformat(), one.actor, one.action, one.target, one.target_id, one.summary, details)
        yield _row([safe(cell) for cell in cells])


def _row(cells: Sequence[str]) -> str:
    file = io.StringIO()
    csv.writer(file).writerow(cells)
    return file.getvalue()
