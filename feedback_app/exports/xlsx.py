"""Workbooks: what a stranger typed stays text, nothing is run, and memory does not grow with the rows."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from tempfile import TemporaryFile

from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

MIMETYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
LONGEST = 32_000  # UTF-16 units of a cell; Excel takes 32,767
MOST = 1_000_000  # rows of a sheet; Excel takes 1,048,576
CHUNK = 128 * 1024  # bytes
_UNFIT = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")  # XML 1.0, section 2.2


@dataclass(frozen=True)
class Sheet:
    """One sheet: rows as they come, the first in bold and kept in view; widths in letters, one for each column."""

    name: str
    widths: Sequence[int]
    rows: Iterable[Iterable[object]]


def stream(sheets: Sequence[Sheet]) -> Iterator[bytes]:
    """Yield a workbook of these sheets in pieces. Rows go to the disk as they are read, then the file to the reader.

    Numbers and truth values stay what they are, None is an empty cell; everything else is text, also where it begins
    like a formula ("CSV injection", OWASP). Left out: signs that XML cannot hold, what is longer than a cell may be,
    and rows after the millionth.
    """
    with TemporaryFile() as file:
        with Workbook(file, {"constant_memory": True}) as book:
            bold = book.add_format({"bold": True})
            for sheet in sheets:
                _write(book.add_worksheet(sheet.name), sheet, bold)
        file.seek(0)
        while piece := file.read(CHUNK):
            yield piece


def _write(page: Worksheet, sheet: Sheet, bold: Format) -> None:
    page.freeze_panes(1, 0)
    for at, width in enumerate(sheet.widths):
        page.set_column(at, at, width)
    for number, row in enumerate(sheet.rows):
        if number == MOST:
            break
        style = None if number else bold
        for column, value in enumerate(row):
            if isinstance(value, bool):
                page.write_boolean(number, column, value, style)
            elif isinstance(value, int | float):
                page.write_number(number, column, value, style)
            elif value is not None:
                page.write_string(number, column, _text(str(value)), style)


def _text(text: str) -> str:
    text = _UNFIT.sub("", text)
    if len(text) > LONGEST // 2:  # only then can it be too long in units of 16 bits
        text = text.encode("utf-16-le")[: 2 * LONGEST].decode("utf-16-le", "ignore")
    return text
