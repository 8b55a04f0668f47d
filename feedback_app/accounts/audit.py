"""The trail: who did what. Joins the caller's transaction; the deed and its note stand or fall together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

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


def note(actor: Actor, action: str, target: str, target_id: int | None, summary: str = "", **details: Any) -> None:
    """Write one line of the trail, such as ``note(actor, "merged", "theme", 7, "Delivery", into=3)``."""
    require_transaction().add(
        AuditEntry(
            actor_id=actor.staff_id,
            actor=actor.name,
            action=action,
            target=target,
            target_id=target_id,
            summary=summary,
            details=details,
        )
    )
