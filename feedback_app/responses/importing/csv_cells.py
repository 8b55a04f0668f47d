"""What a cell of a file of answers says: a reply, a moment, a language; or why it says nothing we understand. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from feedback_app.common.formulas import unguarded
from feedback_app.contacts.importing import csv_words
from feedback_app.errors import N_
from feedback_app.imports.rows import Unfit
from feedback_app.surveys.form_spec import QuestionSpec
from feedback_app.surveys.kinds.base.kind import Problem, Reply
from feedback_app.surveys.kinds.registry import kind_of

_DAY_FIRST = re.compile(r"(\d{1,2})([./-])(\d{1,2})\2(\d{4})(?:[ T,]+(\d{1,2}:\d{2}(?::\d{2})?))?")
_NOON = time(12)
_OLDEST = datetime(1990, 1, 1, tzinfo=UTC)


def reply(cell: str, question: QuestionSpec) -> Reply:
    """Return the answer to ``question`` that ``cell`` (not blank) gives. Raises Unfit."""
    return _fit(kind_of(question).of_cell(unguarded(cell), question))


def reply_in_parts(cells: Mapping[str, str], question: QuestionSpec) -> Reply:
    """Return the answer to ``question`` that cells (not blank) give, told by its parts. Raises Unfit."""
    return _fit(kind_of(question).of_parts(cells, question))


def _fit(reply: Reply | Problem) -> Reply:
    if isinstance(reply, Problem):
        raise Unfit(reply.message, **dict(reply.values))
    return reply


def moment(cell: str, zone: str, now: datetime) -> datetime:
    """Return the moment that ``cell`` names; empty means ``now``; a day alone means its noon. Raises Unfit.

    Understood: ISO 8601 with or without time and offset, and day-month-year as 31.01.2026, 31-01-2026 or 31/01/2026
    (with slashes only when the first number cannot be a month). Without an offset, ``zone`` is meant.
    """
    text = cell.strip()
    if not text:
        return now
    at = _iso(text) or _day_first(text)
    if at is None:
        raise Unfit(N_("“%(word)s” is no date that we understand. Write it as 2026-01-31."), word=text[:60])
    at = at if at.tzinfo else at.replace(tzinfo=ZoneInfo(zone))  # in UTC only once it is near: else that overflows
    if at > now + timedelta(days=1):
        raise Unfit(N_("The date “%(word)s” is in the future."), word=text[:60])
    if at < _OLDEST:
        raise Unfit(N_("The date “%(word)s” is too long ago to be true."), word=text[:60])
    return min(at.astimezone(UTC), now)


def _iso(text: str) -> datetime | None:
    try:
        at = datetime.fromisoformat(text.replace("/", "-") if text[:4].isdigit() else text)
    except ValueError:
        return None
    return at if len(text) > 10 else datetime.combine(at.date(), _NOON)


def _day_first(text: str) -> datetime | None:
    parts = _DAY_FIRST.fullmatch(text)
    if parts is None or (parts[2] == "/" and int(parts[1]) <= 12):
        return None
    try:
        at = time.fromisoformat(parts[5].zfill(5)) if parts[5] else _NOON
        return datetime.combine(datetime(int(parts[4]), int(parts[3]), int(parts[1])), at)  # noqa: DTZ001  # zone follows
    except ValueError:
        return None


def language(cell: str) -> str | None:
    """Return the language code that ``cell`` names (any, not only ours), None when it is blank. Raises Unfit."""
    if not cell.strip():
        return None
    code = csv_words.language_of(cell) or cell.strip().lower()
    if not re.fullmatch(r"[a-z]{2,3}", code):
        raise Unfit(N_("“%(word)s” is no language. Use a code such as en or pl."), word=cell[:60])
    return code


def kind(cell: str) -> str | None:
    """Return the kind of contact that ``cell`` names, None when it is blank. Raises Unfit."""
    if not cell.strip():
        return None
    named = csv_words.kind_of(cell)
    if named is None:
        raise Unfit(
            N_("“%(word)s” is no kind of contact. Use customer, prospect, lost prospect or former customer."),
            word=cell[:60],
        )
    return named
