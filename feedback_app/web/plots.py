"""Figures turned into shapes; pure, so that a template only draws."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Block:
    """One part of a column: which series, where it begins and how high it is, in units of the plot."""

    series: str
    y: float
    height: float
    value: int


@dataclass(frozen=True)
class Column:
    """One column of a stacked bar plot, from 0 at the top to ``height`` at the bottom."""

    label: str
    total: int
    blocks: tuple[Block, ...]


def stacked(
    table: Sequence[tuple[str, Mapping[str, int]]], series: Sequence[str], height: float = 120.0
) -> list[Column]:
    """Return the columns of ``table`` scaled so that the largest total is ``height`` units high."""
    most = max((sum(values.values()) for _, values in table), default=0)
    return [_column(label, values, series, height, most) for label, values in table]


def _column(label: str, values: Mapping[str, int], series: Sequence[str], height: float, most: int) -> Column:
    blocks: list[Block] = []
    bottom = height
    for name in series:
        value = values.get(name, 0)
        if value:
            size = height * value / most
            bottom -= size
            blocks.append(Block(name, round(bottom, 2), round(size, 2), value))
    return Column(label, sum(values.values()), tuple(blocks))


@dataclass(frozen=True)
class Area:
    """A line over equal steps with the area below it, as SVG paths, and what its axis says."""

    line: str
    area: str
    top: int  # the value at the upper edge, a round number
    most: int


def area(values: Sequence[int], width: float = 600.0, height: float = 120.0) -> Area:
    """Return ``values`` as a line from the left edge to the right one; 0 lies at ``height``."""
    most = max(values, default=0)
    top = round_up(most)
    step = width / max(1, len(values) - 1)
    points = [f"{number * step:.1f} {height - height * value / top:.1f}" for number, value in enumerate(values)]
    line = "M" + " L".join(points) if points else ""
    return Area(line, f"{line} L{width:.1f} {height:.1f} L0 {height:.1f} Z" if points else "", top, most)


def round_up(value: int) -> int:
    """Return the least number of 1, 2 or 5 and zeros that is not below ``value``; at least 10."""
    power = 10
    while True:
        for step in (1, 2, 5):
            if step * power >= value:
                return step * power
        power *= 10
