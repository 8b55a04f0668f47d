"""Themes and mentions as a workbook: what a stranger typed stays text, however it begins. Reads only."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import IO, Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font

from feedback_app import clock
from feedback_app.contacts.models import KINDS
from feedback_app.themes.figures import Overview, overview
from feedback_app.themes.looking import Look
from feedback_app.themes.models import Codebook
from feedback_app.themes.queries import staff_choices, surveys_of
from feedback_app.themes.queries_mentions import Agreement, agreements, csv_rows

LONGEST = 32_000  # characters of a cell; Excel takes 32,767
MOST = 1_000_000  # rows of a sheet; Excel takes 1,048,576
MIMETYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_UNFIT = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")  # XML 1.0, section 2.2
_WIDTHS = {
    "themes": [8, 36, 50, 50, 22, 10, 10, *[12] * len(KINDS), 12, 12, 12],
    "mentions": [18, 26, 16, 14, 10, 30, 11, 11, 70, 70],
    "about": [28, 70],
}


def write(file: IO[bytes], codebook: Codebook, look: Look, zone: str, theme: int = 0) -> None:
    """Write a workbook with the sheets themes, mentions and about; all under the filter, of one theme if one is named.

    Every text is written as text, so that no cell is run as a formula ("CSV injection", OWASP); control characters
    that XML cannot hold are left out. Rows go to the disk as they are read: memory does not grow with them.
    """
    book = Workbook(write_only=True)
    found = overview(codebook.id, look, zone)
    _sheet(book, "themes", _theme_rows(found, theme, agreements(codebook.id)))
    _sheet(book, "mentions", csv_rows(codebook.id, look, zone, theme))
    _sheet(book, "about", _about(codebook, look, found))
    book.save(file)


def _sheet(book: Any, name: str, rows: Iterable[Iterable[object]]) -> None:
    sheet = book.create_sheet(name)
    sheet.freeze_panes = "A2"
    for at, width in enumerate(_WIDTHS[name]):
        sheet.column_dimensions[chr(ord("A") + at)].width = width
    bold = Font(bold=True)
    for number, row in enumerate(rows):
        if number > MOST:
            break
        cells = [_cell(sheet, value) for value in row]
        if not number:
            for cell in cells:
                cell.font = bold
        sheet.append(cells)


def _cell(sheet: Any, value: object) -> Any:
    if value is None or isinstance(value, bool | int | float):
        return WriteOnlyCell(sheet, value)
    cell = WriteOnlyCell(sheet, _UNFIT.sub("", str(value))[:LONGEST])
    cell.data_type = "s"  # also what begins with "=": a text, never a formula
    return cell


def _theme_rows(found: Overview, theme: int, judged: dict[int, Agreement]) -> Iterable[list[object]]:
    yield [
        "id", "name", "description", "phrases", "owner", "mentions", "people", *KINDS, "content_0_to_10", "trend",
        "agreement",
    ]  # fmt: skip
    owners = dict(staff_choices())
    for one in found.themes:
        if theme in (0, one.theme.id):
            yield [
                one.theme.id,
                one.theme.name,
                one.theme.description,
                ", ".join(one.theme.phrases),
                owners.get(one.theme.owner_id or 0),
                one.mentions,
                one.people,
                *(one.kinds[kind] for kind in KINDS),
                None if one.content is None else round(one.content, 2),
                one.trend.way,
                judged.get(one.theme.id, Agreement(0, 0)).share,
            ]


def _about(codebook: Codebook, look: Look, found: Overview) -> Iterable[tuple[str, object]]:
    yield "what", "value"
    yield "codebook", codebook.name
    yield "surveys", ", ".join(survey.slug for survey in surveys_of(codebook.id))
    yield "written at", clock.now().isoformat(timespec="seconds")
    yield "last grouped", codebook.grouped_at.isoformat(timespec="seconds") if codebook.grouped_at else None
    for name, value in look.address().items():
        yield f"filter: {name}", value
    yield "mentions with content", found.total
    yield "of these in a theme", found.grouped
    yield "people", found.people
    yield "confidence", "0 to 1: how sure the machine was; 1 where a person decided"
    yield "agreement", "share of confirmed mentions that the machine had put into the theme; empty below ten"
