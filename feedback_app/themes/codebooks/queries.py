"""Reading codebooks: which surveys joined one by themselves. Reads only."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import select

from feedback_app import clock
from feedback_app.events.models import Event
from feedback_app.extensions import db
from feedback_app.surveys.models import Survey
from feedback_app.themes import events
from feedback_app.themes.queries import surveys_of

TOLD = timedelta(days=14)  # for so long pages tell of it


def landed(codebook_id: int) -> Sequence[Survey]:
    """Return the surveys that joined a codebook by themselves lately and are still in it, by slug."""
    joined = select(Event.payload).where(
        Event.subject == "codebook", Event.subject_id == codebook_id, Event.code == events.CODEBOOK_SHARED.code
    )
    recent = db.session.scalars(joined.where(Event.actor_kind == "worker", Event.at >= clock.now() - TOLD)).all()
    ids = {payload.get("survey") for payload in recent}
    return [one for one in surveys_of(codebook_id) if one.id in ids]
