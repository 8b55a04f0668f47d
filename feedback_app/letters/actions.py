"""What an operator does to the queue; the post office does it, the trail keeps it."""

from __future__ import annotations

from feedback_app.announcements.render import KIND as ANNOUNCEMENT
from feedback_app.announcements.sending import control_actions as sending
from feedback_app.database import transaction
from feedback_app.delivery import actions as post_office
from feedback_app.events.actions import record
from feedback_app.events.actor import Actor
from feedback_app.letters import events


def resend(state: str, by: Actor, kind: str = "", group: int | None = None, to: str = "") -> int:
    """Queue letters that are ``failed`` or ``in_doubt`` once more; return how many. Refused for other states.

    All of them, or those of a kind, of a group, or whose address or name holds ``to``.
    """
    with transaction():
        number = post_office.resend(state, kind=kind or None, group_id=group, to=to)
        record(events.QUEUED_AGAIN, by, group, state=state, letters=number, **_which(kind, to))
        return number


def take_as_sent(by: Actor, kind: str = "", group: int | None = None, to: str = "") -> int:
    """Take letters in doubt as sent, all or those that ``resend`` would choose; return how many."""
    with transaction():
        number = post_office.settle_doubt(kind=kind or None, group_id=group, to=to)
        record(events.TAKEN_AS_SENT, by, group, state="in_doubt", letters=number, **_which(kind, to))
        return number


def pause(by: Actor, kind: str = "", group: int = 0) -> bool:
    """Hold back all letters, a kind, or a group of a kind; False when they were held back already."""
    with transaction():
        done = post_office.pause(kind, group, reason=by.name)
        if done:
            record(events.HELD_BACK, by, group or None, **_which(kind))
        return done


def resume(by: Actor, kind: str = "", group: int = 0) -> bool:
    """Let them go on; False when they were not held back."""
    with transaction():
        done = post_office.resume(kind, group)
        if done:
            record(events.LET_GO_ON, by, group or None, **_which(kind))
        return done


def stop(by: Actor, kind: str, group: int) -> int:
    """Stop for good what waits of a group; return how many letters were kept back.

    An announcement is stopped as a whole, so that its page says so, too. Refused when it is not being sent.
    """
    if kind == ANNOUNCEMENT:
        return sending.stop(group, by).left_out
    with transaction():
        number = post_office.cancel(kind=kind, group_id=group)
        post_office.resume(kind, group)  # nothing is left to be held back
        record(events.STOPPED, by, group, letters=number, **_which(kind))
        return number


def _which(kind: str, to: str = "") -> dict[str, str]:
    return {name: value for name, value in (("kind", kind), ("to", to)) if value}
