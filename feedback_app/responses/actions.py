"""The way in for feedback, whoever it is from and however it comes; and the note that somebody took a copy.

``submit`` is the verb of the personal link and owns its transaction. It stores by ``record``, as every other way in
does (an import, and whatever comes later): that reads and checks what it was sent in its own words, settles who may
answer, and hands a :class:`Returned` over within its own transaction. Nothing else stores responses. What came from a
page of ours, the API or a letter is the same from here on: lists, themes, letters ask the tables, not the way.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import exists, insert, update

from feedback_app import clock
from feedback_app.database import require_transaction, transaction, updated_one
from feedback_app.events.actions import record as record_event
from feedback_app.events.actor import Actor
from feedback_app.responses import events
from feedback_app.responses.models import SOURCES, Answer, Response
from feedback_app.surveys.form_spec import FormSpec
from feedback_app.surveys.kinds.base.kind import Reply
from feedback_app.surveys.models import Invitation, Survey
from feedback_app.surveys.queries import Asked, form_spec

# the tables, not the classes: one statement for rows of every kind
RESPONSES = Response.metadata.tables["response"]
ANSWERS = Answer.metadata.tables["answer"]
_NAMED = (RESPONSES.c.id, RESPONSES.c.survey_id, RESPONSES.c.external_id, RESPONSES.c.invitation_id)


@dataclass(frozen=True, slots=True)
class Invited:
    """Whoever held the personal link of an invitation. An invitation brings one response."""

    invitation_id: int
    contact_id: int


@dataclass(frozen=True, slots=True)
class Known:
    """A contact whose words came without an invitation: by an import, by the API, in a reply."""

    contact_id: int


@dataclass(frozen=True, slots=True)
class Nobody:
    """Somebody who did not say who they are: their words count, no letter can reach them."""


Respondent = Invited | Known | Nobody


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


def submit(asked: Asked, language: str, replies: Mapping[int, Reply]) -> bool:
    """Store the response to an invitation, once: True when it is stored now.

    ``language`` is the one the respondent read the questions in; ``replies`` go by question id and are not empty.
    False means that nothing was stored: an answer had arrived already, the link has run out, or the survey is no
    longer open. Whoever asks again with ``invitation_by_token`` learns which.
    """
    now = clock.now()
    with transaction():
        still_open = exists().where(Survey.id == asked.survey_id, Survey.state == "published")
        if not updated_one(
            update(Invitation)
            .where(Invitation.id == asked.id, Invitation.answered_at.is_(None), Invitation.expires_at > now, still_open)
            .values(answered_at=now)
        ):
            return False
        record(
            Returned(
                form=form_spec(asked.survey_id, asked.survey_changed_at),
                respondent=Invited(asked.id, asked.contact_id),
                source="link",
                replies=replies,
                kind=asked.contact_kind,
                stage_lost=asked.stage_lost,
                language=language,
                at=now,
            )
        )
    return True


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


def note_export(survey_id: int, slug: str, narrowed_by: Collection[str], by: Actor) -> None:
    """Record that a file of responses leaves the house; ``narrowed_by`` names the filters, not what was typed there."""
    with transaction():
        record_event(events.EXPORTED, by, survey_id, name=slug, narrowed_by=sorted(narrowed_by))


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


def contact_of(respondent: Respondent) -> int | None:
    """Return the contact whose words they are, None when nobody knows."""
    return None if isinstance(respondent, Nobody) else respondent.contact_id


def invitation_of(respondent: Respondent) -> int | None:
    """Return the invitation that is answered, None when there was none."""
    return respondent.invitation_id if isinstance(respondent, Invited) else None
