"""Which day it is where the organisation is."""

from __future__ import annotations

from datetime import date
from zoneinfo import ZoneInfo

from feedback_app import clock
from feedback_app.extensions import current_settings


def today() -> date:
    """Return the date in the organisation's time zone."""
    return clock.now().astimezone(ZoneInfo(current_settings().timezone)).date()
