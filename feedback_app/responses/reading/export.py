"""Responses as rows of a table, to be written as CSV: one row a response, one column a question. Reads only."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select

from feedback_app.contacts.models import Contact
from feedback_app.extensions import db
from feedback_app.organisation.queries import current as organisation
from feedback_app.responses.filters import Filter
from feedback_app.responses.models import Answer, Response
from feedback_app.responses.queries import conditions_of
from feedback_app.surveys.form_spec import FormSpec
from feedback_app.surveys.kinds.base.kind import NOTHING, Reply, stored_reply
from feedback_app.surveys.kinds.registry import kind_of

BATCH = 1000  # responses in memory at a time
OWN_ID = "response-"  # stands in column id before our own number, where a response came by a personal link
PERSON = ("id", "date", "email", "name", "kind", "stage", "language")
NAMES = slice(2, 4)  # email and name among them: what says who somebody is

_COLUMNS: Select[*tuple[Any, ...]] = select(
    Answer.response_id, Answer.question_id, Answer.text, Answer.number, Answer.chosen, Answer.parts
)


def rows(spec: FormSpec, wanted: Filter, language: str = "", *, names: bool = True) -> Iterator[Sequence[object]]:
    """Yield the headings, then one row for each response to ``spec`` that ``wanted`` means, oldest first.

    Without ``names``, no column says who somebody is.

    Choices come as codes, with their words beside them in ``language`` (default: the organisation's). Dates are ISO
    8601 in UTC. The rows can be imported again: every one is then found to be here already. Memory does not grow
    with their number.
    """
    language = language or organisation().language
    yield _cut(headings(spec), names)
    last = 0
    conditions = [Response.survey_id == spec.survey_id, *conditions_of(wanted.only(survey=""))]
    while batch := _batch(conditions, last):
        replies = _replies([row[0] for row in batch])
        for row in batch:
            yield _cut([*_person(row), *_cells(spec, replies.get(row[0], {}), language)], names)
        last = batch[-1][0]


def _cut(row: list[Any], names: bool) -> list[Any]:
    if not names:
        del row[NAMES]
    return row


def headings(spec: FormSpec) -> list[str]:
    """Return the headings: the person, then each question's code (with ``.option`` and ``.label`` for choices)."""
    names = list(PERSON)
    for question in spec.questions:
        names.extend(kind_of(question).columns(question))
    return names


def _batch(conditions: list[ColumnElement[bool]], last: int) -> Sequence[Any]:
    rows = db.session.execute(
        select(
            Response.id,
            Response.external_id,
            Response.submitted_at,
            func.coalesce(Contact.email, ""),
            func.coalesce(Contact.name, ""),
            Response.kind,
            Response.stage_lost,
            Response.language,
        )
        .outerjoin(Contact, Contact.id == Response.contact_id)
        .where(*conditions, Response.id > last)
        .order_by(Response.id)
        .limit(BATCH)
    )
    return rows.all()


def _replies(ids: Sequence[int]) -> dict[int, dict[int, Reply]]:
    replies: dict[int, dict[int, Reply]] = {}
    for response_id, question_id, *columns in db.session.execute(_COLUMNS.where(Answer.response_id.in_(ids))):
        replies.setdefault(response_id, {})[question_id] = stored_reply(*columns)
    return replies


def _person(row: Any) -> list[object]:
    number, external_id, submitted_at, *rest = row
    return [external_id or f"{OWN_ID}{number}", submitted_at.isoformat(timespec="seconds"), *rest]


def _cells(spec: FormSpec, replies: dict[int, Reply], language: str) -> Iterator[object]:
    for question in spec.questions:
        yield from kind_of(question).cells(question, replies.get(question.id, NOTHING), language)
