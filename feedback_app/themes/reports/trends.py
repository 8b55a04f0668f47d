"""Is a theme growing, or is it chance? Pure."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

RECENT = 2  # months compared with all before them
SURE = 0.01  # chance of being fooled that a single theme may have
LEAST = 5  # recent mentions from which a trend is spoken of at all


@dataclass(frozen=True, slots=True)
class Trend:
    """``way``: new, growing, fading or steady. ``chance``: how likely so many recent mentions are by chance alone."""

    way: str
    chance: float
    recent: int
    expected: float


def trend(counts: Sequence[int], totals: Sequence[int]) -> Trend:
    """Compare a theme's share of the last months with its share before.

    ``counts`` and ``totals`` hold mentions per month, of the theme and of everything, the oldest first. One-sided
    exact binomial test on the recent mentions, given the share before (Clopper and Pearson, 1934): a rise in how
    much people say altogether is no growth of a theme.
    """
    recent, before = sum(counts[-RECENT:]), sum(counts[:-RECENT])
    all_recent, all_before = sum(totals[-RECENT:]), sum(totals[:-RECENT])
    if not all_before or not all_recent:
        return Trend("steady", 1.0, recent, 0.0)
    whole = recent + before
    share = all_recent / (all_recent + all_before)
    expected = whole * share
    if recent >= LEAST and not before:
        return Trend("new", at_least(recent, whole, share), recent, expected)
    up, down = at_least(recent, whole, share), 1 - at_least(recent + 1, whole, share)
    if recent >= LEAST and up < SURE:
        return Trend("growing", up, recent, expected)
    if whole >= LEAST and down < SURE:
        return Trend("fading", down, recent, expected)
    return Trend("steady", min(up, down), recent, expected)


def at_least(hits: int, tries: int, share: float) -> float:
    """Return the chance of ``hits`` or more successes in ``tries`` with probability ``share`` each (0..1)."""
    if hits <= 0:
        return 1.0
    if hits > tries or share <= 0:
        return 0.0
    if share >= 1:
        return 1.0
    term = math.exp(
        math.lgamma(tries + 1) - math.lgamma(hits + 1) - math.lgamma(tries - hits + 1)
        + hits * math.log(share) + (tries - hits) * math.log1p(-share)
    )  # fmt: skip
    total, odds = 0.0, share / (1 - share)
    for successes in range(hits, tries + 1):
        total += term
        if term < total * 1e-12 and successes > tries * share:
            break
        term *= odds * (tries - successes) / (successes + 1)
    return min(total, 1.0)
