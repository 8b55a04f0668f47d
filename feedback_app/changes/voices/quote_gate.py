"""The gate before a letter: which words may be quoted, judged ones and, where a sample has shown they fit, unjudged."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select

from feedback_app.changes.voices.models import FITTING, Voice
from feedback_app.extensions import db
from feedback_app.organisation.queries import current as organisation

SAMPLE = 20  # judged at random before anything goes out unjudged


def quotable(change_ids: Select[Any] | Sequence[int]) -> ColumnElement[bool]:
    """Return the condition "these words may stand in the letter about one of these changes"."""
    bar = organisation().quote_bar
    sure = [one for one, sample in samples().items() if confirmed(*sample, bar)]
    judged = Voice.state.in_(FITTING)
    unjudged = and_(Voice.state == "proposed", Voice.chance >= bar, Voice.change_id.in_(sure))
    return and_(Voice.change_id.in_(change_ids), Voice.left_out.is_(False), or_(judged, unjudged) if sure else judged)


def samples() -> dict[int, tuple[int, int]]:
    """Return for each change how many of the mentions judged at random fit, and how many were judged."""
    statement = select(Voice.change_id, Voice.state, func.count()).where(
        Voice.sampled.is_(True), Voice.state != "proposed"
    )
    by_change: dict[int, tuple[int, int]] = {}
    for change_id, state, count in db.session.execute(statement.group_by(Voice.change_id, Voice.state)):
        hits, cases = by_change.get(change_id, (0, 0))
        by_change[change_id] = (hits + (count if state in FITTING else 0), cases + count)
    return by_change


def confirmed(hits: int, cases: int, bar: float) -> bool:
    """True when a sample of what would go out unjudged was judged, and as many fit as the bar asks for."""
    return cases >= SAMPLE and hits >= bar * cases
