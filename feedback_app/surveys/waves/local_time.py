"""A date and time as staff type them, in the organisation's zone. Pure."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from feedback_app.errors import N_, Refused


def read_local(text: str, zone: str) -> datetime:
    """Return ``2026-12-01 09:00`` (or with ``T``, as browsers send it) in ``zone`` as an aware UTC datetime.

    Of an hour that comes twice (clocks go back) the first is meant. Refused when it cannot be understood, or
    when clocks skip it.
    """
    try:
        naive = datetime.strptime(_minutes(text), "%Y-%m-%d %H:%M")  # noqa: DTZ007  # its zone is the next line
        moment = naive.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise Refused(N_("Write date and time like this: 2026-12-01 09:00.")) from error
    if moment.astimezone(ZoneInfo(zone)).replace(tzinfo=None) != naive:
        raise Refused(
            N_("At %(time)s the clocks are put forward: this time does not exist. Choose another."), time=text
        )
    return moment


def _minutes(text: str) -> str:
    words = text.strip().replace("T", " ")
    return words.removesuffix(":00") if words.count(":") == 2 else words
