"""The trail: who did what. Joins the caller's transaction; the deed and its note stand or fall together."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import select

from feedback_app import clock
from feedback_app.accounts.models import AuditEntry, Staff
from feedback_app.database import require_transaction


@dataclass(frozen=True)
class Actor:
    """Who acts: a member of staff, or a process such as ``command`` or ``worker`` (then without id)."""

    name: str
    staff_id: int | None = None

    @classmethod
    def of(cls, staff: Staff) -> Actor:
        """Return the actor for a person who is signed in."""
        return cls(staff.email, staff.id)


COMMAND = Actor("command")
WORKER = Actor("worker")
STRANGER = Actor("stranger")  # somebody at the sign-in page who has not shown who they are


def note(
    actor: Actor, action: str, target: str, target_id: int | None, summary: str = "", **details: Any
) -> AuditEntry:
    """Write one line of the trail, such as ``note(actor, "merged", "theme", 7, "Delivery", into=3)``; return it."""
    entry = AuditEntry(
        actor_id=actor.staff_id,
        actor=actor.name,
        action=action,
        target=target,
        target_id=target_id,
        summary=summary,
        details=details,
    )
    require_transaction().add(entry)
    return entry


def note_once(minutes: int, actor: Actor, action: str, target: str, target_id: int, summary: str = "") -> None:
    """Write a line unless the same action on the same target was noted in the last ``minutes``.

    For what strangers cause: nobody can fill the trail by knocking at a door.
    """
    said = select(AuditEntry.id).where(
        AuditEntry.target == target,
        AuditEntry.target_id == target_id,
        AuditEntry.action == action,
        AuditEntry.at > clock.now() - timedelta(minutes=minutes),
    )
    if require_transaction().scalars(said.limit(1)).first() is None:
        note(actor, action, target, target_id, summary)
