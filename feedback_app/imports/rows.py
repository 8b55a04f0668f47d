"""From the records of a table to rows a room can take in, and rows it cannot, each with its reason. Pure, streamed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TypeVar

from feedback_app.errors import N_
from feedback_app.imports.csv_file import Broken, Record, Table

RAW = 300  # how much of a rejected row its report repeats
Row = TypeVar("Row")


@dataclass(frozen=True, slots=True)
class Rejected:
    """A row that is not imported: ``reason`` is a gettext msgid to be filled with ``values``.

    ``opted_out`` is the key of the address when the row asks not to be written to: that wish counts all the same.
    """

    number: int
    reason: str
    values: Mapping[str, object]
    raw: str
    opted_out: str = ""


class Unfit(Exception):
    """A row's trouble, on its way to a Rejected: ``reason`` is a gettext msgid to be filled with ``values``."""

    def __init__(self, reason: str, **values: object) -> None:
        super().__init__(reason)
        self.reason, self.values = reason, values


def _no_wish(_record: Record) -> str:
    return ""


def read_rows(
    table: Table, columns: int, read: Callable[[Record], Row], opted_out: Callable[[Record], str] = _no_wish
) -> Iterator[Row | Rejected]:
    """Yield what ``read`` makes of each record; where it raises Unfit, or the row is damaged, a Rejected.

    ``columns``: how many the heading has. ``opted_out`` is asked about rejected rows only.
    """
    for record in table.rows:
        if isinstance(record, Broken):
            yield Rejected(record.number, record.reason, {}, record.raw)
            continue
        try:
            refuse_damage(record, columns)
            row = read(record)
        except Unfit as trouble:
            raw = table.delimiter.join(record.cells)[:RAW]
            yield Rejected(record.number, trouble.reason, trouble.values, raw, opted_out(record))
        else:
            yield row


def refuse_damage(record: Record, columns: int) -> None:
    """Raise Unfit when a row has filled cells beyond the heading's ``columns``, or holds NUL."""
    if len(record.cells) > columns and any(cell.strip() for cell in record.cells[columns:]):
        raise Unfit(
            N_("The row has %(cells)s cells, the heading %(columns)s. Is a quotation mark missing?"),
            cells=len(record.cells),
            columns=columns,
        )
    if any("\0" in cell for cell in record.cells):
        raise Unfit(N_("The row holds a NUL character, which no text has. Type the row again."))


def within(text: str, column: str, most: int) -> str:
    """Return ``text`` when it has at most ``most`` characters, else raise Unfit naming the ``column``."""
    if len(text) > most:
        raise Unfit(
            N_("“%(column)s” is too long: %(length)s characters, at most %(most)s fit."),
            column=column,
            length=len(text),
            most=most,
        )
    return text
