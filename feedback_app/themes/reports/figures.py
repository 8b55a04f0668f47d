"""The figures behind list and map: how many, who, when, how content. Reads only; a handful of statements per page."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from sqlalchemy import func, select

from feedback_app.common.cache import Cache, app_cache
from feedback_app.extensions import db
from feedback_app.responses.models import Response
from feedback_app.themes.mention_filter import Look, narrowed, of_codebook
from feedback_app.themes.models import Mention, Placement, Theme
from feedback_app.themes.queries import open_themes
from feedback_app.themes.reports import counts as counting
from feedback_app.themes.reports.counts import month
from feedback_app.themes.reports.satisfaction import Satisfaction
from feedback_app.themes.reports.trends import Trend, trend

Cell = tuple[str, str, str, int]  # kind, month, tone, mentions
KEPT_FIGURES = 64  # of one codebook under one filter each
GONE = ("lost_prospect", "former_customer")


@dataclass(frozen=True)
class ThemeFigures:
    """One theme, in mentions unless a name says people."""

    theme: Theme
    mentions: int
    people: int
    kinds: Counter[str]
    months: dict[str, int]  # "2026-11": 12, every month of the codebook, the oldest first
    content: Satisfaction | None  # of those who speak of it: "would you recommend us", else the rating; None: too few
    trend: Trend
    tones: Counter[str] = field(default_factory=Counter)  # "": not known

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


def overview(codebook_id: int, look: Look, zone: str) -> Overview:
    """Return the figures of all open themes under a filter; at most nine statements, whatever the size.

    What was counted is kept in this process until anything is said, sorted or grouped.
    """
    pages: Cache[tuple[object, ...], counting.Counted] = app_cache("figures", KEPT_FIGURES)
    ask = partial(counting.counted, codebook_id, look, zone)
    counted = pages.get((codebook_id, look, zone), ask, counting.stamp(codebook_id))
    months, total = every_month(counted.months), counted.months.total()
    cells: dict[int, list[Cell]] = {}
    for theme_id, kind, when, tone, size in counted.cells:
        cells.setdefault(theme_id, []).append((kind, when, tone, size))
    themes = [_figures(theme, cells.get(theme.id, []), counted, months) for theme in open_themes(codebook_id)]
    return Overview(
        sorted(
            (one for one in themes if one.mentions or not look),
            key=lambda one: (-one.mentions, one.theme.name.casefold()),
        ),
        months,
        total,
        total - counted.shelves["ungrouped"],
        counted.people,
        counted.shelves,
    )


def _figures(theme: Theme, cells: Iterable[Cell], counted: counting.Counted, months: list[str]) -> ThemeFigures:
    kinds: Counter[str] = Counter()
    by_month: Counter[str] = Counter()
    tones: Counter[str] = Counter()
    for kind, when, tone, size in cells:
        kinds[kind] += size
        by_month[when] += size
        tones[tone] += size
    row = [by_month[one] for one in months]
    growth = trend(row, [counted.months[one] for one in months])
    return ThemeFigures(
        theme,
        kinds.total(),
        counted.people_of.get(theme.id, 0),
        kinds,
        dict(zip(months, row, strict=True)),
        counted.content_of.get(theme.id),
        growth,
        tones,
    )


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
    tones: Counter[str]  # "": not known
    content: Satisfaction | None  # of those who speak of it; None: too few said so


def breakdown(theme: Theme, look: Look, zone: str) -> Breakdown:
    """Return one theme's figures under a filter, counted over the same mentions as its list; three statements."""
    base = (
        select(
            Response.kind,
            Response.stage_lost,
            Mention.language,
            Mention.survey_id,
            Mention.tone,
            month().label("month"),
            func.count().label("size"),
        )
        .join(Mention, Mention.response_id == Response.id)
        .join(Placement, Placement.mention_id == Mention.id)
        .where(Placement.theme_id == theme.id, Mention.state == "open", of_codebook(theme.codebook_id))
    )
    fields = (Response.kind, Response.stage_lost, Mention.language, Mention.survey_id, Mention.tone, month())
    cells = db.session.execute(narrowed(base, look, zone).group_by(*fields)).all()
    counts: dict[str, Counter[Any]] = {
        name: Counter() for name in ("kind", "stage_lost", "language", "survey_id", "month", "tone", "gone")
    }
    for cell in cells:
        for name in ("kind", "stage_lost", "language", "survey_id", "month", "tone"):
            counts[name][getattr(cell, name)] += cell.size
        if cell.kind in GONE:
            counts["gone"][cell.month] += cell.size
    months = every_month(counts["month"])
    people, content = counting.speakers(theme.codebook_id, look, zone, theme.id)
    return Breakdown(
        counts["kind"].total(),
        people.get(theme.id, 0),
        counts["kind"].most_common(),
        [(stage, size) for stage, size in counts["stage_lost"].most_common(8) if stage],
        counts["language"].most_common(8),
        [(one, counts["month"][one] - counts["gone"][one], counts["gone"][one]) for one in months],
        dict(counts["survey_id"]),
        counts["tone"],
        content.get(theme.id),
    )
