"""Writing down what happened. Joins the caller's transaction; the deed and its event stand or fall together."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import select

from feedback_app import clock
from feedback_app.database import require_transaction
from feedback_app.events.actor import Actor
from feedback_app.events.catalogue import EventType
from feedback_app.events.models import Event


def record(what: EventType, by: Actor, subject_id: int | None = None, **payload: Any) -> Event:
    """Write one event, such as ``record(THEME_MERGED, by, 7, name="Delivery")``; return it.

    The payload holds no more of a person's words than the reader of the trail needs.
    """
    event = Event(
        code=what.code,
        actor_kind=by.kind,
        actor_id=by.staff_id,
        actor=by.name,
        subject=what.subject,
        subject_id=subject_id,
        payload=payload,
    )
    require_transaction().add(event)
    return event


def record_once(minutes: int, what: EventType, by: Actor, subject_id: int, **payload: Any) -> None:
    """Write an event unless the same happened to the same thing in the last ``minutes``.

    For what strangers cause: nobody can fill the trail by knocking at a door.
    """
    lately = select(Event.payload).where(
        Event.subject == what.subject,
        Event.subject_id == subject_id,
        Event.code == what.code,
        Event.at > clock.now() - timedelta(minutes=minutes),
    )
    if payload not in require_transaction().scalars(lately).all():
        record(what, by, subject_id, **payload)
