"""What people do with mentions: move, confirm, a second theme, take out, set aside. Each is one step, undoable.

A mention about which a person has decided is never touched by the machine again.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, and_, delete, literal, select, true, update

from feedback_app import clock
from feedback_app.database import insert, require_transaction, transaction
from feedback_app.errors import N_, Refused
from feedback_app.events.actor import Actor
from feedback_app.events.catalogue import EventType
from feedback_app.themes import events
from feedback_app.themes.models import TONES, CodebookSurvey, Mention, Placement, ThemeEvent
from feedback_app.themes.queries import codebook_by_id, open_theme, theme_by_id
from feedback_app.themes.steps import (
    CHUNK,
    NO_SYNC,
    Chosen,
    step,
    touched_mentions,
    was_in,
)


def move(mentions: Chosen, to: int, by: Actor, from_theme: int | None = None) -> int:
    """Put mentions into theme ``to`` for good, out of ``from_theme`` (or out of every theme); how many.

    Mentions of surveys outside the theme's codebook are left alone. Refused when none is left to move.
    """
    with transaction():
        theme = open_theme(to)
        chosen = of_codebook(theme.codebook_id, mentions)
        event = step(theme.codebook_id, events.MENTION_MOVED, by, theme_id=to, other_id=from_theme, chosen=chosen)
        _needs_some(event)
        place(event, to, by, from_theme, drop=True)
        return event.mentions


def add_to(mentions: Chosen, theme_id: int, by: Actor) -> int:
    """Put mentions into a theme beside those they are in already; how many."""
    with transaction():
        theme = open_theme(theme_id)
        chosen = of_codebook(theme.codebook_id, mentions)
        event = step(theme.codebook_id, events.MENTION_ADDED, by, theme_id=theme_id, chosen=chosen)
        _needs_some(event)
        place(event, theme_id, by, drop=False)
        return event.mentions


def confirm(mentions: Chosen, theme_id: int, by: Actor) -> int:
    """Say that mentions are in the right theme; how many were in it and not confirmed before."""
    with transaction():
        theme = open_theme(theme_id)
        here = select(Placement.mention_id).where(Placement.theme_id == theme_id, Placement.confirmed_at.is_(None))
        chosen = of_codebook(theme.codebook_id, mentions, here)
        event = step(theme.codebook_id, events.MENTION_CONFIRMED, by, theme_id=theme_id, chosen=chosen)
        _needs_some(event)
        place(event, theme_id, by, drop=False)
        return event.mentions


def take_out(mentions: Chosen, theme_id: int, by: Actor) -> int:
    """Take mentions out of a theme: they wait in the list of the not yet grouped for a person; how many."""
    with transaction() as session:
        theme = theme_by_id(theme_id)
        here = select(Placement.mention_id).where(Placement.theme_id == theme_id)
        chosen = of_codebook(theme.codebook_id, mentions, here)
        event = step(theme.codebook_id, events.MENTION_TAKEN_OUT, by, theme_id=theme_id, chosen=chosen)
        _needs_some(event)
        session.execute(
            delete(Placement).where(
                Placement.theme_id == theme_id, Placement.mention_id.in_(touched_mentions(event.id))
            )
        )
        decide(event, "open")
        return event.mentions


def set_aside(mentions: Chosen, codebook_id: int, by: Actor, theme_id: int | None = None) -> int:
    """Leave mentions out of themes and counts, without losing them; how many."""
    return _turn(mentions, codebook_id, by, ("open", "set_aside", events.MENTION_SET_ASIDE), theme_id)


def bring_back(mentions: Chosen, codebook_id: int, by: Actor) -> int:
    """Let mentions count again that were set aside, or taken for asides or praise without content; how many."""
    return _turn(mentions, codebook_id, by, ("set_aside", "open", events.MENTION_BROUGHT_BACK))


def set_tone(mentions: Chosen, codebook_id: int, tone: str, by: Actor, theme_id: int | None = None) -> int:
    """Say the tone of mentions (one of `TONES`): it counts from now on, and the machine keeps off; how many changed."""
    with transaction():
        return set_tone_now(mentions, codebook_id, tone, by, theme_id)


def set_tone_now(mentions: Chosen, codebook_id: int, tone: str, by: Actor, theme_id: int | None = None) -> int:
    """Say the tone of mentions inside the caller's transaction; see :func:`set_tone`."""
    if tone not in TONES:
        raise Refused(N_("There is no such tone."))
    codebook = codebook_by_id(codebook_id)
    chosen = of_codebook(codebook.id, mentions, select(Mention.id).where(Mention.tone != tone))
    event = step(codebook.id, events.MENTION_TONED, by, theme_id=theme_id, chosen=chosen)
    _needs_some(event)
    values = {"tone": tone, "tone_confidence": None, "tone_by_id": by.staff_id, "toned_at": clock.now()}
    touched = update(Mention).where(Mention.id.in_(touched_mentions(event.id)))
    require_transaction().execute(touched.values(values), execution_options=NO_SYNC)
    return event.mentions


def _turn(
    mentions: Chosen, codebook_id: int, by: Actor, how: tuple[str, str, EventType], theme_id: int | None = None
) -> int:
    before, after, what = how
    states = (before, "no_content", "aside") if after == "open" else (before,)
    with transaction():
        codebook = codebook_by_id(codebook_id)
        chosen = of_codebook(codebook.id, mentions, select(Mention.id).where(Mention.state.in_(states)))
        event = step(codebook.id, what, by, theme_id=theme_id, chosen=chosen)
        _needs_some(event)
        decide(event, after)
        return event.mentions


def place(event: ThemeEvent, theme_id: int, by: Actor, from_theme: int | None = None, *, drop: bool) -> None:
    """Confirm the mentions of a step in a theme; ``drop`` takes them out of ``from_theme``, or all others, too.

    Joins the caller's transaction.
    """
    session = require_transaction()
    of_step = Placement.mention_id.in_(touched_mentions(event.id))
    if drop:
        others = Placement.theme_id == from_theme if from_theme else true()
        session.execute(delete(Placement).where(of_step, Placement.theme_id != theme_id, others))
    now = clock.now()
    new = select(
        Mention.id, literal(theme_id), literal(1.0), was_in(event.id, theme_id), literal(by.staff_id), literal(now)
    ).where(Mention.id.in_(touched_mentions(event.id)))
    columns = ["mention_id", "theme_id", "confidence", "guessed", "confirmed_by_id", "confirmed_at"]
    add = insert(Placement).from_select(columns, new)
    fresh = Placement.__table__.c.confirmed_at.is_(None)
    values = {name: add.excluded[name] for name in columns[2:]}
    session.execute(add.on_conflict_do_update(index_elements=["mention_id", "theme_id"], set_=values, where=fresh))
    decide(event, "open")


def decide(event: ThemeEvent, state: str) -> None:
    """Say that a person decided about the mentions of a step, and their state. Joins the caller's transaction."""
    values: dict[str, Any] = {"state": state, "decided_at": clock.now()}
    require_transaction().execute(
        update(Mention).where(Mention.id.in_(touched_mentions(event.id))).values(values), execution_options=NO_SYNC
    )


def _needs_some(event: ThemeEvent) -> None:
    if not event.mentions:
        raise Refused(N_("No mention was chosen that this could be done with. Tick at least one and try again."))


def of_codebook(codebook_id: int, mentions: Chosen, also: Select[Any] | None = None) -> Chosen:
    """Narrow the choice to mentions of the codebook's surveys (and of ``also``); ids from outside are no harm."""
    surveys = select(CodebookSurvey.survey_id).where(CodebookSurvey.codebook_id == codebook_id)
    fence = and_(Mention.survey_id.in_(surveys), Mention.id.in_(also) if also is not None else true())
    if isinstance(mentions, Select):
        return select(Mention.id).where(fence, Mention.id.in_(mentions))
    ids = sorted(set(mentions))
    kept: list[int] = []
    for start in range(0, len(ids), CHUNK):
        part = ids[start : start + CHUNK]
        kept += require_transaction().scalars(select(Mention.id).where(fence, Mention.id.in_(part)))
    return kept
