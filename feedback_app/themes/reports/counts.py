"""What the database counts for the list and map of a codebook. Reads only; seven statements, whatever the size.

The database counts, so that no page makes 50,000 objects in a process that serves others at the same time.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, exists, func, literal_column, select

from feedback_app.database import is_postgresql
from feedback_app.extensions import db
from feedback_app.responses.models import Answer, Response
from feedback_app.surveys.kinds.registry import scores
from feedback_app.surveys.models import Question
from feedback_app.themes.mention_filter import (
    AnySelect,
    Look,
    narrowed,
    of_codebook,
)
from feedback_app.themes.models import Codebook, CodebookSurvey, Mention, Placement
from feedback_app.themes.reports.satisfaction import Satisfaction, satisfaction


@dataclass(frozen=True)
class Counted:
    """The figures of a codebook under a filter, in mentions unless a name says people."""

    months: Counter[str]  # with content, by month: "2026-11": 12
    shelves: dict[str, int]  # ungrouped, set_aside, no_content, aside
    people: int  # who said anything with content
    cells: Sequence[Row[int, str, str, str, int]]  # theme, kind, month, tone, mentions
    people_of: dict[int, int]  # by theme
    content_of: dict[int, Satisfaction]  # by theme: how content those are who speak of it, where enough say so


def counted(codebook_id: int, look: Look, zone: str) -> Counted:
    """Count a codebook under a filter; days begin in ``zone``."""
    return Counted(
        _months(codebook_id, look, zone),
        _shelves(codebook_id, look, zone),
        _everybody(codebook_id, look, zone),
        _cells(codebook_id, look, zone),
        *speakers(codebook_id, look, zone),
    )


def stamp(codebook_id: int) -> tuple[object, ...]:
    """Return what changes whenever a figure of the codebook may: answers, placements, a person's step, a grouping."""
    ours = of_codebook(codebook_id)
    return tuple(
        db.session.execute(
            select(
                Codebook.corrected_at,
                Codebook.grouped_at,
                select(func.count()).where(ours).select_from(Mention).scalar_subquery(),
                select(func.max(Mention.id)).scalar_subquery(),
                select(func.count()).select_from(Placement).scalar_subquery(),
                select(func.max(Placement.id)).scalar_subquery(),
            ).where(Codebook.id == codebook_id)
        ).one()
    )


def month() -> ColumnElement[str]:
    """SQL: the month in which the answer came, as 2026-11 (UTC)."""
    if is_postgresql():  # no bound values: what is grouped by must be the very same expression
        local = func.timezone(literal_column("'UTC'"), Response.submitted_at)
        return func.to_char(local, literal_column("'YYYY-MM'"))
    return func.substr(Response.submitted_at, 1, 7)


def who() -> ColumnElement[int]:
    """SQL: whose words they are: the contact, or minus the response of an anonymous one."""
    return func.coalesce(Mention.contact_id, -Mention.response_id)


def _said(columns: AnySelect, codebook_id: int, look: Look, zone: str, *, responses: bool = False) -> AnySelect:
    """Narrow a SELECT that reads Mention; the response is looked up only where a column or the filter needs it."""
    if responses or look:
        columns = columns.join(Response, Response.id == Mention.response_id)
    return narrowed(columns.where(of_codebook(codebook_id)), look, zone)


def _months(codebook_id: int, look: Look, zone: str) -> Counter[str]:
    columns = select(month(), func.count()).select_from(Mention).where(Mention.state == "open")
    said = _said(columns, codebook_id, look, zone, responses=True)
    return Counter(dict(db.session.execute(said.group_by(month())).all()))


def _shelves(codebook_id: int, look: Look, zone: str) -> dict[str, int]:
    shelved = ("set_aside", "no_content", "aside")
    columns = select(Mention.state, func.count()).where(Mention.state.in_(shelved)).group_by(Mention.state)
    sizes = dict(db.session.execute(_said(columns, codebook_id, look, zone)).all())
    return {
        "ungrouped": _ungrouped(codebook_id, look, zone),
        **{shelf: sizes.get(shelf, 0) for shelf in shelved},
    }


def _ungrouped(codebook_id: int, look: Look, zone: str) -> int:
    placed = exists(select(1).where(Placement.mention_id == Mention.id))
    columns = select(func.count()).select_from(Mention).where(Mention.state == "open", ~placed)
    return db.session.scalar(_said(columns, codebook_id, look, zone)) or 0


def _everybody(codebook_id: int, look: Look, zone: str) -> int:
    columns = select(func.count(who().distinct())).where(Mention.state == "open")
    return db.session.scalar(_said(columns, codebook_id, look, zone)) or 0


def _placed(columns: AnySelect, codebook_id: int, look: Look, zone: str, *, responses: bool = False) -> AnySelect:
    joined = columns.join(Mention, Mention.id == Placement.mention_id).where(Mention.state == "open")
    return _said(joined, codebook_id, look, zone, responses=responses)


def _cells(codebook_id: int, look: Look, zone: str) -> Sequence[Row[int, str, str, str, int]]:
    """Mentions by kind, month and tone, of each theme."""
    columns = select(Placement.theme_id, Response.kind, month(), Mention.tone, func.count()).select_from(Placement)
    placed = _placed(columns, codebook_id, look, zone, responses=True)
    return db.session.execute(placed.group_by(Placement.theme_id, Response.kind, month(), Mention.tone)).all()


def speakers(
    codebook_id: int, look: Look, zone: str, theme_id: int = 0
) -> tuple[dict[int, int], dict[int, Satisfaction]]:
    """Return how many people speak of each theme (or of one), and how content they are by "would you recommend us".

    Each response counts once in the mean. Where no survey of the codebook asks that, the mean rating stands in, told
    from 0 to 10 as well. One statement for both, because telling the responses of a theme apart is what costs.
    """
    columns = select(Placement.theme_id, Mention.response_id, who().label("who")).select_from(Placement).distinct()
    if theme_id:
        columns = columns.where(Placement.theme_id == theme_id)
    pairs = _placed(columns, codebook_id, look, zone).subquery()
    points = _points(codebook_id).subquery()
    said = points.c.points
    rows = db.session.execute(
        select(
            pairs.c.theme_id,
            func.count(pairs.c.who.distinct()),
            func.count(said),
            func.coalesce(func.sum(said), 0),
            func.coalesce(func.sum(said * said), 0),
        )
        .outerjoin(points, points.c.response_id == pairs.c.response_id)
        .group_by(pairs.c.theme_id)
    ).all()
    content = {one[0]: satisfaction(one[2], float(one[3]), float(one[4])) for one in rows}
    return {one[0]: one[1] for one in rows}, {theme: told for theme, told in content.items() if told}


def _points(codebook_id: int) -> Select[int, Any]:
    """SELECT of how content each response is, 0..10."""
    surveys = select(CodebookSurvey.survey_id).where(CodebookSurvey.codebook_id == codebook_id)
    *first, last = scores()
    kind = next((one for one in first if db.session.scalar(select(_asks(one.code, surveys).exists()))), last)
    lowest, highest = kind.scale[0], kind.scale[-1]
    points = (Answer.number - lowest) * 10.0 / (highest - lowest)
    told = select(Answer.response_id, points.label("points"))
    return told.where(Answer.question_id.in_(_asks(kind.code, surveys)), Answer.number.is_not(None))


def _asks(kind: str, surveys: Select[int]) -> Select[int]:
    return select(Question.id).where(Question.kind == kind, Question.survey_id.in_(surveys))
