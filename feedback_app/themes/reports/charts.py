"""What the drawings show: the map of a codebook, the months of a theme. Joins figures and geometry."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from feedback_app.themes.reports.figures import ThemeFigures
from feedback_app.themes.reports.svg import (
    LETTER,
    Box,
    Column,
    columns,
    lines,
    treemap,
)

SIZES = ((1000.0, 400.0), (360.0, 460.0))  # wide screens, phones; one of the two is shown
PLOTS = ((1000.0, 380.0), (360.0, 380.0))
MONTHS = ((640.0, 150.0), (320.0, 150.0))
LABEL = 64.0  # the least width of a month's name
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


Named = Callable[[Mapping[str, str]], str]
"""Of a name by language the one to be shown."""


def _first(title: Mapping[str, str]) -> str:
    return next(iter(title.values()), "")


def theme_map(themes: Sequence[ThemeFigures], width: float, height: float, named: Named = _first) -> Map:
    """Return the map of themes, the largest first; at most 40 of them."""
    shown = [theme for theme in themes if theme.mentions][:MOST]
    usual = sum(theme.gone for theme in shown) / max(1, sum(theme.mentions for theme in shown))
    areas = []
    for box in treemap([theme.mentions for theme in shown], width, height):
        theme = shown[box.index]
        letter = min(19.0, max(11.0, (box.width * box.height) ** 0.5 / 9))
        words = lines(named(theme.theme.title), box.width - 16, box.height - 20 - letter, letter)  # above the figure
        share = theme.gone / theme.mentions
        areas.append(Area(theme, box, words, letter, sum(share > usual * step for step in STEPS) if usual else 2))
    return Map(width, height, areas)


@dataclass(frozen=True)
class Months:
    """Stacked columns by month, with the months they stand for."""

    width: float
    height: float
    columns: list[Column]
    labels: list[tuple[float, str]]  # where a label stands, and the month
    top: int


def months(rows: Sequence[tuple[str, int, int]], width: float, height: float) -> Months:
    """Return the columns of ``(month, customers and prospects, lost and former)``; names only where they have room."""
    bars = columns([(low, high) for _, low, high in rows], width, height)
    every = max(1, math.ceil(len(rows) * LABEL / width))
    labels = [
        (column.x + column.width / 2, row[0])
        for at, (column, row) in enumerate(zip(bars, rows, strict=True))
        if at % every == 0
    ]
    return Months(width, height, bars, labels, max((low + high for _, low, high in rows), default=0))


@dataclass(frozen=True)
class Dot:
    """One theme in the plot of satisfaction against frequency; without ``words`` where they would cover others."""

    figures: ThemeFigures
    x: float
    y: float
    words: str
    left: bool  # the words stand to the left of the dot


@dataclass(frozen=True)
class Scatter:
    """Satisfaction against frequency: where each theme stands, the lines of the axes, and the mean of all."""

    width: float
    height: float
    dots: list[Dot]
    rows: list[tuple[float, int]]  # height of a line, and the points from 0 to 10 it stands for
    columns: list[tuple[float, int]]  # place of a line, and the number of people
    mean: float  # height of the mean, everybody who speaks of a theme counted once for it


LETTERS = 13.0  # height of a word beside a dot
MARGIN = (34.0, 18.0, 18.0, 34.0)  # left, top, right, bottom


def satisfaction(themes: Sequence[ThemeFigures], width: float, height: float, named: Named = _first) -> Scatter | None:
    """Return the plot of how content people are (0..10) against how many speak of it; None for fewer than 3 themes."""
    shown = [(theme, theme.content) for theme in themes if theme.content is not None]
    if len(shown) < 3:
        return None
    left, top, right, bottom = MARGIN
    points = [content.mean for _, content in shown]
    low, high = max(0, math.floor(min(points))), min(10, math.ceil(max(points)))
    most = _round_up(max(theme.people for theme, _ in shown))
    span, across, down = max(1, high - low), width - left - right, height - top - bottom

    def at(people: float, content: float) -> tuple[float, float]:
        return left + across * people / most, top + down * (high - content) / span

    mean = sum(one.scores * one.mean for _, one in shown) / sum(one.scores for _, one in shown)
    ordered = sorted(shown, key=lambda one: -one[0].people)
    places = [(theme, *at(theme.people, content.mean)) for theme, content in ordered]
    step = 1 if span <= 5 else 2
    return Scatter(
        width,
        height,
        _labelled(places, width, named),
        [(at(0, row)[1], row) for row in range(low, low + span + 1, step)],
        [(at(most * part / 4, 0)[0], most * part // 4) for part in range(5)],
        at(0, mean)[1],
    )


def _round_up(number: int) -> int:
    """The next number above that is easy to read and to quarter."""
    size = 10 ** max(0, len(str(number)) - 1)
    return next(
        step for part in (0.4, 0.8, 1, 1.2, 1.6, 2, 4, 6, 8, 12) if (step := max(4, int(part * size))) >= number
    )


def _labelled(places: Sequence[tuple[ThemeFigures, float, float]], width: float, named: Named) -> list[Dot]:
    """Name the dots, the largest first, where there is room to the right or to the left of them."""
    taken = [(x - 6, y - 6, x + 6, y + 6) for _, x, y in places]
    dots = []
    for number, (figures, x, y) in enumerate(places):
        name = named(figures.theme.title)
        wide = len(name) * LETTERS * LETTER
        words, left = "", False
        for side in (False, True):
            start = x - 9 - wide if side else x + 9
            box = (start, y - LETTERS * 0.7, start + wide, y + LETTERS * 0.7)
            free = not any(_cover(box, other) for at, other in enumerate(taken) if at != number)
            if free and start >= MARGIN[0] and start + wide <= width - 2:
                words, left = name, side
                taken.append(box)
                break
        dots.append(Dot(figures, x, y, words, left))
    return dots


def _cover(one: tuple[float, ...], other: tuple[float, ...]) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]
