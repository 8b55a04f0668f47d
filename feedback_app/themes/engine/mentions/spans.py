"""Which spans of units are an answer's mentions: the best set without overlap."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from feedback_app.themes.engine.mentions.units import Unit

MOST_UNITS, MOST_SENTENCES = 9, 4
"""No mention is longer, so that time is linear in the number of units."""

Span = tuple[int, int]
"""First and last unit."""


def candidates(units: Sequence[Unit]) -> list[Span]:
    """Every span that could be a mention: none holds a greeting, nor reaches from one item of a list into the next."""
    return [(first, last) for first in range(len(units)) for last in range(first, _reach(units, first))]


def _reach(units: Sequence[Unit], first: int) -> int:
    if units[first].courtesy:
        return first
    for at in range(first + 1, min(len(units), first + MOST_UNITS)):
        parts = units[at].courtesy or (units[at].item and units[at].opens)
        if parts or units[at].sentence - units[first].sentence >= MOST_SENTENCES:
            return at
    return min(len(units), first + MOST_UNITS)


def best_set(count: int, spans: Sequence[Span], chances: NDArray[np.float64], least: float) -> list[Span]:
    """The set of spans of `count` units, none overlapping, whose chances exceed `least` by most in sum.

    Weighted interval scheduling (Kleinberg and Tardos, Algorithm Design, 6.1). With `least` at about half the F1
    that can be reached, the expected F1 is highest (Lipton et al., 2014).
    """
    ending: list[list[tuple[int, float]]] = [[] for _ in range(count)]
    for (first, last), chance in zip(spans, chances.tolist(), strict=True):
        ending[last].append((first, chance - least))
    best, start = [0.0] * (count + 1), [-1] * (count + 1)
    for end in range(1, count + 1):
        best[end] = best[end - 1]
        for first, gain in ending[end - 1]:
            if best[first] + gain > best[end]:
                best[end], start[end] = best[first] + gain, first
    chosen, end = [], count
    while end > 0:
        if start[end] >= 0:
            chosen.append((start[end], end - 1))
        end = start[end] if start[end] >= 0 else end - 1
    return chosen[::-1]
