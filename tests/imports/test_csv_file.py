"""CSV files as companies have them: delimiters, quotation marks, damaged and endless rows."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedback_app.errors import Refused
from feedback_app.imports.csv_file import (
    COLUMNS,
    RECORD_CHARACTERS,
    RECORD_LINES,
    Broken,
    Record,
    Table,
    read_table,
)
from feedback_app.imports.shared_file import lend

OPEN_QUOTE = "A quotation mark is opened and not closed, or closed in the middle of a cell."
TOO_LONG = "The row is far too long."
CELLS = st.lists(st.lists(st.text("ab,;\t\"'\n ż", max_size=6), min_size=2, max_size=4), min_size=1, max_size=8)


def _table(text: str) -> Table:
    return read_table(io.BytesIO(text.encode()))


def _rows(text: str) -> list[tuple[int, list[str]] | tuple[int, str, str]]:
    return [
        (row.number, row.cells) if isinstance(row, Record) else (row.number, row.reason, row.raw)
        for row in _table(text).rows
    ]


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_delimiter_and_line_ends_are_found_out(delimiter: str, line_end: str) -> None:
    text = f"email{delimiter} name {delimiter}city{line_end}a@x.org{delimiter}Ada{delimiter}{line_end}"
    table = _table(text)
    assert (table.encoding, table.delimiter, table.headings) == ("utf-8-sig", delimiter, ["email", "name", "city"])
    assert list(table.rows) == [Record(2, ["a@x.org", "Ada", ""])]


def test_the_delimiter_that_cuts_the_heading_most_wins_and_a_comma_when_none_does() -> None:
    assert _table("a,b;c;d\n").headings == ["a,b", "c", "d"]
    assert _table('"a;b;c",d\n').headings == ["a;b;c", "d"]
    assert _table("email\n").delimiter == ","


@pytest.mark.parametrize("sign", [",", ";", "\t"])
@pytest.mark.parametrize("first", ["sep={}\n", "SEP={}\r\n"])
def test_excels_first_line_is_obeyed_and_counted(sign: str, first: str) -> None:
    table = _table(first.format(sign) + f"a{sign}b\n1{sign}2\n")
    assert (table.delimiter, table.headings) == (sign, ["a", "b"])
    assert list(table.rows) == [Record(3, ["1", "2"])]


def test_excels_first_line_decides_against_the_look_of_the_heading() -> None:
    assert _table("sep=;\na,b,c;d\n").headings == ["a,b,c", "d"]
    assert _table("sep=#\na,b,c;d\n").headings == ["a", "b", "c;d"]


def test_a_first_line_that_names_an_unknown_delimiter_is_only_skipped() -> None:
    assert _table("sep=#\na;b\n").headings == ["a", "b"]
    assert _table("sep=ab\n1\n").headings == ["sep=ab"]


def test_blank_rows_are_no_rows_but_are_counted() -> None:
    assert _rows("a,b\n\n,\n  , \n1,2\n") == [(5, ["1", "2"])]


def test_blank_lines_before_the_heading_are_skipped() -> None:
    assert _table("\n\nemail,name\n1,2\n").headings == ["email", "name"]


@pytest.mark.parametrize(
    ("row", "raw"),
    [
        ('"open,1\n', '"open,1\n'),
        ('x"y,"z"w\n', 'x"y,"z"w\n'),
        ('"closed" too early,1\n', '"closed" too early,1\n'),
    ],
)
def test_a_row_with_a_wild_quotation_mark_costs_itself_alone(row: str, raw: str) -> None:
    assert _rows(f"a,b\n1,2\n{row}3,4\n") == [(2, ["1", "2"]), (3, OPEN_QUOTE, raw), (4, ["3", "4"])]


def test_a_quotation_mark_that_is_never_closed_gives_the_later_rows_back() -> None:
    rows = _rows('a,b\n"never,1\n' + "3,4\n" * 300)
    assert rows[0] == (2, OPEN_QUOTE, '"never,1\n')
    assert rows[1:] == [(number, ["3", "4"]) for number in range(3, 303)]


def test_a_cell_may_hold_as_many_lines_as_a_letter() -> None:
    fits = "x\n" * (RECORD_LINES - 1) + "x"
    assert _rows(f'a,b\n"{fits}",1\n2,3\n') == [(2, [fits, "1"]), (3, ["2", "3"])]
    over = _rows(f'a,b\n"x\n{fits}",1\n')
    assert over[0] == (2, OPEN_QUOTE, '"x\n')
    assert over[1] == (3, ["x"])


@pytest.mark.parametrize(("first", "fits"), [(RECORD_CHARACTERS - 1, True), (RECORD_CHARACTERS, False)])
def test_a_cell_of_several_lines_may_be_as_long_as_a_row(first: int, fits: bool) -> None:
    line = '"' + "x" * (first - 2) + "\n"
    rows = _rows(f'a,b\n{line}y",1\n2,3\n')
    assert rows[0] == ((2, [line[1:] + "y", "1"]) if fits else (2, TOO_LONG, line[:200]))
    assert rows[-1][1] == ["2", "3"]


@pytest.mark.parametrize("more", [0, 1, 5, RECORD_CHARACTERS, 3 * RECORD_CHARACTERS + 7])
@pytest.mark.parametrize("end", ["\n", ""])
def test_a_row_far_too_long_is_one_row(more: int, end: str) -> None:
    rows = _rows("a,b\n" + "x" * (RECORD_CHARACTERS + more) + end + ("1,2\n" if end else ""))
    assert rows == [(2, TOO_LONG, "x" * 200), *([(3, ["1", "2"])] if end else [])]


def test_a_row_just_short_enough_is_taken() -> None:
    long = "x" * (RECORD_CHARACTERS - 3)
    assert _rows(f"a,b\n{long},1\n2,3\n") == [(2, [long, "1"]), (3, ["2", "3"])]
    exactly = "x" * (RECORD_CHARACTERS - 1)  # the line end is the last of what is read at once
    assert _rows(f"a\n{exactly}\n2\n") == [(2, [exactly]), (3, ["2"])]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "The file is empty"),
        (",,\n , \n", "no heading and no rows"),
        ('"a,b\n', "The first row of the file cannot be read"),
        (",".join(["x"] * (COLUMNS + 1)), f"more than {COLUMNS} columns"),
    ],
)
def test_files_without_a_usable_heading_are_refused(text: str, why: str) -> None:
    with pytest.raises(Refused) as told:
        _table(text)
    assert why in (told.value.message % told.value.values if told.value.values else told.value.message)


def test_as_many_columns_as_fit_are_read() -> None:
    assert len(_table(",".join(["x"] * COLUMNS)).headings) == COLUMNS


@given(CELLS, st.sampled_from([",", ";", "\t"]))
def test_what_a_spreadsheet_writes_is_read_back_cell_by_cell(rows: list[list[str]], delimiter: str) -> None:
    file = io.StringIO()
    csv.writer(file, delimiter=delimiter).writerows([["one", "two", "three", "four"], *rows])
    found = list(_table(file.getvalue()).rows)
    assert not any(isinstance(row, Broken) for row in found)
    assert [row.cells for row in found if isinstance(row, Record)] == [
        [cell.replace("\r\n", "\n") for cell in row] for row in rows if any(map(str.strip, row))
    ]


def test_the_owners_file_stays_open_when_the_rows_are_read_or_dropped() -> None:
    file = io.BytesIO(b"a,b\n1,2\n3,4\n")
    assert len(list(read_table(lend(file)).rows)) == 2
    table = read_table(lend(file))
    next(table.rows)
    del table
    file.seek(0)
    assert file.read(3) == b"a,b"


def test_a_lent_file_is_read_from_where_its_reader_seeks() -> None:
    file = io.BytesIO(bytes(range(256)) * 2000)
    lent = lend(file)
    assert (lent.readable(), lent.seekable(), lent.writable()) == (True, True, False)
    assert lent.read() == file.getvalue()
    assert lent.seek(300_000) == 300_000
    assert lent.read(3) == file.getvalue()[300_000:300_003]
    assert lent.seek(-2, io.SEEK_END) == 511_998
    assert lent.read() == b"\xfe\xff"
    lent.close()
    assert not file.closed
