"""What people and jobs do with letters that are queued already.

The verbs of this floor join their caller's transaction (``require_transaction``): the room above opens it and notes
the deed in the trail. Only ``recover_leases``, called by the worker, owns its own.
"""

from __future__ import annotations

from typing import Any

import structlog
from sqlalchemy import delete, update

from feedback_app import clock
from feedback_app.database import insert, require_transaction, touched
from feedback_app.delivery import recovery
from feedback_app.delivery.claims import TABLE, C
from feedback_app.delivery.models import LetterHalt, LetterPause
from feedback_app.delivery.post_office import journals
from feedback_app.errors import N_, Refused
from feedback_app.extensions import current_settings

log = structlog.get_logger()
RESENDABLE = ("failed", "in_doubt")


def resend(state: str, *, letter_id: int | None = None, kind: str | None = None, group_id: int | None = None) -> int:
    """Queue letters in ``state`` ("failed" or "in_doubt") again, with the same Message-ID; return how many.

    All of them, one letter, or those of a kind or group. Suppressed addresses are still skipped when their turn comes.
    """
    if state not in RESENDABLE:
        raise Refused(N_("Only letters that failed or are in doubt can be sent again."))
    again = update(TABLE).where(C.state == state, *_which(letter_id, kind, group_id))
    fresh = {"lease_owner": None, "lease_until": None, "not_before": clock.now(), "attempts": 0, "first_at": None}
    return touched(again.values(state="queued", **fresh))


def settle_doubt(letter_id: int | None = None, *, kind: str | None = None, group_id: int | None = None) -> int:
    """Take letters in doubt as sent, without ever having seen the relay's answer; return how many."""
    taken = update(TABLE).where(C.state == "in_doubt", *_which(letter_id, kind, group_id))
    why = "taken as sent: it was on the wire, its answer was never seen"
    return touched(taken.values(state="sent", lease_owner=None, lease_until=None, sent_at=clock.now(), reply=why))


def cancel(*, letter_id: int | None = None, kind: str | None = None, group_id: int | None = None) -> int:
    """Stop letters that wait; return how many. What is on the wire this moment may still go, and is then "sent"."""
    if letter_id is None and kind is None:
        raise ValueError("name a letter or a kind")
    stopped = update(TABLE).where(C.state.in_(("queued", "leased")), *_which(letter_id, kind, group_id))
    return touched(stopped.values(state="cancelled", lease_until=None, reply="stopped by a person"))


def pause(kind: str = "", group_id: int = 0, reason: str = "") -> bool:
    """Hold back all letters, one kind, or one group of a kind; True unless that was so already."""
    if group_id and not kind:
        raise ValueError("a group belongs to a kind")
    row = {"kind": kind, "group_id": group_id, "reason": reason[:300], "since": clock.now()}
    statement = insert(LetterPause).values(**row).on_conflict_do_nothing(index_elements=["kind", "group_id"])
    return touched(statement) == 1


def halt(kind: str, group_id: int, reason: str, **values: str | int | float) -> bool:
    """Hold back one group of letters because the machine sees harm in going on; True unless it was held back already.

    ``reason`` is a gettext message marked with ``N_`` and filled by ``values``; pages show it until a person resumes.
    """
    words = reason % values
    if not pause(kind, group_id, words):
        return False
    row = {"kind": kind, "group_id": group_id, "reason": reason, "values": values, "since": clock.now()}
    require_transaction().execute(insert(LetterHalt).values(**row).on_conflict_do_nothing())
    log.warning("letters are halted", kind=kind, group=group_id, reason=words)
    return True


def resume(kind: str = "", group_id: int = 0) -> bool:
    """Let them go on; True when they had been held back. A halt is lifted, and remembered as lifted now."""
    lifted = update(LetterHalt).where(LetterHalt.kind == kind, LetterHalt.group_id == group_id)
    touched(lifted.where(LetterHalt.lifted_at.is_(None)).values(lifted_at=clock.now()))
    statement = delete(LetterPause).where(LetterPause.kind == kind, LetterPause.group_id == group_id)
    return touched(statement) == 1


def recover_leases() -> str:
    """Settle what dead workers left (owns its transactions); return what was done, "" when there was nothing."""
    counts = recovery.recover(journals(current_settings()))
    return ", ".join(f"{count} {state}" for state, count in sorted(counts.items()) if count)


def _which(letter_id: int | None, kind: str | None, group_id: int | None) -> list[Any]:
    asked = ((C.id, letter_id), (C.kind, kind), (C.group_id, group_id))
    return [column == value for column, value in asked if value is not None]
