"""Reading a CSV file as companies really have them: any of three encodings, any of three delimiters, damaged rows.

Pure: knows neither contacts nor the database. The file is read as a stream, so its length does not matter.
"""

from __future__ import annotations

import contextlib
import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from feedback_app.errors import N_, Refused
from feedback_app.imports.encoding import encoding_of

DELIMITERS = (",", ";", "\t")
RECORD_LINES = 100  # a quoted cell may hold a letter of this many lines; beyond, its quotation mark was never closed
RECORD_CHARACTERS = 64 * 1024
COLUMNS = 200
_SEP = re.compile(r"sep=(.)\r?\n?", re.IGNORECASE)  # Excel's own first line


@dataclass(frozen=True, slots=True)
class Record:
    """One row: its ``number`` (the heading is row 1, as a spreadsheet counts) and its cells."""

    number: int
    cells: list[str]


@dataclass(frozen=True, slots=True)
class Broken:
    """A row that cannot be read: ``reason`` is a gettext msgid; ``raw`` is how the row begins."""

    number: int
    reason: str
    raw: str


@dataclass(frozen=True)
class Table:
    """A CSV file that is open: what was found out about it, its headings, and its rows as a stream (to read once)."""

    encoding: str
    delimiter: str
    headings: list[str]
    rows: Iterator[Record | Broken]


def read_table(file: BinaryIO) -> Table:
    """Open ``file`` (seekable, at any position) as a table.

    Raises Refused when it is no CSV text, with one line saying what to do. Damaged rows are no reason to refuse:
    they come as Broken, and the rows after them are read on. The caller closes ``file`` when the rows are read.
    """
    encoding = encoding_of(file)
    file.seek(0)
    text = io.TextIOWrapper(file, encoding=encoding, newline="")
    lines = _Lines(text)
    first = lines.peek()
    said = _SEP.fullmatch(first)
    if said:
        next(lines)
        first = lines.peek()
    delimiter = said[1] if said and said[1] in DELIMITERS else _delimiter(first)
    rows = _records(lines, delimiter, start=2 if said else 1)
    for record in rows:
        if isinstance(record, Broken):
            raise Refused(N_("The first row of the file cannot be read. Check its quotation marks and try again."))
        if len(record.cells) > COLUMNS:
            raise Refused(N_("The file has more than %(most)s columns. Leave out what is not needed."), most=COLUMNS)
        return Table(encoding, delimiter, [cell.strip() for cell in record.cells], rows)
    raise Refused(N_("The file has no heading and no rows. Choose a CSV file whose first row names the columns."))


def _delimiter(heading: str) -> str:
    """Return the delimiter that cuts the heading into most cells; a comma when none does."""
    return max(DELIMITERS, key=lambda sign: len(next(csv.reader([heading], delimiter=sign), [])))


class _Lines:
    """The physical lines, which remembers those of the record being read and can take them back.

    To the parser the text ends where a record grows beyond its limits, so that a quotation mark that is never
    closed costs one row, not the rest of the file.
    """

    def __init__(self, text: io.TextIOWrapper) -> None:
        self._text = text
        self._waiting: list[str] = []  # in reverse order
        self.taken: list[str] = []
        self._size = 0

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        if len(self.taken) >= RECORD_LINES or self._size >= RECORD_CHARACTERS:
            raise StopIteration
        line = self._waiting.pop() if self._waiting else self._text.readline(RECORD_CHARACTERS)
        if not line:
            raise StopIteration
        self.taken.append(line)
        self._size += len(line)
        return line

    def begin(self) -> None:
        """Start a new record."""
        self.taken = []
        self._size = 0

    def give_back(self) -> str:
        """Return the first line of the record and put the others back, to be read again as records of their own."""
        first, *rest = self.taken
        self._waiting.extend(reversed(rest))
        if len(first) >= RECORD_CHARACTERS and not first.endswith(("\n", "\r")):
            self._skip_line()
        return first

    def peek(self) -> str:
        """Return the first line without taking it; empty at the end."""
        line = next(self, "")
        if line:
            self._waiting.append(line)
        self.begin()
        return line

    def release(self) -> None:
        """Give the file back to its owner; else the wrapper would close it, and complain, when it is forgotten."""
        with contextlib.suppress(ValueError):  # the owner has closed it already
            self._text.detach()

    def _skip_line(self) -> None:
        while piece := self._text.readline(RECORD_CHARACTERS):
            if piece.endswith(("\n", "\r")):
                return


def _records(lines: _Lines, delimiter: str, start: int) -> Iterator[Record | Broken]:
    try:
        yield from _read(lines, csv.reader(lines, delimiter=delimiter, strict=True), start)
    finally:
        lines.release()


def _read(lines: _Lines, reader: Iterator[list[str]], number: int) -> Iterator[Record | Broken]:
    while True:
        lines.begin()
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error:
            raw = lines.give_back()
            yield Broken(number, _why(raw), raw[:200])
        else:
            if _too_long(lines.taken):
                yield Broken(number, _why(lines.give_back()), lines.taken[0][:200])
            elif any(map(str.strip, cells)):
                yield Record(number, cells)
        number += 1


def _too_long(taken: list[str]) -> bool:
    return len(taken) == 1 and len(taken[0]) >= RECORD_CHARACTERS and not taken[0].endswith(("\n", "\r"))


def _why(line: str) -> str:
    if len(line) >= RECORD_CHARACTERS:
        return N_("The row is far too long.")
    return N_("A quotation mark is opened and not closed, or closed in the middle of a cell.")
