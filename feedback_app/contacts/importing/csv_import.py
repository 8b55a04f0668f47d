"""A CSV file turned into rows that can be stored, and rows that cannot, each with its reason. Pure and streamed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import BinaryIO

from feedback_app.common.formulas import unguarded
from feedback_app.common.text import one_line
from feedback_app.contacts import field_limits
from feedback_app.contacts.importing import csv_words
from feedback_app.delivery import addresses
from feedback_app.errors import N_, Refused
from feedback_app.imports.csv_file import Record, Table, read_table
from feedback_app.imports.first_seen import Seen
from feedback_app.imports.headings import is_yes, no_addresses, refuse_twice
from feedback_app.imports.rows import Rejected, Unfit, read_rows, refuse_damage, within


@dataclass(frozen=True, slots=True)
class Row:
    """What one row says about one person. None and empty mean "says nothing", which never wipes what is known.

    ``unsubscribed``: the row asks not to be written to. ``stage_lost`` counts only for a lost prospect.
    """

    number: int
    email: str
    key: str
    name: str = ""
    kind: str | None = None
    stage_lost: str = ""
    language: str | None = None
    attributes: Mapping[str, str] = field(default_factory=dict)
    unsubscribed: bool = False


@dataclass(frozen=True)
class ContactFile:
    """A file of contacts that is open: how it was understood, and its rows as a stream (to read once).

    ``columns``: each heading with the field it is taken for: "email", "name", "first_name", "last_name", "kind",
    "stage_lost", "language", "unsubscribed", "consent", "attribute:<key>", or "" when the column is left out.
    """

    encoding: str
    delimiter: str
    columns: list[tuple[str, str]]
    rows: Iterator[Row | Rejected]


def read(file: BinaryIO) -> ContactFile:
    """Open ``file`` (binary, seekable) as a list of contacts.

    Raises Refused when nothing in it can be used: empty, not text, no column with addresses, columns that contradict
    each other. An address that comes twice, whatever its case, counts once: the first row is taken, the others are
    rejected, so that importing the same file again changes nothing.
    """
    table = read_table(file)
    columns = _columns(table.headings)
    return ContactFile(
        table.encoding, table.delimiter, list(zip(table.headings, columns, strict=True)), _rows(table, columns)
    )


def _columns(headings: list[str]) -> list[str]:
    """Return the field of each column; see ContactFile. Raises Refused."""
    columns: list[str] = []
    for heading in headings:
        columns.append(csv_words.field_of(heading) or _attribute(heading, columns))
    refuse_twice(zip(headings, columns, strict=True))
    if "email" not in columns:
        raise no_addresses(headings)
    if sum(name.startswith("attribute:") for name in columns) > field_limits.ATTRIBUTES:
        raise Refused(
            N_("More than %(most)s extra columns. Leave out what you do not need."), most=field_limits.ATTRIBUTES
        )
    return columns


def _attribute(heading: str, taken: Sequence[str]) -> str:
    """Return "attribute:<key>" for a free heading; a second one of the same name gets a number; "" for none."""
    key = field_limits.attribute_key(heading)
    if not key:
        return ""
    if len(key) > field_limits.KEY:
        raise Refused(
            N_("The heading “%(heading)s…” is too long. Use at most %(most)s characters."),
            heading=key[:40],
            most=field_limits.KEY,
        )
    names = [key, *(f"{key} {number}" for number in range(2, 2 + field_limits.ATTRIBUTES))]
    return next((f"attribute:{name}" for name in names if f"attribute:{name}" not in taken), "")


def _rows(table: Table, columns: list[str]) -> Iterator[Row | Rejected]:
    with Seen() as seen:

        def read_one(record: Record) -> Row:
            row = _row(record, columns)
            first = seen.first(row.key, row.number)
            if first != row.number:
                raise Unfit(N_("The same address is in row %(first)s already; that row counts."), first=first)
            return row

        yield from read_rows(table, len(columns), read_one, lambda record: _opted_out(record, columns))


def _opted_out(record: Record, columns: list[str]) -> str:
    """Return the key of the address when a row, unfit as it may be, asks not to be written to; else ""."""
    try:
        refuse_damage(record, len(columns))
        cells = _cells(record, columns)
        return addresses.parse(cells.get("email", "")).key if _unsubscribed(cells) else ""
    except (Unfit, Refused):
        return ""


def _row(record: Record, columns: list[str]) -> Row:
    cells = _cells(record, columns)
    try:
        address = addresses.parse(cells.get("email", ""))
    except Refused as error:
        raise Unfit(error.message, **error.values) from error
    return Row(
        number=record.number,
        email=address.email,
        key=address.key,
        name=_limited(cells, "name", field_limits.NAME) or _full_name(cells),
        kind=_word(cells, "kind"),
        stage_lost=_limited(cells, "stage_lost", field_limits.STAGE),
        language=_word(cells, "language"),
        attributes=_attributes(cells),
        unsubscribed=_unsubscribed(cells),
    )


def _cells(record: Record, columns: list[str]) -> dict[str, str]:
    """Return the filled cells by field, each on one line."""
    tidy = ((name, unguarded(one_line(cell))) for name, cell in zip(columns, record.cells, strict=False))
    return {name: cell for name, cell in tidy if name and cell}


def _limited(cells: Mapping[str, str], name: str, most: int) -> str:
    return within(cells.get(name, ""), name.removeprefix("attribute:"), most)


def _full_name(cells: Mapping[str, str]) -> str:
    parts = (cells.get("first_name", ""), cells.get("last_name", ""))
    return _limited({"name": " ".join(part for part in parts if part)}, "name", field_limits.NAME)


_NO_KIND = N_("“%(word)s” is no kind of contact. Use customer, prospect, lost prospect or former customer.")
_NO_LANGUAGE = N_("“%(word)s” is no language we write in. Use en or pl, or leave the cell empty.")
_VOCABULARIES = {"kind": (csv_words.kind_of, _NO_KIND), "language": (csv_words.language_of, _NO_LANGUAGE)}


def _word(cells: Mapping[str, str], name: str) -> str | None:
    understand, reason = _VOCABULARIES[name]
    word = cells.get(name)
    if word is None:
        return None
    code = understand(word)
    if code is None:
        raise Unfit(reason, word=word[:60])
    return code


def _attributes(cells: Mapping[str, str]) -> dict[str, str]:
    return {
        name.removeprefix("attribute:"): _limited(cells, name, field_limits.VALUE)
        for name in cells
        if name.startswith("attribute:")
    }


def _unsubscribed(cells: Mapping[str, str]) -> bool:
    """Tell whether the row asks not to be written to; what is neither yes nor no is never guessed."""
    said = {name: is_yes(cells[name]) for name in ("unsubscribed", "consent") if name in cells}
    for name, answer in said.items():
        if answer is None:
            raise Unfit(N_("“%(word)s” under “%(column)s” is neither yes nor no."), word=cells[name][:60], column=name)
    return said.get("unsubscribed") is True or said.get("consent") is False
