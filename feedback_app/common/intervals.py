"""How far a share can be trusted that was counted in few cases. Pure."""

from __future__ import annotations

from math import sqrt

CONFIDENCE = 1.96  # 95 %


def interval(hits: int, cases: int) -> tuple[float, float]:
    """Return the bounds of a share (Wilson, 1927) at 95 %; nothing known is 0 to 1."""
    if not cases:
        return 0.0, 1.0
    share, square = hits / cases, CONFIDENCE**2
    middle = (share + square / (2 * cases)) / (1 + square / cases)
    half = CONFIDENCE * sqrt(share * (1 - share) / cases + square / (4 * cases**2)) / (1 + square / cases)
    return max(0.0, middle - half), min(1.0, middle + half)
