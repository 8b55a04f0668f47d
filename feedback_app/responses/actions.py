"""What can be done with responses: hand one in."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import exists, update
from sqlalchemy import insert as plain_insert

from feedback_app import clock
from feedback_app.database import transaction, won
from feedback_app.responses.models import Answer, Response
from feedback_app.surveys.kinds.base.reply import Reply
from feedback_app.surveys.models import Invitation, Survey
from feedback_app.surveys.queries import Asked

ANSWERS = Answer.metadata.tables["answer"]  # the table, not the class: one statement for rows of every kind


def submit(asked: Asked, language: str, replies: Mapping[int, Reply]) -> bool:
    """Store the response to an invitation, once: True when it is stored now.

    ``language`` is the one the respondent read the questions in; ``replies`` go by question id and are not empty.
    False means that nothing was stored: an answer had arrived already, the link has run out, or the survey is no
    longer open. Whoever asks again with ``invitation_by_token`` learns which.
    """
    now = clock.now()
    with transaction() as session:
        still_open = exists().where(Survey.id == asked.survey_id, Survey.state == "published")
        if not won(
            update(Invitation)
            .where(Invitation.id == asked.id, Invitation.answered_at.is_(None), Invitation.expires_at > now, still_open)
            .values(answered_at=now)
        ):
            return False
        response_id = session.scalars(
            plain_insert(Response).returning(Response.id),
            {
                "survey_id": asked.survey_id,
                "contact_id": asked.contact_id,
                "invitation_id": asked.id,
                "language": language,
                "kind": asked.contact_kind,
                "stage_lost": asked.stage_lost,
                "submitted_at": now,
            },
        ).one()
        session.execute(plain_insert(ANSWERS), [_row(response_id, *pair) for pair in replies.items()])
    return True


def _row(response_id: int, question_id: int, reply: Reply) -> dict[str, object]:
    return {"response_id": response_id, "question_id": question_id, **reply.as_columns()}
