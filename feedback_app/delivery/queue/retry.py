"""When to try again (RFC 5321 4.5.4.1). Pure but for the dice."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import datetime, timedelta

JITTER = 0.2  # so that letters refused together do not come back together


@dataclass(frozen=True)
class Schedule:
    """The waits after the first, second... attempt, the last of them again and again until ``give_up`` has passed.

    The first wait is short because of greylisting, the RFC's half hour follows; so does its "4-5 days".
    """

    steps: tuple[timedelta, ...] = (
        timedelta(minutes=5), timedelta(minutes=30), timedelta(hours=1), timedelta(hours=2), timedelta(hours=4),
    )  # fmt: skip
    give_up: timedelta = timedelta(days=4)

    def wait(self, attempts: int) -> timedelta:
        """Return how long to wait after ``attempts`` attempts (from 1), give or take a fifth."""
        step = self.steps[min(max(attempts, 1), len(self.steps)) - 1]
        return step * random.uniform(1 - JITTER, 1 + JITTER)  # noqa: S311  # spreads load, guards nothing

    def given_up(self, first: datetime, now: datetime) -> bool:
        """True when a letter first tried at ``first`` has been tried long enough."""
        return now - first >= self.give_up


USUAL = Schedule()
