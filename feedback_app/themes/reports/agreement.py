"""How far the machine agrees with people. Reads only."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import case, func, select

from feedback_app.extensions import db
from feedback_app.themes.models import Placement, Theme


@dataclass(frozen=True)
class Agreement:
    """How often the machine had put a mention where people confirmed it."""

    right: int
    judged: int

    @property
    def share(self) -> float | None:
        """Share from 0 to 1; None while fewer than ten were judged."""
        return self.right / self.judged if self.judged >= 10 else None


def agreement(codebook_id: int, theme_id: int = 0) -> Agreement:
    """Return how far the machine agrees with people, over all confirmed placements or those of one theme."""
    by_theme = agreements(codebook_id)
    if theme_id:
        return by_theme.get(theme_id, Agreement(0, 0))
    return Agreement(sum(one.right for one in by_theme.values()), sum(one.judged for one in by_theme.values()))


def agreements(codebook_id: int) -> dict[int, Agreement]:
    """Return for each theme with confirmed placements how far the machine agrees with people; one statement."""
    rows = db.session.execute(
        select(Theme.id, func.sum(case((Placement.guessed.is_(True), 1), else_=0)), func.count())
        .join(Placement, Placement.theme_id == Theme.id)
        .where(Theme.codebook_id == codebook_id, Placement.guessed.is_not(None))
        .group_by(Theme.id)
    )
    return {theme_id: Agreement(int(right), judged) for theme_id, right, judged in rows}
