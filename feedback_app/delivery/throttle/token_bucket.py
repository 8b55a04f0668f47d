"""Token buckets, and a pace that gives way and comes back. Pure.

A bucket fills by ``rate`` tokens a second up to ``burst``; a letter costs one. It is kept as two numbers, so that a
row of the database can hold it and any number of workers share it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

BURST_SECONDS = 1.0  # what a bucket holds: what may leave at once after a quiet time
SKEW = 5.0  # seconds by which two workers may disagree about the time; more is a clock that was set back
GROWTH = 1.05  # a slowed pace grows by this factor each minute
LEAST_PACE = 0.5  # letters a second below which no trouble slows us: the breaker takes over there


@dataclass(frozen=True, slots=True)
class Bucket:
    """How many letters may leave now, as of ``at``."""

    tokens: float
    at: datetime

    def filled(self, rate: float, now: datetime) -> Bucket:
        """Return the bucket as it is at ``now``. A clock that stepped back takes nothing away and adds nothing.

        A worker that looked at its clock just before another one wrote does not count that moment twice.
        """
        passed = (now - self.at).total_seconds()
        at = self.at if -SKEW <= passed < 0 else now
        return Bucket(min(burst(rate), self.tokens + max(0.0, passed) * rate), at)

    def take(self, wanted: int) -> tuple[Bucket, int]:
        """Return what is left, and how many of ``wanted`` may go."""
        granted = max(0, min(wanted, int(self.tokens)))
        return Bucket(self.tokens - granted, self.at), granted


def burst(rate: float) -> float:
    """Return how many letters may leave at once: what a second brings, and at least one."""
    return max(1.0, rate * BURST_SECONDS)


def full(rate: float, now: datetime) -> Bucket:
    """Return the bucket of somebody who has sent nothing lately."""
    return Bucket(burst(rate), now)


@dataclass(frozen=True, slots=True)
class Slowdown:
    """The relay asked us to go slower: ``pace`` letters a second at ``since``, ``top`` before."""

    pace: float
    top: float
    since: datetime

    def now_at(self, now: datetime) -> float | None:
        """Return the pace at ``now``: 5 % faster each minute; None when it has come back to where it was."""
        minutes = max(0.0, (now - self.since).total_seconds()) / 60
        if minutes > 600:  # 1.05 ** 600 is beyond any pace, and beyond floats a little later
            return None
        pace = self.pace * float(GROWTH**minutes)
        return pace if pace < self.top else None


def slower(before: Slowdown | None, measured: float, now: datetime, least: float = LEAST_PACE) -> Slowdown:
    """Return half the pace in force, ``least`` or more; ``measured``: what left a second when nothing slowed us yet."""
    current = before.now_at(now) if before else None
    top = before.top if before and current is not None else measured
    return Slowdown(max(least, (current if current is not None else measured) / 2), max(top, least), now)
