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
