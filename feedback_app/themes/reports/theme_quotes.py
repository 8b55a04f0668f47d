"""Quotes that prove a theme: the most typical ones, and those on its border. Reads only."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Select, func, select

from feedback_app.extensions import db
from feedback_app.themes.mention_queries import SURE, Line, lines
from feedback_app.themes.models import Mention, Placement, Theme

QUOTED = 3
BORDERLINE = 2


@dataclass(frozen=True)
class Quotes:
    """What proves a theme: the most typical lines, and those on its border."""

    typical: list[Line]
    borderline: list[Line]


def quotes(theme: Theme) -> Quotes:
    """Return three typical and two borderline quotes: the engine's own choice while those are still in the theme.

    Where it made none, or people moved them away, the surest and the least sure placements step in.
    """
    typical = _still_in(theme, "typical")[:QUOTED]
    border = [mention for mention in _still_in(theme, "borderline") if mention not in typical][:BORDERLINE]
    if len(typical) < QUOTED:
        typical += _by_confidence(theme, QUOTED - len(typical), {*typical, *border}, falling=True)
    if len(border) < BORDERLINE:
        border += _by_confidence(theme, BORDERLINE - len(border), {*typical, *border}, falling=False)
    by_id = {line.mention.id: line for line in lines([*typical, *border], theme.id)}
    return Quotes(
        [by_id[mention] for mention in typical if mention in by_id],
        [by_id[mention] for mention in border if mention in by_id],
    )


def _inside(theme: Theme) -> Select[int]:
    return (
        select(Mention.id)
        .join(Placement, Placement.mention_id == Mention.id)
        .where(Placement.theme_id == theme.id, Mention.state == "open")
    )


def _still_in(theme: Theme, which: str) -> list[int]:
    wanted = list((theme.quotes or {}).get(which, ()))
    there = set(db.session.scalars(_inside(theme).where(Mention.id.in_(wanted)))) if wanted else set()
    return [one for one in wanted if one in there]


def _by_confidence(theme: Theme, number: int, taken: set[int], *, falling: bool) -> list[int]:
    order = Placement.confidence.desc() if falling else Placement.confidence
    chosen = _inside(theme).where(func.length(Mention.text).between(15, 280)).order_by(order, Mention.id)
    if not falling:
        chosen = chosen.where(Placement.confirmed_at.is_(None), Placement.confidence < SURE)
    found = db.session.scalars(chosen.limit(number + len(taken)))
    return [one for one in found if one not in taken][:number]
