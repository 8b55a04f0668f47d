"""Themes as the desk shows them: each figure is the length of the list that it leads to. Reads only."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import case, exists, func, select

from feedback_app.common.cache import Cache, app_cache
from feedback_app.extensions import db
from feedback_app.responses.models import Response
from feedback_app.themes.models import Codebook, CodebookSurvey, Mention, Placement, Theme
from feedback_app.themes.queries import codebooks, names_of
from feedback_app.themes.reports.counts import stamp, who
from feedback_app.themes.reports.figures import GONE


def ungrouped() -> list[tuple[Codebook, int]]:
    """Return how many mentions are in no theme, by codebook, so that each number leads to a list that is as long."""
    placed = exists(select(1).where(Placement.mention_id == Mention.id))
    rows = db.session.execute(
        select(Codebook, func.count())
        .join(CodebookSurvey, CodebookSurvey.codebook_id == Codebook.id)
        .join(Mention, Mention.survey_id == CodebookSurvey.survey_id)
        .where(Mention.state == "open", ~placed)
        .group_by(Codebook.id)
        .order_by(func.count().desc(), Codebook.id)
    )
    return [(codebook, waiting) for codebook, waiting in rows]


@dataclass(frozen=True)
class ThemeLine:
    """One theme on the desk, counted as its own page counts it."""

    theme: Theme
    people: int
    gone: int  # of them lost prospects and former customers
    mentions: int
    complaints: int


def top_themes(limit: int = 6) -> list[ThemeLine]:
    """Return the themes that most people speak about; counted anew when anything was said, sorted or grouped."""
    kept: Cache[str, list[tuple[int, ...]]] = app_cache("desk", 1)
    rows = kept.get("themes", _counted, tuple(stamp(one.id) for one in codebooks()))
    themes = names_of(row[0] for row in rows)
    lines = [ThemeLine(themes[row[0]], *row[1:]) for row in rows if row[0] in themes]
    return [line for line in lines if line.theme.state == "open"][:limit]


def _counted() -> list[tuple[int, ...]]:
    """Theme, people, of them lost and former ones, mentions, complaints: of every theme, most people first."""
    speaker = who()
    people = func.count(speaker.distinct())
    gone = func.count(case((Response.kind.in_(GONE), speaker)).distinct())
    complaints = func.count(case((Mention.tone == "complaint", 1)))
    rows = db.session.execute(
        select(Placement.theme_id, people, gone, func.count(), complaints)
        .join(Mention, Mention.id == Placement.mention_id)
        .join(Theme, Theme.id == Placement.theme_id)
        .join(CodebookSurvey, CodebookSurvey.survey_id == Mention.survey_id)
        .join(Response, Response.id == Mention.response_id)
        .where(Mention.state == "open", CodebookSurvey.codebook_id == Theme.codebook_id)
        .group_by(Placement.theme_id)
        .order_by(people.desc(), Placement.theme_id)
    )
    return [tuple(row) for row in rows]
