"""The figures behind list and map: how many, who, when, how content. Reads only; a handful of statements per page."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, exists, func, select

from feedback_app.database import is_postgresql
from feedback_app.extensions import db
from feedback_app.responses.models import Answer, Response
from feedback_app.surveys.models import Question
from feedback_app.themes.looking import Look, narrowed, of_codebook
from feedback_app.themes.models import Mention, Placement, Theme
from feedback_app.themes.queries import open_themes
from feedback_app.themes.trends import Trend, trend

GONE = ("lost_prospect", "former_customer")


@dataclass(frozen=True)
class ThemeFigures:
    """One theme, in mentions unless a name says people."""

    theme: Theme
    mentions: int
    people: int
    kinds: Counter[str]
    months: dict[str, int]  # "2026-11": 12, every month of the codebook, the oldest first
    content: float | None  # mean answer to "would you recommend us" (0..10) of those who speak about it
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
    if is_postgresql():
        return func.to_char(Response.submitted_at, "YYYY-MM")
    return func.substr(Response.submitted_at, 1, 7)


def overview(codebook_id: int, look: Look, zone: str) -> Overview:
    """Return the figures of all open themes under a filter; five statements, whatever the size."""
    cells = db.session.execute(
        narrowed(
            select(Placement.theme_id, Response.kind, month().label("month"), func.count().label("size"))
            .join(Mention, Mention.id == Placement.mention_id)
            .join(Response, Response.id == Mention.response_id)
            .where(of_codebook(codebook_id), Mention.state == "open"),
            look,
            zone,
        ).group_by(Placement.theme_id, Response.kind, month())
    ).all()
    people = _people(codebook_id, look, zone)
    content = _content(codebook_id, look, zone)
    everybody, shelves, monthly = _beside(codebook_id, look, zone)
    months = every_month(monthly)
    themes = [
        _figures(theme, [cell for cell in cells if cell.theme_id == theme.id], people, content, months, monthly)
        for theme in open_themes(codebook_id)
    ]
    shown = [one for one in themes if one.mentions or not look]
    return Overview(
        sorted(shown, key=lambda one: (-one.mentions, one.theme.name.casefold())),
        months,
        sum(monthly.values()),
        sum(monthly.values()) - shelves["ungrouped"],
        everybody,
        shelves,
    )


def _figures(
    theme: Theme,
    cells: Iterable[Any],
    people: dict[int, int],
    content: dict[int, float],
    months: list[str],
    monthly: Counter[str],
) -> ThemeFigures:
    kinds: Counter[str] = Counter()
    by_month: Counter[str] = Counter()
    for cell in cells:
        kinds[cell.kind] += cell.size
        by_month[cell.month] += cell.size
    row = [by_month[one] for one in months]
    return ThemeFigures(
        theme,
        kinds.total(),
        people.get(theme.id, 0),
        kinds,
        dict(zip(months, row, strict=True)),
        content.get(theme.id),
        trend(row, [monthly[one] for one in months]),
    )


def _people(codebook_id: int, look: Look, zone: str) -> dict[int, int]:
    rows = db.session.execute(
        narrowed(
            select(Placement.theme_id, func.count(func.coalesce(Mention.contact_id, -Mention.response_id).distinct()))
            .join(Mention, Mention.id == Placement.mention_id)
            .join(Response, Response.id == Mention.response_id)
            .where(of_codebook(codebook_id), Mention.state == "open"),
            look,
            zone,
        ).group_by(Placement.theme_id)
    )
    return {row[0]: row[1] for row in rows}


def _content(codebook_id: int, look: Look, zone: str) -> dict[int, float]:
    rows = db.session.execute(
        narrowed(
            select(Placement.theme_id, func.avg(Answer.number))
            .join(Mention, Mention.id == Placement.mention_id)
            .join(Response, Response.id == Mention.response_id)
            .join(Answer, Answer.response_id == Response.id)
            .where(Answer.question_id.in_(select(Question.id).where(Question.kind == "nps")))
            .where(of_codebook(codebook_id), Mention.state == "open", Answer.number.is_not(None)),
            look,
            zone,
        ).group_by(Placement.theme_id)
    )
    return {row[0]: float(row[1]) for row in rows if row[1] is not None}


def _beside(codebook_id: int, look: Look, zone: str) -> tuple[int, dict[str, int], Counter[str]]:
    """People who said something; sizes of the shelves; mentions with content by month."""
    placed = exists(select(1).where(Placement.mention_id == Mention.id))
    rows = db.session.execute(
        narrowed(
            select(Mention.state, placed.label("placed"), month().label("month"), func.count().label("size"))
            .join(Response, Response.id == Mention.response_id)
            .where(of_codebook(codebook_id)),
            look,
            zone,
        ).group_by(Mention.state, placed, month())
    ).all()
    shelves = {"ungrouped": 0, "set_aside": 0, "no_content": 0}
    monthly: Counter[str] = Counter()
    for row in rows:
        if row.state != "open":
            shelves[row.state] += row.size
            continue
        monthly[row.month] += row.size
        shelves["ungrouped"] += 0 if row.placed else row.size
    everybody = db.session.scalar(
        narrowed(
            select(func.count(func.coalesce(Mention.contact_id, -Mention.response_id).distinct()))
            .join(Response, Response.id == Mention.response_id)
            .where(of_codebook(codebook_id), Mention.state == "open"),
            look,
            zone,
        )
    )
    return everybody or 0, shelves, monthly


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
    people = _people(theme.codebook_id, look, zone).get(theme.id, 0)
    return Breakdown(
        counts["kind"].total(),
        people,
        counts["kind"].most_common(),
        [(stage, size) for stage, size in counts["stage_lost"].most_common(8) if stage],
        counts["language"].most_common(8),
        [(one, counts["month"][one] - counts["gone"][one], counts["gone"][one]) for one in months],
        dict(counts["survey_id"]),
    )
