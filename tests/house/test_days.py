"""Days and moments of strangers: those that anybody lives to see, and nothing that overflows."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from feedback_app.common.days import read_day, read_moment


@pytest.mark.parametrize("text", ["", "x", "2026-02-30", "0001-01-01", "9999-12-31", "1e9", "\ud800"])
def test_what_is_no_day(text: str) -> None:
    assert read_day(text) is None


@pytest.mark.parametrize("text", ["", "2026-11-30", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00"])
def test_what_is_no_moment(text: str) -> None:
    assert read_moment(text) is None


def test_what_is_one() -> None:
    assert read_day(" 2026-11-30 ") == date(2026, 11, 30)
    assert read_moment("2026-11-30T12:00:00+00:00") == datetime(2026, 11, 30, 12, tzinfo=UTC)
