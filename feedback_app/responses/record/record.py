"""Storing responses with their answers: the only place that does. Joins the caller's transaction, never commits.

Every way in (personal link, import, and whatever comes later) reads and checks what it was sent in its own words,
settles who may answer, and hands a :class:`Returned` over. What came from a page of ours, the API or a letter is the
same from here on: lists, themes, letters ask the tables, not the way.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import insert

from feedback_app.database import require_transaction
from feedback_app.responses.models import SOURCES, Answer, Response
from feedback_app.responses.record.respondent import Respondent, contact_of, invitation_of
from feedback_app.surveys.form_spec import FormSpec
from feedback_app.surveys.kinds.base.reply import Reply

# the tables, not the classes: one statement for rows of every kind
RESPONSES = Response.metadata.tables["response"]
ANSWERS = Answer.metadata.tables["answer"]
_NAMED = (RESPONSES.c.id, RESPONSES.c.survey_id, RESPONSES.c.external_id, RESPONSES.c.invitation_id)


@dataclass(frozen=True, slots=True)
class Returned:
    """One survey that came back. Raises ValueError when it cannot be one: the way in has not done its part.

    ``form``: the questions as they were asked; ``replies``: what was said, by question id, at least one and none empty.
    ``source``: one of ``SOURCES``. ``kind``, ``stage_lost``: what the person was to us when they answered ``at``.
    ``external_id``: the name by which the way in knows it, once per survey, so that it is known when it comes again.
    """

    form: FormSpec
    respondent: Respondent
    source: str
    replies: Mapping[int, Reply]
    kind: str
    language: str
    at: datetime
    stage_lost: str = ""
    external_id: str | None = None

    def __post_init__(self) -> None:
        if self.source not in SOURCES:
            raise ValueError(f"{self.source!r} is no way in for a response; the ways are {', '.join(SOURCES)}")
        if not self.replies or any(reply.empty for reply in self.replies.values()):
            raise ValueError("a response says something, and no answer of it is empty")
        if strange := self.replies.keys() - self.form.question_ids:
            raise ValueError(f"“{self.form.slug}” does not ask question {', '.join(map(str, sorted(strange)))}")


def record(returned: Returned) -> int:
    """Store one response and return its id: two statements."""
    session = require_transaction()
    response_id: int = session.scalars(insert(RESPONSES).returning(RESPONSES.c.id), _response(returned)).one()
    session.execute(insert(ANSWERS), list(_answers(response_id, returned)))
    return response_id


def record_many(returned: Sequence[Returned]) -> list[int]:
    """Store many responses and return their ids in the same order: two statements, however many they are.

    For that each must be told apart by its external id or its invitation; where two cannot, they are stored singly.
    """
    names = [_name(one) for one in returned]
    if len(set(names)) < len(names):
        return [record(one) for one in returned]
    if not returned:
        return []
    session = require_transaction()
    # by name: asking for the rows in their order would cost a statement for each on SQLite
    made = session.connection().execute(insert(RESPONSES).returning(*_NAMED), [_response(one) for one in returned])
    ids: dict[tuple[object, ...], int] = {tuple(rest): response_id for response_id, *rest in made}
    response_ids = [ids[name] for name in names]
    answers = [
        row for response_id, one in zip(response_ids, returned, strict=True) for row in _answers(response_id, one)
    ]
    session.execute(insert(ANSWERS), answers)
    return response_ids


def _name(returned: Returned) -> tuple[object, ...]:
    return returned.form.survey_id, returned.external_id, invitation_of(returned.respondent)


def _response(returned: Returned) -> dict[str, Any]:
    return {
        "survey_id": returned.form.survey_id,
        "contact_id": contact_of(returned.respondent),
        "invitation_id": invitation_of(returned.respondent),
        "external_id": returned.external_id,
        "source": returned.source,
        "language": returned.language,
        "kind": returned.kind,
        "stage_lost": returned.stage_lost,
        "submitted_at": returned.at,
    }


def _answers(response_id: int, returned: Returned) -> Iterable[dict[str, Any]]:
    return (
        {"response_id": response_id, "question_id": question_id, **reply.as_columns()}
        for question_id, reply in returned.replies.items()
    )
