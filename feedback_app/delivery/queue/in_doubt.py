"""What becomes of letters in doubt when nobody decides: sent once more, or held until somebody does.

Whoever was killed had usually handed the whole text to the kernel, which sends it all the same: a second copy would
almost always be one too many. Whoever lost the line lost, more often than not, the letter. So by default the first is
held and the second sent again, once, with the same Message-ID, after half an hour in which a bounce or an
unsubscribing may prove that it had arrived.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any, cast

from sqlalchemy import ColumnElement, CursorResult, String, exists, select, update
from sqlalchemy import cast as as_type
from sqlalchemy.orm import Session

from feedback_app import clock
from feedback_app.delivery.models import Suppression
from feedback_app.delivery.queue.claims import TABLE, C
from feedback_app.errors import N_

PROOF_TIME = timedelta(minutes=30)
POLICIES = ("by_cause", "resend", "hold")
ARRIVED = N_("taken as sent: its reader unsubscribed with the link in it")


def note_lost_connections(session: Session, ids: Sequence[int]) -> None:
    """Note that these letters are in doubt because the line was lost while their worker lived."""
    _count(session, update(TABLE).where(C.id.in_(ids), C.state == "in_doubt").values(line_lost=True, doubted_at=None))


def settle(session: Session, policy: str) -> dict[str, int]:
    """Do with letters in doubt what ``policy`` says; return how many were queued again or are taken as sent.

    A letter goes out twice at most by itself; what is in doubt a second time waits for a person.
    """
    now = clock.now()
    doubtful = update(TABLE).where(C.state == "in_doubt")
    arrived = _count(session, doubtful.where(_unsubscribed()).values(state="sent", sent_at=now, reply=ARRIVED, **FREE))
    _count(session, doubtful.where(C.doubted_at.is_(None)).values(doubted_at=now))
    again = 0
    if policy != "hold":
        due = doubtful.where(C.doubted_at <= now - PROOF_TIME, C.copies == 0)
        due = due if policy == "resend" else due.where(C.line_lost)
        again = _count(session, due.values(state="queued", copies=1, not_before=now, **AFRESH))
    return {"queued": again, "sent": arrived}


FREE: dict[str, Any] = {"lease_owner": None, "lease_until": None}
AFRESH: dict[str, Any] = {**FREE, "doubted_at": None, "line_lost": False}


def _unsubscribed() -> ColumnElement[bool]:
    # contacts keeps "letter N" as the proof of an unsubscribing by the link in letter N
    this_letter = "letter " + as_type(C.id, String)
    return exists(
        select(Suppression.id).where(
            Suppression.email_key == C.email_key, Suppression.reason == "unsubscribed", Suppression.proof == this_letter
        )
    )


def _count(session: Session, statement: Any) -> int:
    return cast("CursorResult[Any]", session.execute(statement)).rowcount
