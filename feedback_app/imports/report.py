"""What became of the rows of an import: counts that add up, and a line for each row that somebody should look at."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from operator import itemgetter
from typing import Any, Generic, TextIO, TypeVar

OUTCOMES = ("created", "updated", "unchanged", "held_back", "rejected")


@dataclass
class Counts:
    """How many rows there were, and of these how many had each of OUTCOMES; a room adds what else it counts.

    ``held_back``: nothing is wrong with the row, but a promise to the person stands against taking it in.
    ``rejected``: the row cannot be taken as it is; somebody may put it right.
    """

    rows: int = 0
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    held_back: int = 0
    rejected: int = 0

    @property
    def taken(self) -> int:
        """How many rows are in the tables afterwards."""
        return self.created + self.updated + self.unchanged

    @property
    def adds_up(self) -> bool:
        """True when every row had one outcome."""
        return bool(self.rows == sum(getattr(self, outcome) for outcome in OUTCOMES))

    def as_dict(self) -> dict[str, int]:
        """Return the counts as plain JSON values."""
        return asdict(self)


C = TypeVar("C", bound=Counts)


class Report(Generic[C]):
    """Counts rows and writes lines of JSON to ``file``: row, outcome, reason (a msgid), values that fill it, text."""

    def __init__(self, counts: C, file: TextIO) -> None:
        self.counts, self._file = counts, file
        self._lines: list[dict[str, Any]] = []

    def reject(self, number: int, reason: str, values: Mapping[str, object], text: str) -> None:
        """Count and report a row that cannot be taken."""
        self.counts.rejected += 1
        self.line(number, "rejected", reason, values, text)

    def hold_back(self, number: int, reason: str, text: str) -> None:
        """Count and report a row that is not taken for the person's sake."""
        self.counts.held_back += 1
        self.line(number, "held back", reason, {}, text)

    def line(self, number: int, outcome: str, reason: str, values: Mapping[str, object], text: str) -> None:
        """Report a row without counting it."""
        self._lines.append({"row": number, "outcome": outcome, "reason": reason, "values": dict(values), "text": text})

    def flush(self) -> None:
        """Write the lines since the last time, in the order of the rows."""
        self._file.writelines(json.dumps(line) + "\n" for line in sorted(self._lines, key=itemgetter("row")))
        self._lines.clear()
