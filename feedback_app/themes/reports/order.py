"""The orders in which a list of themes can be read. Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from feedback_app.themes.reports.figures import ThemeFigures

_WAYS = ("new", "growing", "steady", "fading")

ORDERS: dict[str, Callable[[ThemeFigures], Any]] = {
    "largest": lambda one: -one.mentions,
    "complaints": lambda one: -one.tones["complaint"],
    "praise": lambda one: -one.tones["praise"],
    "people": lambda one: -one.people,
    "growing": lambda one: (_WAYS.index(one.trend.way), one.trend.chance),
    "unhappy": lambda one: (one.content is None, one.content.mean if one.content else 0.0),
    "name": lambda _one: 0,
}
"""What comes first by each order; "unhappy": those who are least content, and last what is not known."""


def ordered(themes: Sequence[ThemeFigures], order: str, named: Callable[[ThemeFigures], str]) -> list[ThemeFigures]:
    """Return the themes in an order (an unknown one is "largest"); by name where that decides nothing."""
    first = ORDERS.get(order, ORDERS["largest"])
    return sorted(themes, key=lambda one: (first(one), named(one).casefold()))
