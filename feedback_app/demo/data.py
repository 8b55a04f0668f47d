"""The demo company as typed data. Times are told as days before "now", so the demo never grows old.

Everybody and everything in it is made up for this project; every address is in a domain that RFC 2606 reserves
for examples, so no letter can ever reach a real person.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from datetime import time as time_of_day
from functools import cache
from typing import Annotated

from pydantic import PlainValidator

from feedback_app.common.strict_json import Text, Texts, Words, every_language, folder, read, read_packaged, wrong
from feedback_app.errors import N_
from feedback_app.surveys.kinds.base.kind import AnswerValue

_DATA = folder("feedback_app.demo", "data")


def _is_answer(value: object) -> AnswerValue:
    if isinstance(value, str | int):
        return value
    if isinstance(value, list) and all(isinstance(entry, str) for entry in value):
        return tuple(value)
    if isinstance(value, dict) and all(isinstance(entry, str | int) for entry in value.values()):
        return value
    raise wrong(N_("%(where)s: an answer is words, a number, yes or no, codes, or a value by part."))


_Answer = Annotated[AnswerValue, PlainValidator(_is_answer)]


@dataclass(frozen=True, slots=True)
class DemoStaff:
    """Somebody who signs in; passwords are never part of the data."""

    name: Text
    email: Text
    roles: Texts
    language: Text


@dataclass(frozen=True, slots=True)
class DemoProcess:
    """Something the company does and can change."""

    code: Text
    name: Words


@dataclass(frozen=True, slots=True)
class DemoCompany:
    """The organisation, who writes its letters, what it does and who works there."""

    organisation: Text
    about: Words
    sender_name: Text
    sender_address: Text
    default_language: Text
    time_zone: Text
    processes: tuple[DemoProcess, ...]
    staff: tuple[DemoStaff, ...]


@dataclass(frozen=True, slots=True)
class DemoContact:
    """One person. `stage_lost` is empty but for lost prospects; `attributes` leaves out what is not known."""

    email: str
    name: str
    kind: str
    stage_lost: str
    language: str
    attributes: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class DemoResponse:
    """One returned survey: question code to value (text, number, yes/no, option code or several of them)."""

    email: Text
    survey: Text
    language: Text
    days_ago: int
    time: time_of_day
    answers: Mapping[str, _Answer]

    def answered_at(self, now: datetime) -> datetime:
        """The moment of answering, seen from `now`; in the time zone of `now`, always at least a day before."""
        day = now - timedelta(days=self.days_ago)
        return day.replace(hour=self.time.hour, minute=self.time.minute, second=0, microsecond=0)


@dataclass(frozen=True, slots=True)
class DemoChange:
    """One change of a process. Days count back from now; a planned change has negative `since_days_ago`.

    `why` is the cause of a change that is made, planned or considered, and the reason of one that is declined.
    `about` holds, per language, the words by which the themes concerned are recognised. `announced_days_ago` is
    None as long as nobody has been told.
    """

    code: Text
    state: Text
    process: Text
    what: Words
    why: Words
    since_days_ago: int | None
    logged_days_ago: int
    owner: Text
    announced_days_ago: int | None
    about: Annotated[Mapping[str, tuple[str, ...]], every_language(Texts)]


@cache
def company() -> DemoCompany:
    """The company itself."""
    return read_packaged(DemoCompany, _DATA, "company")


@cache
def contacts() -> tuple[DemoContact, ...]:
    """Everybody the company may write to, in the order of their addresses."""
    return tuple(_contact(row) for row in csv.DictReader(io.StringIO(contacts_csv()), strict=True))


def contacts_csv() -> str:
    """The contacts as the CSV text a company would import: the header line first."""
    return _DATA.joinpath("contacts.csv").read_text("utf-8")


@cache
def responses() -> tuple[DemoResponse, ...]:
    """All returned surveys, the oldest first."""
    return read_responses(_DATA.joinpath("answers.jsonl").read_text("utf-8"))


def read_responses(lines: str) -> tuple[DemoResponse, ...]:
    """Return the returned surveys that ``lines`` tell, a JSON object each; BadDocument names a wrong place."""
    return tuple(read(DemoResponse, line, f"answers.jsonl:{place}") for place, line in enumerate(lines.splitlines(), 1))


@cache
def changes() -> tuple[DemoChange, ...]:
    """What the company altered, plans, considers or declined."""
    return read_packaged(_ChangesFile, _DATA, "changes").changes


@dataclass(frozen=True, slots=True)
class _ChangesFile:
    changes: tuple[DemoChange, ...]


@cache
def voices() -> Mapping[str, tuple[str, ...]]:
    """What each change answers, by its code: pieces of answers as a person who read them all judged them."""
    return read_packaged(_VoicesFile, _DATA, "voices").voices


@dataclass(frozen=True, slots=True)
class _VoicesFile:
    voices: Mapping[str, tuple[str, ...]]


def _contact(row: dict[str, str]) -> DemoContact:
    own = {key: row.pop(key) for key in ("email", "name", "kind", "stage_lost", "language")}
    return DemoContact(**own, attributes={key: value for key, value in row.items() if value})
