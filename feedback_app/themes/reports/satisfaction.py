"""How content people are, told only where enough of them said so, and with what chance leaves open. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt

LEAST = 10
"""Scores below which nothing is told: a mean of four is a rumour."""

LOWEST, HIGHEST = 0.0, 10.0
_Z = 1.959964  # of a normal distribution, 95 % on both sides


@dataclass(frozen=True, slots=True)
class Satisfaction:
    """The mean of so many ``scores`` from 0 to 10, and the bounds that hold the true mean in 95 cases of 100."""

    mean: float
    low: float
    high: float
    scores: int


def satisfaction(scores: int, total: float, squares: float) -> Satisfaction | None:
    """Return what ``scores`` answers from 0 to 10 say, given their sum and the sum of their squares; None below ten.

    The interval is Student's, with two made-up answers added at the ends of the scale (as adjusted Wald does for the
    score of recommendation), so that ten people who all said nine prove no certainty.
    """
    if scores < LEAST:
        return None
    many, sum_, sum_of_squares = scores + 2, total + LOWEST + HIGHEST, squares + LOWEST**2 + HIGHEST**2
    middle = sum_ / many
    spread = sqrt(max(0.0, sum_of_squares - many * middle**2) / (many - 1) / many)
    half = _student(many - 1) * spread
    return Satisfaction(total / scores, max(LOWEST, middle - half), min(HIGHEST, middle + half), scores)


def _student(freedom: int) -> float:
    """Student's 97.5 % point, to three digits from 9 degrees of freedom on (Abramowitz and Stegun 1964, 26.7.5)."""
    return _Z + (_Z**3 + _Z) / (4 * freedom) + (5 * _Z**5 + 16 * _Z**3 + 3 * _Z) / (96 * freedom**2)
