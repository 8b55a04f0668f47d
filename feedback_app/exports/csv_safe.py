"""CSV that spreadsheet programs open as text: what a stranger typed is never run as a formula."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator

from feedback_app.common.formulas import guarded

BOM = "\ufeff"  # tells Excel that the file is UTF-8; every other reader skips it
CHUNK = 16 * 1024  # characters gathered before they are handed on


def safe_cell(value: object) -> str:
    """Return ``value`` as the text of a cell that no spreadsheet takes for a formula.

    None becomes an empty cell. Numbers stay numbers (a negative number is no formula). Dangerous text, also behind
    leading blanks, gets an apostrophe in front, which spreadsheets read as "this is text". NUL is dropped, because
    readers cut the cell there.
    """
    if value is None:
        return ""
    if isinstance(value, (int, float)):
        return str(value)
    return guarded(str(value).replace("\0", ""))


def stream(rows: Iterable[Iterable[object]], delimiter: str = ",") -> Iterator[str]:
    """Yield ``rows`` as pieces of one CSV text (RFC 4180, CRLF, with BOM), every cell made safe.

    Nothing is kept but the piece being written, so a result of any length can be streamed.
    """
    buffer = io.StringIO()
    buffer.write(BOM)
    writer = csv.writer(buffer, delimiter=delimiter, lineterminator="\r\n")
    for row in rows:
        writer.writerow([safe_cell(cell) for cell in row])
        if buffer.tell() >= CHUNK:
            yield buffer.getvalue()
            buffer.seek(0)
            buffer.truncate()
    if buffer.tell():
        yield buffer.getvalue()
