"""Who has which letter: claims, and letters given back. Every statement joins the caller's transaction."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple, cast

from sqlalchemy import (
    ColumnElement,
    CursorResult,
    Row,
    Table,
    TextClause,
    and_,
    exists,
    false,
    func,
    not_,
    or_,
    select,
    text,
    type_coerce,
    update,
)
from sqlalchemy.orm import Session
from sqlalchemy.types import NullType

from feedback_app import clock
from feedback_app.database import is_postgresql
from feedback_app.delivery.models import LetterPause, LetterVariant, OutgoingEmail, Suppression
from feedback_app.errors import N_

LEASE = timedelta(minutes=5)
TABLE = cast(Table, OutgoingEmail.__table__)
C = TABLE.c
CLAIMED = (
    C.id, C.kind, C.ref_id, C.group_id, C.variant_id, C.address, C.email_key, C.name, C["values"], C.attempts,
    C.first_at, type_coerce(C.not_before, NullType()).label("not_before"),
)  # fmt: skip  # the last only orders them, as it comes from the engine
Claimed = Row[Any]  # with the columns above
QUEUED = text("outgoing_email.state = 'queued'")  # no parameter: a plan made once still fits the partial index
UNSETTLED = ("cancelled", "in_doubt")


class Lane(NamedTuple):
    """Letters that wait in one line: a group of a kind, or the letters of a kind that belong to no group."""

    kind: str
    group_id: int | None


def claim(session: Session, owner: str, count: int) -> list[Claimed]:
    """Lease up to ``count`` due letters to ``owner`` and return them, oldest first.

    Letters that belong to no group (a password to reset, a test) come first, for somebody waits for them; groups share
    what is left, so that a million letters of one hold up no other. PostgreSQL: any number of workers, each skips what
    others hold. SQLite: one guarded statement under the write lock.
    """
    return claim_from(session, owner, lanes(session), count)


def claim_from(session: Session, owner: str, open_lanes: Sequence[Lane], count: int) -> list[Claimed]:
    """Lease up to ``count`` due letters out of ``open_lanes`` alone, as ``claim`` does."""
    rows: list[Claimed] = []
    for lane in open_lanes:
        if lane.group_id is None and len(rows) < count:
            rows += _claim_lane(session, owner, lane, count - len(rows))
    shared = [lane for lane in open_lanes if lane.group_id is not None]
    while shared and len(rows) < count:
        share = -(-(count - len(rows)) // len(shared))
        full = []
        for lane in shared:
            wanted = min(share, count - len(rows))
            found = _claim_lane(session, owner, lane, wanted) if wanted else []
            rows += found
            if wanted and len(found) == wanted:
                full.append(lane)
        shared = full
    return sorted(rows, key=lambda row: (row.not_before, row.id))


def _claim_lane(session: Session, owner: str, lane: Lane, count: int) -> list[Claimed]:
    now = clock.now()
    due = (
        select(C.id)
        .where(QUEUED, C.kind == lane.kind, C.group_id == lane.group_id, C.not_before <= now)
        .order_by(C.not_before, C.id)
        .limit(count)
    )
    taken = update(TABLE).values(state="leased", lease_owner=owner, lease_until=now + LEASE)
    if is_postgresql():
        locked = due.with_for_update(skip_locked=True).cte("due")
        taken = taken.where(C.id == locked.c.id)
    else:
        taken = taken.where(C.id.in_(due), C.state == "queued")
    return list(session.execute(taken.returning(*CLAIMED)).all())


def held_back(session: Session) -> frozenset[tuple[str, int]]:
    """Return what is held back, as (kind, group): group 0 is the whole kind, ("", 0) is everything."""
    rows = session.execute(select(LetterPause.kind, LetterPause.group_id))
    return frozenset((kind, group) for kind, group in rows)


def lanes(session: Session, held: frozenset[tuple[str, int]] | None = None) -> list[Lane]:
    """Return the lanes that have a letter waiting and are not held back: a few index seeks, however many letters.

    A lane is a group of a kind, or the letters of a kind that belong to no group. ``held``: see ``held_back``.
    """
    held = held_back(session) if held is None else held
    if ("", 0) in held:
        return []
    return [
        Lane(kind, group)
        for kind, group in session.execute(text(LANES))
        if (kind, 0) not in held and (group is None or (kind, group) not in held)
    ]


# From one kind to the next, and within it from one group to the next, each step one seek in ix_outgoing_email_lane:
# DISTINCT would read a million entries of one group to find two. The long ORDER BY is what leads both engines to that
# index and not to that of all letters, those sent long ago too.
LANES = """
    WITH RECURSIVE kinds(kind) AS (
        SELECT (SELECT o.kind FROM outgoing_email AS o WHERE o.state = 'queued'
                ORDER BY o.kind, o.group_id, o.not_before, o.id LIMIT 1)
        UNION ALL
        SELECT (SELECT o.kind FROM outgoing_email AS o WHERE o.state = 'queued' AND o.kind > kinds.kind
                ORDER BY o.kind, o.group_id, o.not_before, o.id LIMIT 1)
        FROM kinds WHERE kinds.kind IS NOT NULL
    ), groups(kind, group_id) AS (
        SELECT kinds.kind, (SELECT o.group_id FROM outgoing_email AS o
                            WHERE o.state = 'queued' AND o.kind = kinds.kind AND o.group_id > 0
                            ORDER BY o.group_id, o.not_before, o.id LIMIT 1)
        FROM kinds WHERE kinds.kind IS NOT NULL
        UNION ALL
        SELECT groups.kind, (SELECT o.group_id FROM outgoing_email AS o
                             WHERE o.state = 'queued' AND o.kind = groups.kind AND o.group_id > groups.group_id
                             ORDER BY o.group_id, o.not_before, o.id LIMIT 1)
        FROM groups WHERE groups.group_id IS NOT NULL
    )
    SELECT kind, group_id FROM groups
    WHERE group_id IS NOT NULL OR EXISTS (
        SELECT 1 FROM outgoing_email AS o
        WHERE o.state = 'queued' AND o.kind = groups.kind AND o.group_id IS NULL)
    ORDER BY kind, group_id
"""


def paused(session: Session) -> ColumnElement[bool]:
    """Return the condition "this letter is held back by a pause"."""
    pauses = session.execute(select(LetterPause.kind, LetterPause.group_id)).all()
    conditions: list[ColumnElement[bool]] = [
        and_(
            *([C.kind == kind] if kind else [C.id.is_not(None)]),
            *([C.group_id == group] if group else []),
        )
        for kind, group in pauses
    ]
    # group_id may be NULL, and NOT NULL is NULL: coalesce keeps such letters going
    return func.coalesce(or_(*conditions), false()) if conditions else false()


def among(ids: Collection[int]) -> TextClause:
    """Return the condition "this letter is one of ``ids``" bound as one value: hundreds cost more."""
    if is_postgresql():
        return text("outgoing_email.id = ANY(CAST(:ids AS bigint[]))").bindparams(ids=list(ids))
    return text("outgoing_email.id IN (SELECT value FROM json_each(:ids))").bindparams(ids=json.dumps(list(ids)))


def suppressed(session: Session, ids: Collection[int]) -> dict[int, str]:
    """Return those of ``ids`` that a suppression stops, each with the reason."""
    rows = session.execute(
        select(C.id, Suppression.reason)
        .join(LetterVariant, LetterVariant.id == C.variant_id)
        .join(Suppression, Suppression.email_key == C.email_key)
        .where(among(ids), or_(Suppression.scope == "all", Suppression.scope == LetterVariant.scope))
    )
    return dict(rows.all())


def sendable(session: Session, owner: str, ids: Collection[int]) -> set[int]:
    """Return those of ``ids`` that ``owner`` still holds and no pause stops."""
    held = select(C.id).where(among(ids), C.state == "leased", C.lease_owner == owner, not_(paused(session)))
    return set(session.scalars(held))


def give_back(session: Session, owner: str, ids: Collection[int] | None = None) -> int:
    """Put unsent letters of ``owner`` back into the queue (all it holds when ``ids`` is None); return how many.

    Of ``ids`` the owner knows that they were not sent, so they go back also when somebody took it for dead meanwhile.
    """
    conditions: list[ColumnElement[bool] | TextClause] = [C.lease_owner == owner, C.state == "leased"]
    if ids is not None:
        conditions = [C.lease_owner == owner, C.state.in_(("leased", "in_doubt")), among(ids)]
    back = update(TABLE).where(*conditions).values(state="queued", lease_owner=None, lease_until=None)
    return cast("CursorResult[Any]", session.execute(back)).rowcount


def renew(session: Session, owner: str) -> None:
    """Prolong the leases of ``owner``."""
    session.execute(
        update(TABLE)
        .where(C.state == "leased", C.lease_owner == owner)
        .values(lease_until=clock.now() + LEASE)
    )  # fmt: skip


def expired(session: Session, now: datetime) -> list[str]:
    """Return the owners whose leases have run out."""
    late = select(C.lease_owner).where(C.state == "leased", C.lease_until < now).distinct()
    return [owner for owner in session.scalars(late) if owner]


def doubt(session: Session, owner: str, now: datetime) -> int:
    """Mark what ``owner`` held, and does not renew any more, as in doubt; its journal may settle it later."""
    lost = (
        update(TABLE)
        .where(C.state == "leased", C.lease_owner == owner, C.lease_until < now)
        .values(state="in_doubt", reply=N_("its worker fell silent and its journal is not here"), lease_until=None)
    )
    return cast("CursorResult[Any]", session.execute(lost)).rowcount


def held_by(session: Session, owner: str) -> Sequence[Row[int, int, datetime | None, str, str]]:
    """Return (id, attempts, first_at, email_key, state) of what ``owner`` holds or left in doubt."""
    held = select(C.id, C.attempts, C.first_at, C.email_key, C.state)
    return session.execute(held.where(C.lease_owner == owner, C.state.in_(("leased", *UNSETTLED)))).all()


def any_due(session: Session) -> bool:
    """True when a letter is due and not held back; takes no lock."""
    now = clock.now()
    return any(
        session.scalar(select(exists().where(QUEUED, C.kind == kind, C.group_id == group, C.not_before <= now)))
        for kind, group in lanes(session)
    )
