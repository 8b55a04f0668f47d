"""The demo company as typed data. Times are told as days before "now", so the demo never grows old.

Everybody and everything in it is made up for this project; every address is in a domain that RFC 2606 reserves
for examples, so no letter can ever reach a real person.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from functools import cache

from feedback_app.common.json_fields import (
    BadPackageData,
    Fields,
    Words,
    folder,
    read_json,
)
from feedback_app.surveys.kinds.base.reply import AnswerValue

_DATA = folder("feedback_app.demo", "data")


@dataclass(frozen=True, slots=True)
class DemoStaff:
    """Somebody who signs in; passwords are never part of the data."""

    name: str
    email: str
    roles: tuple[str, ...]
    language: str


@dataclass(frozen=True, slots=True)
class DemoProcess:
    """Something the company does and can change."""

    code: str
    name: Words


@dataclass(frozen=True, slots=True)
class DemoCompany:
    """The organisation, who writes its letters, what it does and who works there."""

    organisation: str
    about: Words
    sender_name: str
    sender_address: str
    default_language: str
    time_zone: str
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

    email: str
    survey: str
    language: str
    days_ago: int
    time: time
    answers: Mapping[str, AnswerValue]

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

    code: str
    state: str
    process: str
    what: Words
    why: Words
    since_days_ago: int | None
    logged_days_ago: int
    owner: str
    announced_days_ago: int | None
    about: Mapping[str, tuple[str, ...]]


@cache
def company() -> DemoCompany:
    """The company itself."""
    fields = read_json(_DATA, "company")
    made_up = DemoCompany(
        organisation=fields.text("organisation"),
        about=fields.words("about"),
        sender_name=fields.text("sender_name"),
        sender_address=fields.text("sender_address"),
        default_language=fields.text("default_language"),
        time_zone=fields.text("time_zone"),
        processes=tuple(_process(row) for row in fields.inners("processes")),
        staff=tuple(_staff(row) for row in fields.inners("staff")),
    )
    fields.done()
    return made_up


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
    """Return the returned surveys that ``lines`` tell, a JSON object each; BadPackageData names a wrong place."""
    objects = enumerate(map(json.loads, lines.splitlines()), 1)
    return tuple(_response(Fields(one, f"answers.jsonl:{place}")) for place, one in objects)


@cache
def changes() -> tuple[DemoChange, ...]:
    """What the company altered, plans, considers or declined."""
    fields = read_json(_DATA, "changes")
    found = tuple(_change(row) for row in fields.inners("changes"))
    fields.done()
    return found


def _process(fields: Fields) -> DemoProcess:
    process = DemoProcess(code=fields.text("code"), name=fields.words("name"))
    fields.done()
    return process


def _staff(fields: Fields) -> DemoStaff:
    staff = DemoStaff(
        name=fields.text("name"),
        email=fields.text("email"),
        roles=fields.texts("roles"),
        language=fields.text("language"),
    )
    fields.done()
    return staff


def _contact(row: dict[str, str]) -> DemoContact:
    own = {key: row.pop(key) for key in ("email", "name", "kind", "stage_lost", "language")}
    return DemoContact(**own, attributes={key: value for key, value in row.items() if value})


def _response(fields: Fields) -> DemoResponse:
    response = DemoResponse(
        email=fields.text("email"),
        survey=fields.text("survey"),
        language=fields.text("language"),
        days_ago=fields.whole("days_ago"),
        time=time.fromisoformat(fields.text("time")),
        answers=_values(fields.inner("answers")),
    )
    fields.done()
    return response


def _values(fields: Fields) -> dict[str, AnswerValue]:
    return {code: _value(value, f"{fields.where}.{code}") for code, value in fields.rest().items()}


def _value(value: object, where: str) -> AnswerValue:
    if isinstance(value, str | int):
        return value
    if isinstance(value, list) and all(isinstance(entry, str) for entry in value):
        return tuple(value)
    if isinstance(value, dict) and all(isinstance(entry, str | int) for entry in value.values()):
        return value
    raise BadPackageData(f"{where}: an answer is words, a number, yes or no, codes, or a value by part, not {value!r}")


def _change(fields: Fields) -> DemoChange:
    about = fields.inner("about")
    change = DemoChange(
        code=fields.text("code"),
        state=fields.text("state"),
        process=fields.text("process"),
        what=fields.words("what"),
        why=fields.words("why"),
        since_days_ago=fields.whole_or_none("since_days_ago"),
        logged_days_ago=fields.whole("logged_days_ago"),
        owner=fields.text("owner"),
        announced_days_ago=fields.whole_or_none("announced_days_ago"),
        about={"en": about.texts("en"), "pl": about.texts("pl")},
    )
    about.done()
    fields.done()
    return change
