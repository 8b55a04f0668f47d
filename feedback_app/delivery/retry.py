"""When to try again (RFC 5321 4.5.4.1). Pure but for the dice."""

from __future__ import annotations

import random
from datetime import datetime, timedelta

STEPS = (timedelta(minutes=5), timedelta(minutes=30), timedelta(hours=1), timedelta(hours=2), timedelta(hours=4))
GIVE_UP = timedelta(days=4)
JITTER = 0.2  # so that letters refused together do not come back together


def wait(attempts: int) -> timedelta:
    """Return how long to wait after ``attempts`` attempts (from 1), give or take a fifth.

    The first step is short because of greylisting, the RFC's half hour follows.
    """
    step = STEPS[min(max(attempts, 1), len(STEPS)) - 1]
    return step * random.uniform(1 - JITTER, 1 + JITTER)  # noqa: S311  # spreads load, guards nothing


def given_up(first: datetime, now: datetime) -> bool:
    """True when a letter first tried at ``first`` has been tried for four days."""
    return now - first >= GIVE_UP
