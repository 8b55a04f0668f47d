"""What can be done with responses: hand one in, and note that somebody took a copy."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from sqlalchemy import exists, update

from feedback_app import clock
from feedback_app.database import transaction, updated_one
from feedback_app.events.actions import record as record_event
from feedback_app.events.actor import Actor
from feedback_app.responses import events
from feedback_app.responses.record.record import Returned, record
from feedback_app.responses.record.respondent import Invited
from feedback_app.surveys.kinds.base.reply import Reply
from feedback_app.surveys.models import Invitation, Survey
from feedback_app.surveys.queries import Asked, form_spec


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


def note_export(survey_id: int, slug: str, narrowed_by: Collection[str], by: Actor) -> None:
    """Record that a file of responses leaves the house; ``narrowed_by`` names the filters, not what was typed there."""
    with transaction():
        record_event(events.EXPORTED, by, survey_id, name=slug, narrowed_by=sorted(narrowed_by))
