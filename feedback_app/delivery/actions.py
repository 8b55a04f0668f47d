"""What people and jobs do with letters that are queued already.

The verbs of this floor join their caller's transaction (``require_transaction``): the room above opens it and notes
the deed in the trail. Only ``recover_leases``, called by the worker, owns its own.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import update

from feedback_app import clock
from feedback_app.database import rowcount_of, transaction
from feedback_app.delivery.outbox import STOPPED
from feedback_app.delivery.queue import in_doubt, recovery
from feedback_app.delivery.queue.claims import TABLE, C
from feedback_app.delivery.queue.pauses import halt, pause, resume
from feedback_app.delivery.queue.retry import Schedule
from feedback_app.delivery.queue.search import holds
from feedback_app.delivery.sending.factory import journals
from feedback_app.delivery.throttle import ramp_up
from feedback_app.errors import N_, Refused
from feedback_app.extensions import current_settings

__all__ = ["cancel", "halt", "pause", "recover_leases", "resend", "resume", "settle_doubt", "watch"]

RESENDABLE = ("failed", "in_doubt")


def resend(
    state: str,
    *,
    letter_id: int | None = None,
    kind: str | None = None,
    group_id: int | None = None,
    to: str = "",
) -> int:
    """Queue letters in ``state`` ("failed" or "in_doubt") again, with the same Message-ID; return how many.

    All of them, one letter, those of a kind or group, or those whose address or name ``queue.search.holds`` ``to``.
    Suppressed addresses are still skipped when their turn comes.
    """
    if state not in RESENDABLE:
        raise Refused(N_("Only letters that failed or are in doubt can be sent again."))
    again = update(TABLE).where(C.state == state, *_which(letter_id, kind, group_id, to))
    fresh = {**in_doubt.AFRESH, "not_before": clock.now(), "attempts": 0, "first_at": None}
    return rowcount_of(again.values(state="queued", **fresh))


def settle_doubt(
    letter_id: int | None = None, *, kind: str | None = None, group_id: int | None = None, to: str = ""
) -> int:
    """Take letters in doubt as sent, without ever having seen the relay's answer; return how many."""
    taken = update(TABLE).where(C.state == "in_doubt", *_which(letter_id, kind, group_id, to))
    why = N_("taken as sent: it was on the wire, its answer was never seen")
    return rowcount_of(taken.values(state="sent", lease_owner=None, lease_until=None, sent_at=clock.now(), reply=why))


def cancel(*, letter_id: int | None = None, kind: str | None = None, group_id: int | None = None) -> int:
    """Stop letters that wait; return how many. What is on the wire this moment may still go, and is then "sent"."""
    if letter_id is None and kind is None:
        raise ValueError("name a letter or a kind")
    stopped = update(TABLE).where(C.state.in_(("queued", "leased")), *_which(letter_id, kind, group_id))
    return rowcount_of(stopped.values(state="cancelled", lease_until=None, reply=STOPPED))


def watch(kind: str, group_id: int, letters: int) -> bool:
    """Let the first letters of a group of so many leave slowly when it is a large one; True when it is new.

    Called in the transaction that queues them; see ``delivery.throttle.ramp_up``.
    """
    settings = current_settings()
    least = settings.mail_canary if settings.mail_folder is None else 0  # a folder has no opinion of us
    return ramp_up.watch(kind, group_id, letters, least)


def recover_leases() -> str:
    """Settle what dead workers left and what has been in doubt long enough (owns its transactions).

    Returns what was done, "" when there was nothing.
    """
    settings = current_settings()
    counts = recovery.recover(journals(settings), Schedule(settings.mail_retry, settings.mail_give_up))
    with transaction() as session:
        counts.update(in_doubt.settle(session, settings.mail_in_doubt))
    return ", ".join(f"{count} {state}" for state, count in sorted(counts.items()) if count)


def _which(letter_id: int | None, kind: str | None, group_id: int | None, to: str = "") -> list[Any]:
    asked = ((C.id, letter_id), (C.kind, kind), (C.group_id, group_id))
    conditions: list[Any] = [column == value for column, value in asked if value is not None]
    if to:
        conditions.append(holds(to))
    return conditions
