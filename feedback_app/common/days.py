"""Days and moments as they come from outside. Those far away are none: with a time zone added they overflow. Pure."""

from __future__ import annotations

from datetime import date, datetime

YEARS = range(1900, 9000)


def read_day(text: str) -> date | None:
    """Return the day that ``text`` writes (2026-11-30), None when it is none that anybody lives to see."""
    try:
        day = date.fromisoformat(text.strip())
    except ValueError:
        return None
    return day if day.year in YEARS else None


def read_moment(text: str) -> datetime | None:
    """Return the moment that ``text`` writes with its zone (ISO 8601), None when it is none, or has no zone."""
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError:
        return None
    return moment if moment.tzinfo and moment.year in YEARS else None
