"""Records become rows or reasons; whatever a file holds, each of its rows comes out once."""

from __future__ import annotations

import csv
import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedback_app.imports import import_pass
from feedback_app.imports.csv_file import Record, read_table
from feedback_app.imports.report import Counts, Report
from feedback_app.imports.rows import RAW, Rejected, Unfit, read_rows, within


def _number(record: Record) -> int:
    """A room that takes whole numbers below a hundred."""
    text = within(record.cells[0], "number", 5)
    if not text.isascii() or not text.isdigit():
        raise Unfit("“%(word)s” is no number", word=text)
    return int(text)


def _wish(record: Record) -> str:
    return "stop" if record.cells[1:] == ["stop"] else ""


def _rows(data: bytes) -> list[int | Rejected]:
    table = read_table(io.BytesIO(data))
    return list(read_rows(table, len(table.headings), _number, _wish))


class Even:
    """A room that keeps even numbers, holds back thirteen, and rejects the rest."""

    def __init__(self, report: Report[Counts], forgets: int = -1) -> None:
        self.report, self.forgets = report, forgets
        self.batches: list[tuple[int, int]] = []

    def take(self, rows: list[int], rejected: list[Rejected]) -> None:
        self.batches.append((len(rows), len(rejected)))
        for one in rows:
            if one == 13:
                self.report.hold_back(one, "unlucky", str(one))
            elif one % 2:
                self.report.reject(one, "%(odd)s is odd", {"odd": one}, str(one))
            elif one != self.forgets:
                self.report.counts.created += 1


def test_damage_and_misfits_become_reasons_and_the_rest_goes_on() -> None:
    found = _rows(b'number,wish\n1,\n2,x,too much\nthree,stop\n"open,\n444444,\n5,\n')
    assert [one for one in found if isinstance(one, int)] == [1, 5]
    reasons = [
        (one.number, one.reason % one.values if one.values else one.reason)
        for one in found
        if isinstance(one, Rejected)
    ]
    assert reasons == [
        (3, "The row has 3 cells, the heading 2. Is a quotation mark missing?"),
        (4, "“three” is no number"),
        (5, "A quotation mark is opened and not closed, or closed in the middle of a cell."),
        (6, "“number” is too long: 6 characters, at most 5 fit."),
    ]


def test_the_wish_of_a_rejected_row_counts_and_nobody_elses_is_asked() -> None:
    assert [one.opted_out for one in _rows(b"number,wish\nx,stop\ny,\n7,stop\n") if isinstance(one, Rejected)] == [
        "stop",
        "",
    ]


def test_a_nul_is_no_text() -> None:
    (found,) = _rows(b"number\n" + b"1" * 50 + b"\0\n")
    assert isinstance(found, Rejected)
    assert "NUL" in found.reason


def test_a_report_repeats_only_the_beginning_of_a_long_row() -> None:
    (found,) = _rows(b"number\n" + b"x" * 5_000 + b"\n")
    assert isinstance(found, Rejected)
    assert len(found.raw) == RAW


def _passed(
    rows: list[int | Rejected], batch: int, monkeypatch: pytest.MonkeyPatch
) -> tuple[Counts, Even, list[dict[str, object]]]:
    monkeypatch.setattr(import_pass, "BATCH", batch)
    file = io.StringIO()
    report = Report(Counts(), file)
    room = Even(report)
    counts = import_pass.run(rows, room, report)
    return counts, room, [json.loads(line) for line in file.getvalue().splitlines()]


def test_one_pass_counts_each_row_once_and_reports_in_order(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [2, 13, 3, Rejected(4, "%(what)s is broken", {"what": "it"}, "raw"), 6]
    for batch in (1, 2, 100):
        counts, room, lines = _passed(rows, batch, monkeypatch)
        assert (counts.rows, counts.created, counts.held_back, counts.rejected) == (5, 2, 1, 2)
        assert (counts.taken, counts.adds_up) == (2, True)
        assert len(room.batches) == -(-5 // batch)
        assert sorted((line["outcome"], line["text"]) for line in lines) == [
            ("held back", "13"),
            ("rejected", "3"),
            ("rejected", "raw"),
        ]
    assert [line["row"] for line in lines] == [3, 4, 13], "in the order of the rows"


def test_progress_is_told_batch_by_batch(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(import_pass, "BATCH", 2)
    report, told = Report(Counts(), io.StringIO()), list[int]()
    import_pass.run([2, 4, 6], Even(report), report, told.append)
    assert told == [2, 1]


def test_a_row_without_an_outcome_is_no_success() -> None:
    report = Report(Counts(), io.StringIO())
    with pytest.raises(RuntimeError, match="do not add up"):
        import_pass.run([2, 4], Even(report, forgets=4), report)


@given(
    st.lists(
        st.lists(
            st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=5),
            min_size=1,
            max_size=3,
        ),
        max_size=12,
    )
)
def test_whatever_a_file_holds_every_row_has_one_outcome(cells: list[list[str]]) -> None:
    written = io.StringIO()
    csv.writer(written).writerows([["number", "wish"], *cells])
    report = Report(Counts(), io.StringIO())
    table = read_table(io.BytesIO(written.getvalue().encode()))
    counts = import_pass.run(read_rows(table, 2, _number, _wish), Even(report), report)
    assert counts.adds_up
    assert counts.rows <= len(cells)
