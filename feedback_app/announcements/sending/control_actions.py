"""While an announcement is being sent: stop it, hold it back, let it go on, and note that it is over."""

from __future__ import annotations

from sqlalchemy import exists, select, update
from sqlalchemy.orm import Session

from feedback_app import clock
from feedback_app.announcements import events, queries
from feedback_app.announcements.models import Announcement, Piece
from feedback_app.announcements.render import KIND
from feedback_app.announcements.sending import progress
from feedback_app.announcements.sending.actions import Sent
from feedback_app.database import transaction, updated_one
from feedback_app.delivery import actions as delivery_actions
from feedback_app.delivery.models import OutgoingEmail
from feedback_app.errors import N_, NotFound, Refused
from feedback_app.events.actions import record
from feedback_app.events.actor import WORKER, Actor


def stop(announcement_id: int, by: Actor) -> Sent:
    """Stop a sending and return how many letters had left and how many were kept back.

    A letter that is on the wire this very moment may still leave, and is counted as told then.
    """
    with transaction():
        halt = update(Announcement).where(Announcement.id == announcement_id, Announcement.state == "sending")
        if not updated_one(halt.values(state="stopped", finished_at=clock.now())):
            queries.get(announcement_id)
            raise Refused(N_("It is not being sent any more, so there is nothing to stop."))
        cancelled = delivery_actions.cancel(kind=KIND, group_id=announcement_id)
        delivery_actions.resume(KIND, announcement_id)  # nothing is left to be held back
        left = progress.of(announcement_id, "stopped").group("told")
        record(events.STOPPED, by, announcement_id, told=left, cancelled=cancelled)
        return Sent(left, cancelled)


def pause(announcement_id: int, by: Actor) -> None:
    """Hold back the letters of a sending that still wait. Refused when it is over; harmless when it is held back."""
    with transaction() as session:
        _being_sent(session, announcement_id)
        if delivery_actions.pause(KIND, announcement_id, by.name):
            record(events.HELD_BACK, by, announcement_id)


def resume(announcement_id: int, by: Actor) -> None:
    """Let a sending go on that a person or the machine holds back. Refused when it is over."""
    with transaction() as session:
        _being_sent(session, announcement_id)
        if delivery_actions.resume(KIND, announcement_id):
            record(events.LET_GO_ON, by, announcement_id)


def _being_sent(session: Session, announcement_id: int) -> None:
    state = session.scalar(select(Announcement.state).where(Announcement.id == announcement_id))
    if state is None:
        raise NotFound(N_("There is no announcement %(id)s."), id=announcement_id)
    if state != "sending":
        raise Refused(N_("It is not being sent any more, so there is nothing to hold back."))


def finish_done() -> int:
    """Mark as sent every announcement of which no letter waits any more; a job for any time. Returns how many."""
    waiting = exists().where(
        OutgoingEmail.kind == KIND,
        OutgoingEmail.group_id == Announcement.id,
        OutgoingEmail.state.in_(progress.GROUPS["waiting"]),
    )
    with transaction() as session:
        unwritten = exists().where(Piece.announcement_id == Announcement.id)
        over = select(Announcement.id).where(Announcement.state == "sending", ~unwritten, ~waiting)
        done = session.scalars(over).all()
        finished = 0
        for announcement_id in done:
            close = update(Announcement).where(Announcement.id == announcement_id, Announcement.state == "sending")
            if updated_one(close.values(state="sent", finished_at=clock.now())):
                record(events.FINISHED, WORKER, announcement_id)
                finished += 1
    return finished
