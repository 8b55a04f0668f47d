"""Asking the worker to rank the voices of a change, within somebody else's transaction."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from feedback_app import clock
from feedback_app.changes.voices.models import VoiceRanking
from feedback_app.database import insert


def want(session: Session, change_id: int) -> datetime:
    """Ask for a ranking and return when; asked twice before it is done, it is done once."""
    now = clock.now()
    statement = insert(VoiceRanking).values(change_id=change_id, wanted_at=now, mentions=0, expected=0.0)
    session.execute(statement.on_conflict_do_update(index_elements=["change_id"], set_={"wanted_at": now}))
    return now
