"""No cell of ours is a formula."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedback_app.common.formulas import STARTERS
from feedback_app.exports.csv_safe import (
    BOM,
    safe_cell,
    stream,
)


@pytest.mark.parametrize(
    ("value", "cell"),
    [
        ("=1+1", "'=1+1"),
        ("+48 600", "'+48 600"),
        ("-2", "'-2"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\t=1", "'\t=1"),
        ("  =cmd|'/c calc'!A0", "'  =cmd|'/c calc'!A0"),
        ("＝1", "'＝1"),
        ("Zażółć", "Zażółć"),
        ("a=b", "a=b"),
        ("a\0b", "ab"),
        (None, ""),
        (-5, "-5"),
        (2.5, "2.5"),
        ("", ""),
    ],
)
def test_a_cell_is_text(value: object, cell: str) -> None:
    assert safe_cell(value) == cell


@given(st.text())
def test_no_text_ever_starts_a_formula(text: str) -> None:
    assert not safe_cell(text).lstrip(" ").startswith(STARTERS)


@given(st.lists(st.lists(st.text(alphabet=st.characters(exclude_categories=["Cs"])), min_size=1), max_size=5))
def test_what_is_written_can_be_read_back(rows: list[list[str]]) -> None:
    text = "".join(stream(rows)).removeprefix(BOM)
    assert list(csv.reader(io.StringIO(text, newline=""))) == [[safe_cell(cell) for cell in row] for row in rows]


def test_long_results_come_in_pieces() -> None:
    pieces = list(stream([str(n)] for n in range(50_000)))
    assert len(pieces) > 10
    assert max(map(len, pieces)) < 20_000
    assert pieces[0].startswith(BOM)
    assert "".join(pieces).count("\r\n") == 50_000
