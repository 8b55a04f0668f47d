"""How limits on letters are written in settings: ``gmail.com=20/2, *=50`` and ``5m 30m 1h 4h``. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta
from itertools import pairwise

UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86_400}
DURATION = re.compile(r"(\d{1,6})([smhd])")
LIMIT = re.compile(r"(\*|[a-z0-9-]+(?:\.[a-z0-9-]+)+)=(\d{1,6}(?:\.\d{1,3})?)(?:/(\d{1,3}))?")
EVERYBODY = "*"
# Domains whose mail one provider takes in, and counts together. Others stand for themselves.
FAMILIES = {
    "googlemail.com": "gmail.com",
    "hotmail.com": "outlook.com",
    "live.com": "outlook.com",
    "msn.com": "outlook.com",
    "ymail.com": "yahoo.com",
    "rocketmail.com": "yahoo.com",
    "aol.com": "yahoo.com",
    "me.com": "icloud.com",
    "mac.com": "icloud.com",
}


@dataclass(frozen=True)
class DomainLimit:
    """What one domain is sent at most: letters a second by all workers, and letters under way at once (0: any)."""

    rate: float
    at_once: int = 0


def domain_limits(value: str) -> dict[str, DomainLimit]:
    """Return the limits by domain; ``*`` is every domain not named. Raises ValueError saying what may be written."""
    limits: dict[str, DomainLimit] = {}
    for part in value.replace(",", " ").lower().split():
        match = LIMIT.fullmatch(part)
        if match is None or float(match[2]) <= 0:
            raise ValueError(f"{part!r} is not understood; write gmail.com=20 (letters a second), gmail.com=20/2"
                             " (and two at once), *=50 (every other domain)")  # fmt: skip
        domain = family(match[1])
        if domain in limits:
            raise ValueError(f"{domain} is limited twice")
        limits[domain] = DomainLimit(float(match[2]), int(match[3] or 0))
    return limits


def family(domain: str) -> str:
    """Return the domain under which ``domain`` is counted."""
    return FAMILIES.get(domain, domain)


def durations(value: str) -> tuple[timedelta, ...]:
    """Return the times of ``5m 30m 1h``, at least one, none shorter than the one before. Raises ValueError."""
    read = tuple(duration(part) for part in value.replace(",", " ").split())
    if not read or any(later < earlier for earlier, later in pairwise(read)):
        raise ValueError("write times that grow, such as 5m 30m 1h 2h 4h")
    return read


def duration(value: str) -> timedelta:
    """Return the time of ``90s``, ``5m``, ``1h`` or ``4d``, at least a second. Raises ValueError."""
    match = DURATION.fullmatch(value.strip().lower())
    if match is None or int(match[1]) == 0:
        raise ValueError("write a time such as 90s, 5m, 1h or 4d")
    return timedelta(seconds=int(match[1]) * UNITS[match[2]])
