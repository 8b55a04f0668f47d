"""Steps that can be undone: what a step is about to replace is copied first, set by set, in the same transaction."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    case,
    delete,
    exists,
    false,
    func,
    insert,
    literal,
    null,
    select,
    true,
    update,
)
from sqlalchemy.orm import aliased

from feedback_app import clock
from feedback_app.database import require_transaction
from feedback_app.events.actions import record
from feedback_app.events.actor import Actor
from feedback_app.events.catalogue import EventType
from feedback_app.themes.models import Codebook, Mention, MentionBefore, Placement, PlacementBefore, ThemeEvent

NO_SYNC = {"synchronize_session": False}
CHUNK = 500  # ids in one statement; SQLite and PostgreSQL both take many more
Chosen = Sequence[int] | Select[Any]
"""Mentions a step is about: their ids, or a SELECT of one column that gives them."""

_OF_MENTION = ("state", "decided_at", "tone", "tone_confidence", "tone_by_id", "toned_at")
_PLACED = ("mention_id", "theme_id", "confidence", "guessed", "confirmed_by_id", "confirmed_at")


def step(
    codebook_id: int,
    what: EventType,
    by: Actor,
    *,
    theme_id: int | None = None,
    other_id: int | None = None,
    chosen: Chosen = (),
    **details: Any,
) -> ThemeEvent:
    """Write a step and copy the mentions it is about to touch, with their placements; the caller then changes them.

    Joins the caller's transaction. The step and the event have the same code.
    """
    session = require_transaction()
    event = ThemeEvent(
        codebook_id=codebook_id, theme_id=theme_id, other_id=other_id, code=what.code, by_id=by.staff_id, by=by.name,
        details=details,
    )  # fmt: skip
    session.add(event)
    session.flush()
    if isinstance(chosen, Select) or chosen:  # first of all: this row keeps people and machine out of each other's way
        session.execute(update(Codebook).where(Codebook.id == codebook_id).values(corrected_at=clock.now()))
        _remember(event, chosen)
    record(what, by, theme_id or other_id, codebook=codebook_id, mentions=event.mentions, **details)
    return event


def _remember(event: ThemeEvent, chosen: Chosen) -> None:
    session = require_transaction()
    columns = ["event_id", "mention_id", *_OF_MENTION]
    rows = select(literal(event.id), Mention.id, *(getattr(Mention, name) for name in _OF_MENTION))
    if isinstance(chosen, Select):
        session.execute(insert(MentionBefore).from_select(columns, rows.where(Mention.id.in_(chosen))))
    else:
        ids = sorted(set(chosen))
        for start in range(0, len(ids), CHUNK):
            part = rows.where(Mention.id.in_(ids[start : start + CHUNK]))
            session.execute(insert(MentionBefore).from_select(columns, part))
    placed = select(literal(event.id), *(getattr(Placement, name) for name in _PLACED))
    session.execute(
        insert(PlacementBefore).from_select(
            ["event_id", *_PLACED], placed.where(Placement.mention_id.in_(touched_mentions(event.id)))
        )
    )
    event.mentions = session.scalar(select(func.count()).where(MentionBefore.event_id == event.id)) or 0
    session.flush()


def touched_mentions(event_id: int) -> Select[int]:
    """SELECT of the mentions that a step touched."""
    return select(MentionBefore.mention_id).where(MentionBefore.event_id == event_id)


def was_in(event_id: int, theme_id: int) -> ColumnElement[bool | None]:
    """SQL on Mention: True when the machine had put it into the theme before the step, False when elsewhere.

    NULL when the machine had no say: the mention was in no theme, or people had placed it.
    """
    before = select(1).where(
        PlacementBefore.event_id == event_id,
        PlacementBefore.mention_id == Mention.id,
        PlacementBefore.confirmed_at.is_(None),
    )
    here = exists(before.where(PlacementBefore.theme_id == theme_id).correlate(Mention))
    return case((here, true()), (exists(before.correlate(Mention)), false()), else_=null())


def restore(event_id: int) -> int:
    """Put the mentions of a step back as they were; how many. Those touched by a later step stay as that left them."""
    session = require_transaction()
    mine = _still_mine(event_id)
    ids = session.scalars(mine).all()
    for start in range(0, len(ids), CHUNK):
        part = ids[start : start + CHUNK]
        session.execute(delete(Placement).where(Placement.mention_id.in_(part)))
        columns = (getattr(PlacementBefore, name) for name in _PLACED)
        rows = select(*columns).where(PlacementBefore.event_id == event_id, PlacementBefore.mention_id.in_(part))
        session.execute(insert(Placement).from_select(list(_PLACED), rows))
        before = (MentionBefore.event_id == event_id) & (MentionBefore.mention_id == Mention.id)
        values = {name: select(getattr(MentionBefore, name)).where(before).scalar_subquery() for name in _OF_MENTION}
        session.execute(update(Mention).where(Mention.id.in_(part)).values(values), execution_options=NO_SYNC)
    return len(ids)


def _still_mine(event_id: int) -> Select[int]:
    later, after = aliased(MentionBefore), aliased(ThemeEvent)
    overtaken = exists(
        select(1)
        .select_from(later)
        .join(after, after.id == later.event_id)
        .where(later.mention_id == MentionBefore.mention_id, later.event_id > event_id, after.undone_at.is_(None))
    )
    return select(MentionBefore.mention_id).where(MentionBefore.event_id == event_id, ~overtaken)
