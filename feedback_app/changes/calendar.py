"""Which day it is where the organisation is."""

from __future__ import annotations

from datetime import date
from zoneinfo import ZoneInfo

from feedback_app import clock
from feedback_app.organisation.queries import current as organisation


def today() -> date:
    """Return the date in the organisation's time zone."""
    return clock.now().astimezone(ZoneInfo(organisation().timezone)).date()
