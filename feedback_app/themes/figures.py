"""The figures behind list and map: how many, who, when, how content. Reads only; a handful of statements per page."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, Select, case, exists, func, literal_column, select

from feedback_app.database import is_postgresql
from feedback_app.extensions import db
from feedback_app.responses.models import Answer, Response
from feedback_app.surveys.models import Question
from feedback_app.themes.looking import AnySelect, Look, narrowed, of_codebook
from feedback_app.themes.models import Codebook, CodebookSurvey, Mention, Placement, Theme
from feedback_app.themes.queries import open_themes
from feedback_app.themes.trends import Trend, trend

Cell = tuple[str, str, int]  # kind, month, mentions
GONE = ("lost_prospect", "former_customer")
LOWEST, HIGHEST = 1, 5  # of a rating


@dataclass(frozen=True)
class ThemeFigures:
    """One theme, in mentions unless a name says people."""

    theme: Theme
    mentions: int
    people: int
    kinds: Counter[str]
    months: dict[str, int]  # "2026-11": 12, every month of the codebook, the oldest first
    content: float | None  # mean answer to "would you recommend us", else mean rating, 0..10, of those who speak of it
    trend: Trend

    @property
    def gone(self) -> int:
        """Mentions by people who did not become customers, or are none any more."""
        return sum(self.kinds[kind] for kind in GONE)

    @property
    def staying(self) -> int:
        """Mentions by customers and prospects."""
        return self.mentions - self.gone


@dataclass(frozen=True)
class Overview:
    """All themes of a codebook that are open, the largest first, and what is beside them."""

    themes: list[ThemeFigures]
    months: list[str]
    total: int  # mentions with content
    grouped: int
    people: int
    shelves: dict[str, int] = field(default_factory=dict)  # ungrouped, set_aside, no_content

    @property
    def largest(self) -> int:
        """Mentions of the largest theme; 1 when there is none, so that one can divide by it."""
        return max((one.mentions for one in self.themes), default=0) or 1


def month() -> ColumnElement[str]:
    """SQL: the month in which the answer came, as 2026-11 (UTC)."""
    if is_postgresql():  # no bound values: what is grouped by must be the very same expression
        local = func.timezone(literal_column("'UTC'"), Response.submitted_at)
        return func.to_char(local, literal_column("'YYYY-MM'"))
    return func.substr(Response.submitted_at, 1, 7)


def overview(codebook_id: int, look: Look, zone: str) -> Overview:
    """Return the figures of all open themes under a filter; at most nine statements, whatever the size.

    The database counts, so that no page makes 50,000 objects in a process that serves others at the same time.
    What was counted is kept in this process until anything is said, sorted or grouped.
    """
    counted = _counted(str(db.engine.url), codebook_id, look, zone, _stamp(codebook_id))
    shelves, monthly, everybody, placed, cells, people, content = counted
    shelves = {**shelves, "ungrouped": monthly.total() - placed}
    months = every_month(monthly)
    themes = [
        _figures(theme, cells.get(theme.id, []), (people.get(theme.id, 0), content.get(theme.id)), months, monthly)
        for theme in open_themes(codebook_id)
    ]
    shown = [one for one in themes if one.mentions or not look]
    return Overview(
        sorted(shown, key=lambda one: (-one.mentions, one.theme.name.casefold())),
        months,
        monthly.total(),
        placed,
        everybody,
        shelves,
    )


def _stamp(codebook_id: int) -> tuple[object, ...]:
    """What changes whenever a figure of the codebook may: answers, placements, a person's step, a grouping."""
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


@lru_cache(maxsize=64)
def _counted(
    _database: str, codebook_id: int, look: Look, zone: str, _stamp: tuple[object, ...]
) -> tuple[dict[str, int], Counter[str], int, int, dict[int, list[Cell]], dict[int, int], dict[int, float]]:
    return (
        *_beside(codebook_id, look, zone),
        _cells(codebook_id, look, zone),
        _people(codebook_id, look, zone),
        _content(codebook_id, look, zone),
    )


def _who() -> ColumnElement[int]:
    """SQL: whose words they are: the contact, or minus the response of an anonymous one."""
    return func.coalesce(Mention.contact_id, -Mention.response_id)


def _placed(select_from: AnySelect, codebook_id: int, look: Look, zone: str) -> AnySelect:
    joined = select_from.join(Mention, Mention.id == Placement.mention_id).join(
        Response, Response.id == Mention.response_id
    )
    return narrowed(joined.where(of_codebook(codebook_id), Mention.state == "open"), look, zone)


def _cells(codebook_id: int, look: Look, zone: str) -> dict[int, list[Cell]]:
    """Mentions by kind and month, of each theme."""
    columns = select(Placement.theme_id, Response.kind, month(), func.count()).select_from(Placement)
    grouped = _placed(columns, codebook_id, look, zone).group_by(Placement.theme_id, Response.kind, month())
    found: dict[int, list[Cell]] = {}
    for theme, kind, when, size in db.session.execute(grouped):
        found.setdefault(theme, []).append((kind, when, size))
    return found


def _people(codebook_id: int, look: Look, zone: str) -> dict[int, int]:
    columns = select(Placement.theme_id, func.count(_who().distinct())).select_from(Placement)
    rows = db.session.execute(_placed(columns, codebook_id, look, zone).group_by(Placement.theme_id))
    return {row[0]: row[1] for row in rows}


def _content(codebook_id: int, look: Look, zone: str) -> dict[int, float]:
    """Mean answer to "would you recommend us" of those who speak about each theme, everybody once.

    Where no survey of the codebook asks that, the mean rating stands in, told from 0 to 10 as well.
    """
    surveys = select(CodebookSurvey.survey_id).where(CodebookSurvey.codebook_id == codebook_id)
    kind, points = "nps", Answer.number * 1.0
    if not db.session.scalar(select(_asks("nps", surveys).exists())):
        kind, points = "rating", (Answer.number - LOWEST) * 10.0 / (HIGHEST - LOWEST)
    columns = select(Placement.theme_id, Mention.response_id).select_from(Placement).distinct()
    pairs = _placed(columns, codebook_id, look, zone).subquery()
    rows = db.session.execute(
        select(pairs.c.theme_id, func.avg(points))
        .join(Answer, Answer.response_id == pairs.c.response_id)
        .where(Answer.question_id.in_(_asks(kind, surveys)), Answer.number.is_not(None))
        .group_by(pairs.c.theme_id)
    )
    return {row[0]: float(row[1]) for row in rows}


def _asks(kind: str, surveys: Select[int]) -> Select[int]:
    return select(Question.id).where(Question.kind == kind, Question.survey_id.in_(surveys))


def _beside(codebook_id: int, look: Look, zone: str) -> tuple[dict[str, int], Counter[str], int, int]:
    """Sizes of the shelves; mentions with content by month; people who said them; how many are in a theme."""
    counted = _by_response(codebook_id, look, zone).subquery()
    rows = db.session.execute(
        select(counted.c.state, month(), func.sum(counted.c.said), func.sum(counted.c.placed))
        .join(Response, Response.id == counted.c.response_id)
        .group_by(counted.c.state, month())
    )
    shelves = {"ungrouped": 0, "set_aside": 0, "no_content": 0}
    monthly: Counter[str] = Counter()
    inside = 0
    for state, when, said, placed in rows:
        if state == "open":
            monthly[when] += int(said)
            inside += int(placed)
        else:
            shelves[state] += int(said)
    everybody = select(func.count(_who().distinct())).join(Response, Response.id == Mention.response_id)
    people = db.session.scalar(narrowed(everybody.where(of_codebook(codebook_id), Mention.state == "open"), look, zone))
    return shelves, monthly, people or 0, inside


def _by_response(codebook_id: int, look: Look, zone: str) -> Select[str, int, int, int]:
    """SELECT of how many mentions each response has in each state, and in a theme: the index answers it alone."""
    placed = exists(select(1).where(Placement.mention_id == Mention.id).correlate(Mention))
    columns = select(
        Mention.state,
        Mention.response_id,
        func.count().label("said"),
        func.sum(case((placed, 1), else_=0)).label("placed"),
    )
    if look:
        columns = columns.join(Response, Response.id == Mention.response_id)
    counted = narrowed(columns.where(of_codebook(codebook_id)), look, zone)
    return counted.group_by(Mention.survey_id, Mention.state, Mention.response_id)


def _figures(
    theme: Theme,
    cells: list[Cell],
    about: tuple[int, float | None],
    months: list[str],
    monthly: Counter[str],
) -> ThemeFigures:
    kinds: Counter[str] = Counter()
    by_month: Counter[str] = Counter()
    for kind, when, size in cells:
        kinds[kind] += size
        by_month[when] += size
    row = [by_month[one] for one in months]
    growth = trend(row, [monthly[one] for one in months])
    return ThemeFigures(theme, kinds.total(), about[0], kinds, dict(zip(months, row, strict=True)), about[1], growth)


def every_month(found: Iterable[str]) -> list[str]:
    """Return all months from the first to the last, also those in which nobody said anything; at most 36."""
    there = sorted(found)
    if not there:
        return []
    year, number = map(int, there[0].split("-"))
    months = [there[0]]
    while months[-1] < there[-1]:
        year, number = (year, number + 1) if number < 12 else (year + 1, 1)
        months.append(f"{year:04d}-{number:02d}")
    return months[-36:]


@dataclass(frozen=True)
class Breakdown:
    """One theme by several views, each a list of (value, mentions), the largest first; months are in order."""

    total: int
    people: int
    kinds: list[tuple[str, int]]
    stages: list[tuple[str, int]]
    languages: list[tuple[str, int]]
    months: list[tuple[str, int, int]]  # month, by customers and prospects, by lost and former ones
    surveys: dict[int, int]


def breakdown(theme: Theme, look: Look, zone: str) -> Breakdown:
    """Return one theme's figures under a filter; two statements."""
    base = (
        select(
            Response.kind,
            Response.stage_lost,
            Mention.language,
            Mention.survey_id,
            month().label("month"),
            func.count().label("size"),
        )
        .join(Mention, Mention.response_id == Response.id)
        .join(Placement, Placement.mention_id == Mention.id)
        .where(Placement.theme_id == theme.id, Mention.state == "open")
    )
    fields = (Response.kind, Response.stage_lost, Mention.language, Mention.survey_id, month())
    cells = db.session.execute(narrowed(base, look, zone).group_by(*fields)).all()
    counts: dict[str, Counter[Any]] = {
        name: Counter() for name in ("kind", "stage_lost", "language", "survey_id", "month", "gone")
    }
    for cell in cells:
        for name in ("kind", "stage_lost", "language", "survey_id", "month"):
            counts[name][getattr(cell, name)] += cell.size
        if cell.kind in GONE:
            counts["gone"][cell.month] += cell.size
    months = every_month(counts["month"])
    people = db.session.scalar(
        narrowed(
            select(func.count(func.coalesce(Mention.contact_id, -Mention.response_id).distinct()))
            .join(Placement, Placement.mention_id == Mention.id)
            .join(Response, Response.id == Mention.response_id)
            .where(Placement.theme_id == theme.id, Mention.state == "open"),
            look,
            zone,
        )
    )
    return Breakdown(
        counts["kind"].total(),
        people or 0,
        counts["kind"].most_common(),
        [(stage, size) for stage, size in counts["stage_lost"].most_common(8) if stage],
        counts["language"].most_common(8),
        [(one, counts["month"][one] - counts["gone"][one], counts["gone"][one]) for one in months],
        dict(counts["survey_id"]),
    )
