"""Workbooks as a stream: what a stranger typed stays text, nothing is run, and memory does not grow with the rows.

A workbook is a ZIP of XML (ECMA-376, Office Open XML). Sheets are written row by row, texts inside their cells, so
that the first bytes leave at once and nothing has to be known beforehand or kept.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape, quoteattr

MIMETYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
LONGEST = 32_000  # UTF-16 units of a cell; Excel takes 32,767
MOST = 1_000_000  # rows of a sheet; Excel takes 1,048,576
CHUNK = 128 * 1024  # characters gathered before they are compressed
_UNFIT = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")  # XML 1.0, section 2.2
_ESCAPE = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")  # ST_Xstring (ECMA-376, part 1, 22.9.2.19): would be read as a sign
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_LINKS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_PLAIN, _BOLD = "", ' s="1"'
_FONT = '<sz val="11"/><name val="Calibri"/>'
_CELL = 'numFmtId="0" fillId="0" borderId="0"'
_STYLES = "".join(
    (
        f'{_HEAD}<styleSheet xmlns="{_MAIN}"><fonts count="2"><font>{_FONT}</font><font><b/>{_FONT}</font></fonts>',
        '<fills count="2"><fill><patternFill patternType="none"/></fill>',
        '<fill><patternFill patternType="gray125"/></fill></fills><borders count="1"><border/></borders>',
        f'<cellStyleXfs count="1"><xf {_CELL} fontId="0"/></cellStyleXfs>',
        f'<cellXfs count="2"><xf {_CELL} fontId="0" xfId="0"/>',
        f'<xf {_CELL} fontId="1" xfId="0" applyFont="1"/></cellXfs>',
        '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>',
    )
)


@dataclass(frozen=True)
class Sheet:
    """One sheet: rows as they come, the first in bold and kept in view; widths in letters, one for each column."""

    name: str
    widths: Sequence[int]
    rows: Iterable[Iterable[object]]


def stream(sheets: Sequence[Sheet]) -> Iterator[bytes]:
    """Yield a workbook of these sheets in pieces; rows are asked for as the pieces are.

    Numbers and truth values stay what they are, None is an empty cell; everything else is text, also where it begins
    like a formula ("CSV injection", OWASP). Left out: signs that XML cannot hold, what is longer than a cell may be,
    and rows after the millionth.
    """
    sink = _Sink()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED, compresslevel=4) as book:
        for path, text in _frame([sheet.name for sheet in sheets]).items():
            book.writestr(path, text)
        for number, sheet in enumerate(sheets, 1):
            with book.open(f"xl/worksheets/sheet{number}.xml", "w") as file:
                for piece in _gathered(_sheet(sheet)):
                    file.write(piece.encode())
                    yield sink.taken()
    yield sink.taken()


class _Sink:
    """Where the archive goes: written to, never sought in, emptied between pieces."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []

    def write(self, data: bytes) -> int:
        self._pieces.append(bytes(data))
        return len(data)

    def flush(self) -> None:
        pass  # nothing waits here: what was written is taken

    def close(self) -> None:
        pass

    def taken(self) -> bytes:
        found = b"".join(self._pieces)
        self._pieces.clear()
        return found


def _gathered(parts: Iterable[str]) -> Iterator[str]:
    pieces, size = [], 0
    for part in parts:
        pieces.append(part)
        size += len(part)
        if size >= CHUNK:
            yield "".join(pieces)
            pieces, size = [], 0
    yield "".join(pieces)


def _sheet(sheet: Sheet) -> Iterator[str]:
    yield f'{_HEAD}<worksheet xmlns="{_MAIN}"><sheetViews><sheetView workbookViewId="0">'
    yield '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews><cols>'
    for at, width in enumerate(sheet.widths, 1):
        yield f'<col min="{at}" max="{at}" width="{width}" customWidth="1"/>'
    yield "</cols><sheetData>"
    letters = [_letters(at) for at in range(len(sheet.widths))]
    for number, row in enumerate(sheet.rows, 1):
        if number > MOST:
            break
        style = _PLAIN if number > 1 else _BOLD
        cells = [_cell(f"{column}{number}", value, style) for column, value in zip(letters, row, strict=True)]
        yield f'<row r="{number}">{"".join(cells)}</row>'
    yield "</sheetData></worksheet>"


def _letters(at: int) -> str:
    """Return the name of a column: 0 is A, 25 is Z, 26 is AA."""
    return (_letters(at // 26 - 1) if at >= 26 else "") + chr(ord("A") + at % 26)


def _cell(place: str, value: object, style: str) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return f'<c r="{place}"{style} t="b"><v>{int(value)}</v></c>'
    if isinstance(value, int | float):
        return f'<c r="{place}"{style}><v>{value}</v></c>'
    return f'<c r="{place}"{style} t="inlineStr"><is><t xml:space="preserve">{_text(str(value))}</t></is></c>'


def _text(text: str) -> str:
    text = _ESCAPE.sub("_x005F_", _UNFIT.sub("", text))
    if len(text) > LONGEST // 2:  # only then can it be too long in units of 16 bits
        text = text.encode("utf-16-le")[: 2 * LONGEST].decode("utf-16-le", "ignore")
    return escape(text)


def _frame(names: Sequence[str]) -> dict[str, str]:
    """The files that say what is in a workbook, by their paths."""
    numbers = range(1, len(names) + 1)
    return {
        "[Content_Types].xml": f'{_HEAD}<Types xmlns="{_PACKAGE}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{_TYPE}.sheet.main+xml"/>'
        f'<Override PartName="/xl/styles.xml" ContentType="{_TYPE}.styles+xml"/>'
        + "".join(
            f'<Override PartName="/xl/worksheets/sheet{at}.xml" ContentType="{_TYPE}.worksheet+xml"/>' for at in numbers
        )
        + "</Types>",
        "_rels/.rels": _related({"rId1": ("officeDocument", "xl/workbook.xml")}),
        "xl/workbook.xml": f'{_HEAD}<workbook xmlns="{_MAIN}" xmlns:r="{_LINKS}"><sheets>'
        + "".join(f'<sheet name={quoteattr(name)} sheetId="{at}" r:id="rId{at}"/>' for at, name in enumerate(names, 1))
        + "</sheets></workbook>",
        "xl/_rels/workbook.xml.rels": _related(
            {f"rId{at}": ("worksheet", f"worksheets/sheet{at}.xml") for at in numbers}
            | {"rId0": ("styles", "styles.xml")}
        ),
        "xl/styles.xml": _STYLES,
    }


def _related(files: dict[str, tuple[str, str]]) -> str:
    links = (
        f'<Relationship Id="{name}" Type="{_LINKS}/{kind}" Target="{path}"/>' for name, (kind, path) in files.items()
    )
    return f'{_HEAD}<Relationships xmlns="{_PACKAGE}/relationships">{"".join(links)}</Relationships>'
