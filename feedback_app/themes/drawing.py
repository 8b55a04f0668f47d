"""What the drawings show: the map of a codebook, the months of a theme. Joins figures and geometry."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from feedback_app.themes.figures import ThemeFigures
from feedback_app.themes.plots import Box, Column, columns, lines, treemap

SIZES = ((1000.0, 400.0), (360.0, 460.0))  # wide screens, phones; one of the two is shown
MOST = 40  # areas that can still be told apart
STEPS = (0.6, 0.85, 1.15, 1.5)  # share of lost prospects and former customers, in shares of the whole


@dataclass(frozen=True)
class Area:
    """One theme on the map: where it is, what stands in it, and how much of it lost people say."""

    figures: ThemeFigures
    box: Box
    words: list[str]
    letter: float
    shade: int  # 0: far fewer lost prospects and former customers than in all themes together ... 4: far more


@dataclass(frozen=True)
class Map:
    """All areas of a map and its size."""

    width: float
    height: float
    areas: list[Area]


def theme_map(themes: Sequence[ThemeFigures], width: float, height: float) -> Map:
    """Return the map of themes, the largest first; at most 40 of them."""
    shown = [one for one in themes if one.mentions][:MOST]
    usual = sum(one.gone for one in shown) / max(1, sum(one.mentions for one in shown))
    areas = []
    for box in treemap([one.mentions for one in shown], width, height):
        one = shown[box.index]
        letter = min(19.0, max(11.0, (box.width * box.height) ** 0.5 / 9))
        words = lines(one.theme.name, box.width - 16, box.height - 14 - letter, letter)
        share = one.gone / one.mentions
        areas.append(Area(one, box, words, letter, sum(share > usual * step for step in STEPS) if usual else 2))
    return Map(width, height, areas)


@dataclass(frozen=True)
class Months:
    """Stacked columns by month, with the months they stand for."""

    width: float
    height: float
    columns: list[Column]
    labels: list[tuple[float, str]]  # where a label stands, and the month
    top: int


def months(rows: Sequence[tuple[str, int, int]], width: float = 640.0, height: float = 150.0) -> Months:
    """Return the columns of ``(month, customers and prospects, lost and former)``."""
    found = columns([(low, high) for _, low, high in rows], width, height)
    every = max(1, len(rows) // 6)
    labels = [
        (column.x + column.width / 2, row[0])
        for at, (column, row) in enumerate(zip(found, rows, strict=True))
        if at % every == 0
    ]
    return Months(width, height, found, labels, max((low + high for _, low, high in rows), default=0))
