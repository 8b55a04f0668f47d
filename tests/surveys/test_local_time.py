from __future__ import annotations

from datetime import UTC, datetime

import pytest

from feedback_app.errors import Refused
from feedback_app.surveys.waves.local_time import read_local

ZONE = "Europe/Warsaw"


@pytest.mark.parametrize("text", ["2026-12-01 09:00", "2026-12-01T09:00", " 2026-12-01T09:00:00 "])
def test_staff_type_their_own_time(text: str) -> None:
    assert read_local(text, ZONE) == datetime(2026, 12, 1, 8, tzinfo=UTC)


def test_summer_is_an_hour_nearer() -> None:
    assert read_local("2026-07-01 09:00", ZONE) == datetime(2026, 7, 1, 7, tzinfo=UTC)


def test_the_first_of_two_equal_hours_is_meant() -> None:
    assert read_local("2026-10-25 02:30", ZONE) == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)


def test_an_hour_that_clocks_skip_is_refused() -> None:
    with pytest.raises(Refused, match="does not exist"):
        read_local("2026-03-29 02:30", ZONE)


@pytest.mark.parametrize("text", ["", "tomorrow", "2026-13-01 09:00", "2026-12-01", "2026-12-01 09:00 x", "9" * 500])
def test_anything_else_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(Refused, match="2026-12-01 09:00"):
        read_local(text, ZONE)
