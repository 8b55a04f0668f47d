"""Which responses are meant: read from an address, written back to it, turned into SQL conditions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, replace
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, and_, exists, or_, select
from sqlalchemy.orm import aliased

from feedback_app.common.days import read_day
from feedback_app.common.text import one_line
from feedback_app.contacts.models import KINDS, Contact
from feedback_app.responses.models import Answer, Response
from feedback_app.surveys.kinds.registry import scores
from feedback_app.surveys.models import Question, Survey

LONGEST = 200  # characters of a text searched for
WORDS = 10  # how many words of it
_also = aliased(Question)


@dataclass(frozen=True)
class Filter:
    """Empty fields do not narrow; what is given must all be true.

    ``survey``: a slug. ``since`` and ``until``: days in the organisation's zone, both included. ``text``: each word
    is in one of the answers, or in the person's name or address. ``least`` and ``most``: bounds of the score, which
    is the NPS answer where the survey asks for one, else a rating (``QuestionKind.precedence``).
    """

    survey: str = ""
    kind: str = ""
    stage: str = ""
    language: str = ""
    since: date | None = None
    until: date | None = None
    text: str = ""
    least: int | None = None
    most: int | None = None

    @classmethod
    def from_args(cls, query: Mapping[str, str]) -> Filter:
        """Return the filter an address asks for; what cannot be understood does not narrow, it is never an error."""
        kind = query.get("kind", "")
        return cls(
            survey=_line(query.get("survey", "")),
            kind=kind if kind in KINDS else "",
            stage=_line(query.get("stage", "")),
            language=_line(query.get("language", ""))[:8],
            since=read_day(query.get("since", "")),
            until=read_day(query.get("until", "")),
            text=_line(query.get("text", "")),
            least=_score(query.get("least", "")),
            most=_score(query.get("most", "")),
        )

    def as_args(self) -> dict[str, str]:
        """Return what is set, for an address: ``Filter.from_args(f.as_args()) == f``; empty when nothing is."""
        given = ((one.name, getattr(self, one.name)) for one in fields(self))
        return {name: str(value) for name, value in given if value not in ("", None)}

    def only(self, **changes: str) -> Filter:
        """Return this filter with ``changes``."""
        return replace(self, **changes)  # type: ignore[arg-type]  # only text fields are changed this way

    def conditions(self, zone: str) -> list[ColumnElement[bool]]:
        """Return the conditions on ``Response``; ``zone`` names the time zone the days are meant in."""
        narrowing: list[ColumnElement[bool]] = []
        if self.survey:
            survey_id = select(Survey.id).where(Survey.slug == self.survey)
            narrowing.append(Response.survey_id == survey_id.correlate(None).scalar_subquery())
        for column, value in (
            (Response.kind, self.kind),
            (Response.stage_lost, self.stage),
            (Response.language, self.language),
        ):
            if value:
                narrowing.append(column == value)
        if self.since:
            narrowing.append(Response.submitted_at >= _midnight(self.since, zone))
        if self.until:
            narrowing.append(Response.submitted_at < _midnight(self.until + timedelta(days=1), zone))
        narrowing.extend(_says(word) for word in self.text.split()[:WORDS])
        if self.least is not None or self.most is not None:
            narrowing.append(_scored(self.least, self.most))
        return narrowing


def _says(word: str) -> ColumnElement[bool]:
    answer = exists().where(Answer.response_id == Response.id, Answer.text.icontains(word, autoescape=True))
    named = or_(Contact.name.icontains(word, autoescape=True), Contact.email.icontains(word, autoescape=True))
    person = exists().where(Contact.id == Response.contact_id, named)
    return or_(answer.correlate(Response), person.correlate(Response))


def _scored(least: int | None, most: int | None) -> ColumnElement[bool]:
    conditions = [Answer.response_id == Response.id, Question.id == Answer.question_id, or_(*_counts_as_score())]
    if least is not None:
        conditions.append(Answer.number >= least)
    if most is not None:
        conditions.append(Answer.number <= most)
    return exists().where(*conditions).correlate(Response)


def _counts_as_score() -> Iterator[ColumnElement[bool]]:
    """Yield, for each kind with a score, that a question is of it and the survey asks for none that goes before."""
    before: list[str] = []
    for kind in scores():
        asks = exists().where(_also.survey_id == Response.survey_id, _also.kind.in_(before)).correlate(Response)
        yield and_(Question.kind == kind.code, ~asks) if before else Question.kind == kind.code
        before = [*before, kind.code]


def _midnight(day: date, zone: str) -> datetime:
    return datetime.combine(day, time(), ZoneInfo(zone))


def _line(text: str) -> str:
    return one_line(text)[:LONGEST]


def _score(text: str) -> int | None:
    text = text.strip()
    return min(int(text), 10) if text.isascii() and text.isdigit() and len(text) < 3 else None
