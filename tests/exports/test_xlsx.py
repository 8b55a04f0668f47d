"""A workbook is whole, read as text word for word, and needs no more memory for more rows."""

from __future__ import annotations

import re
import tracemalloc
from io import BytesIO
from zipfile import ZipFile

import pytest
from openpyxl import load_workbook

from feedback_app.exports import xlsx
from feedback_app.exports.xlsx import Sheet


def written(*rows: tuple[object, ...], name: str = "one") -> BytesIO:
    return BytesIO(b"".join(xlsx.stream([Sheet(name, [10] * len(rows[0]), rows)])))


@pytest.mark.parametrize(
    "text", ["=1+1", "+1", "-1", "@SUM(A1)", "#N/A", "<b>&amp;</b>", "]]>", " two  spaces ", "łódź 🚲"]
)
def test_a_text_is_read_word_for_word(text: str) -> None:
    cell = load_workbook(written(("said",), (text,)))["one"]["A2"]
    assert (cell.value, cell.data_type) == (text, "s")


def test_numbers_and_truth_values_stay_what_they_are_and_nothing_is_an_empty_cell() -> None:
    sheet = load_workbook(written(("a", "b", "c", "d"), (-3, 0.25, True, None)))["one"]
    assert [cell.value for cell in sheet[2]] == [-3, 0.25, True, None]
    assert [cell.font.b for cell in sheet[1]] == [True] * 4
    assert sheet.freeze_panes == "A2"


def test_signs_that_xml_cannot_hold_are_left_out_and_escapes_are_none() -> None:
    book = written(("said",), ("bell\x07 \ud800\ufffe x",), ("_x0041_",))
    assert load_workbook(book)["one"]["A2"].value == "bell  x"
    raw = ZipFile(book).read("xl/worksheets/sheet1.xml").decode()
    assert "_x005F_x0041_" in raw  # or a spreadsheet would show A


@pytest.mark.parametrize("sign", ["x", "🚲", "&"])
def test_no_cell_is_longer_than_a_spreadsheet_takes(sign: str) -> None:
    value = load_workbook(written(("said",), (sign * 50_000,)))["one"]["A2"].value
    assert 30_000 < len(value.encode("utf-16-le")) / 2 <= 32_767
    assert set(value) == {sign}


def test_columns_after_the_twenty_sixth_have_two_letters() -> None:
    sheet = load_workbook(written(tuple(range(60))))["one"]
    assert [cell.value for cell in sheet[1]] == list(range(60))
    assert sheet["BH1"].value == 59


def test_sheets_keep_their_order_and_their_names() -> None:
    pieces = xlsx.stream([Sheet("a & b", [1], [("x",)]), Sheet('"q"', [1], [("y",)])])
    book = load_workbook(BytesIO(b"".join(pieces)))
    assert [(sheet.title, sheet["A1"].value) for sheet in book] == [("a & b", "x"), ('"q"', "y")]


def test_memory_does_not_grow_with_the_rows() -> None:
    def peak(count: int) -> int:
        rows = ((f"row {at} " + "word " * 20,) for at in range(count))
        tracemalloc.start()
        try:
            assert sum(map(len, xlsx.stream([Sheet("long", [10], rows)]))) > count
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    assert peak(20_000) < 2 * peak(1_000)


def test_every_part_of_the_archive_is_named_in_its_table() -> None:
    archive = ZipFile(written(("a",)))
    assert archive.testzip() is None
    parts = re.findall(r'PartName="/([^"]+)"', archive.read("[Content_Types].xml").decode())
    assert {*parts, "[Content_Types].xml", "_rels/.rels", "xl/_rels/workbook.xml.rels"} == set(archive.namelist())
