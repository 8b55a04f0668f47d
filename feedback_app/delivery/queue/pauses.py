"""Letters held back: by a person, or by the machine that sees harm in going on. Joins the caller's transaction."""

from __future__ import annotations

import structlog
from sqlalchemy import delete, update

from feedback_app import clock
from feedback_app.database import insert, require_transaction, rowcount_of
from feedback_app.delivery.models import LetterHalt, LetterPause, LetterWatch

log = structlog.get_logger()


def pause(kind: str = "", group_id: int = 0, reason: str = "") -> bool:
    """Hold back all letters, one kind, or one group of a kind; True unless that was so already."""
    if group_id and not kind:
        raise ValueError("a group belongs to a kind")
    row = {"kind": kind, "group_id": group_id, "reason": reason[:300], "since": clock.now()}
    statement = insert(LetterPause).values(**row).on_conflict_do_nothing(index_elements=["kind", "group_id"])
    return rowcount_of(statement) == 1


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
    """Let them go on; True when they had been held back. A halt is lifted, and remembered as lifted now.

    A group whose first letters were still being watched begins with first letters anew.
    """
    lifted = update(LetterHalt).where(LetterHalt.kind == kind, LetterHalt.group_id == group_id)
    rowcount_of(lifted.where(LetterHalt.lifted_at.is_(None)).values(lifted_at=clock.now()))
    again = update(LetterWatch).where(LetterWatch.kind == kind, LetterWatch.group_id == group_id)
    rowcount_of(again.where(LetterWatch.passed_at.is_(None)).values(tried=0, refused=0))
    statement = delete(LetterPause).where(LetterPause.kind == kind, LetterPause.group_id == group_id)
    return rowcount_of(statement) == 1
