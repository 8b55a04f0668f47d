"""How often the machine is right about mentions that nobody was asked about. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from feedback_app.common.intervals import interval

ENOUGH = 5  # mentions drawn at random; fewer say nothing


@dataclass(frozen=True)
class Estimate:
    """``right`` of ``drawn`` mentions drawn at random were foretold; ``share`` with its bounds at 95 %.

    ``share`` is None while too few were drawn to say anything.
    """

    right: int
    drawn: int
    share: float | None
    low: float
    high: float


def estimate(right: int, drawn: int) -> Estimate:
    """Return how often the machine is right, from mentions drawn at random and foretold without their own answer."""
    low, high = interval(right, drawn)
    return Estimate(right, drawn, right / drawn if drawn >= ENOUGH else None, low, high)
