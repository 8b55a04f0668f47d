"""How fast letters leave: all of them, and those to one domain. Shared by all workers through rows of the database.

A bucket says what may leave now. What may not is put off to about the moment when its turn comes, so that a million
letters to one slow domain are taken up twice, not at every claim, and stand in nobody's way.
"""

from __future__ import annotations

import random
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

import structlog
from sqlalchemy import Row, func, select
from sqlalchemy.orm import Session

from feedback_app import clock
from feedback_app.common.rate_syntax import EVERYBODY, DomainLimit, family
from feedback_app.database import insert
from feedback_app.delivery.models import LetterRate
from feedback_app.delivery.queue.claims import C, Claimed
from feedback_app.delivery.throttle.token_bucket import (
    Bucket,
    Slowdown,
    full,
    slower,
)

RELAY = "relay"  # no domain: it has no dot
LOOK = 1.0  # seconds between two looks at whether some worker was asked to go slower
PRESSED = timedelta(seconds=10)  # one halving for all that the relay or a domain complains about in this time
GENTLE = 2.0  # letters a second: what a domain counts as sent at least when it asks for less
SELDOM = 1 / 60  # the slowest pace for a domain: one letter a minute
HORIZON = timedelta(hours=1)  # nobody is put off further, for what is ahead of them may be cancelled
READ = 20_000  # letters of the last seconds that are looked at
UNLIMITED = DomainLimit(0.0)
Put = tuple[int, datetime]
log = structlog.get_logger()


class Rates:
    """The limits in force. ``rate``: letters a second through the relay, 0 for any; ``domains``: by domain."""

    def __init__(self, rate: float = 0.0, domains: Mapping[str, DomainLimit] | None = None) -> None:
        self._rate, self._domains = rate, dict(domains or {})
        self._slowed: dict[str, Slowdown] = {}  # the relay, and domains that asked for less
        self._looked = float("-inf")

    def room(self, session: Session, wanted: int) -> tuple[int, Bucket | None]:
        """Return how many letters may leave now, and the relay's bucket to be spent from (None: no limit)."""
        now = clock.now()
        if time.monotonic() - self._looked > LOOK:
            self._slowed, self._looked = _slowed(session, now), time.monotonic()
        rate = self._in_force(RELAY, self._rate, now)
        if not rate:
            return wanted, None
        row = _with_buckets(session, {RELAY: rate}, now)[RELAY]
        bucket = Bucket(row.tokens, row.at).filled(rate, now)
        return bucket.take(wanted)[1], bucket

    def spend(self, session: Session, bucket: Bucket | None, letters: int) -> None:
        """Take ``letters`` out of the relay's bucket."""
        if bucket is not None:
            left, _ = bucket.take(letters)
            _keep(session, [{"name": RELAY, "tokens": left.tokens, "at": left.at}])

    def slow(self, session: Session, measured: float, why: str) -> None:
        """Halve the pace for all workers: the relay asked for it. ``measured``: letters a second that left lately."""
        before, now = _slowdown(_rows(session, [RELAY]).get(RELAY)), clock.now()
        if not before or now - before.since >= PRESSED:
            self._slow(session, RELAY, slower(before, min(measured, self._rate or measured), now), why)

    def slow_domain(self, session: Session, domain: str, why: str) -> None:
        """Halve the pace of letters to ``domain`` for all workers: it named a limit. Limits set or not."""
        before, now = _slowdown(_rows(session, [domain]).get(domain)), clock.now()
        if not before or now - before.since >= PRESSED:
            measured = max(GENTLE, _pace_to(session, domain, now))
            self._slow(session, domain, slower(before, measured, now, SELDOM), why)

    def _slow(self, session: Session, name: str, asked: Slowdown, why: str) -> None:
        log.warning("letters go slower, as was asked", to=name, pace=round(asked.pace, 2), reply=why)
        row = {"name": name, "tokens": 0.0, "at": asked.since, "pace": asked.pace, "top": asked.top}
        _keep(session, [{**row, "slowed_at": asked.since, "why": why[:300]}])
        self._slowed[name] = asked

    def admit(
        self, session: Session, rows: Sequence[Claimed], in_hand: Iterable[str]
    ) -> tuple[list[Claimed], list[Put]]:
        """Return which of ``rows`` may leave now, and when to look at each of the others again.

        ``in_hand``: the address keys of letters under way in this worker.
        """
        now = clock.now()
        limited = self._by_domain(rows, now)
        if not limited:
            return list(rows), []
        room = self._room_at_once(session, limited, in_hand)
        rates = {domain: self._in_force(domain, self._limit(domain).rate, now) for domain in limited}
        known = _with_buckets(session, rates, now)
        kept = []
        late: dict[int, datetime] = {}
        for domain, some in sorted(limited.items()):
            row, rate = known[domain], rates[domain]
            bucket, granted = Bucket(row.tokens, row.at).filled(rate, now).take(min(len(some), room[domain]))
            moments = _slots(row.reserved_until, rate, len(some) - granted, now)
            late.update(zip((one.id for one in some[granted:]), moments, strict=True))
            reserved = min(moments[-1], now + HORIZON) if moments else row.reserved_until
            kept.append({"name": domain, "tokens": bucket.tokens, "at": bucket.at, "reserved_until": reserved})
        _keep(session, kept)
        return [row for row in rows if row.id not in late], list(late.items())

    def _in_force(self, name: str, rate: float, now: datetime) -> float:
        """Return the lesser of ``rate``, 0 for any, and of what ``name`` asked for; 0 when neither limits."""
        slowed = self._slowed[name].now_at(now) if name in self._slowed else None
        return min(pace for pace in (slowed, rate) if pace) if slowed or rate else 0.0

    def _limit(self, domain: str) -> DomainLimit:
        return self._domains.get(domain) or self._domains.get(EVERYBODY) or UNLIMITED

    def _by_domain(self, rows: Sequence[Claimed], now: datetime) -> dict[str, list[Claimed]]:
        limited: dict[str, list[Claimed]] = defaultdict(list)
        if self._domains or self._slowed.keys() - {RELAY}:
            for row in rows:
                domain = domain_of(row.email_key)
                if self._in_force(domain, self._limit(domain).rate, now):
                    limited[domain].append(row)
        return limited

    def _room_at_once(self, session: Session, domains: Iterable[str], in_hand: Iterable[str]) -> dict[str, int]:
        """Return how many letters to each domain may be begun; several workers divide what is allowed at once."""
        capped = {domain: self._limit(domain).at_once for domain in domains}
        if not any(capped.values()):
            return dict.fromkeys(capped, 1_000_000)
        workers = session.scalar(select(func.count(C.lease_owner.distinct())).where(C.state == "leased")) or 1
        under_way = Counter(domain_of(key) for key in in_hand)
        return {
            domain: max(0, max(1, most // workers) - under_way[domain]) if most else 1_000_000
            for domain, most in capped.items()
        }


def domain_of(email_key: str) -> str:
    """Return the domain under which letters to ``email_key`` are counted."""
    return family(email_key.rpartition("@")[2])


def _slots(reserved: datetime | None, rate: float, letters: int, now: datetime) -> list[datetime]:
    start = max(now, reserved or now)
    moments = [start + timedelta(seconds=number / rate) for number in range(1, letters + 1)]
    # those beyond the horizon are spread over an hour, lest they all come back in one moment
    return [one if one <= now + HORIZON else now + HORIZON * random.uniform(1, 2) for one in moments]  # noqa: S311  # spreads load


def _slowdown(row: Row[Any] | None) -> Slowdown | None:
    return Slowdown(row.pace, row.top, row.slowed_at) if row is not None and row.pace is not None else None


def _slowed(session: Session, now: datetime) -> dict[str, Slowdown]:
    """Return who asked for less and has not yet got back to the old pace."""
    rows = session.execute(select(LetterRate.__table__).where(LetterRate.pace.is_not(None)))
    found = {row.name: Slowdown(row.pace, row.top, row.slowed_at) for row in rows}
    return {name: one for name, one in found.items() if one.now_at(now) is not None}


def _pace_to(session: Session, domain: str, now: datetime) -> float:
    """Return how many letters a second went to ``domain`` in the last ten: read only when it complains."""
    asked = select(C.email_key).where(C.sent_at >= now - PRESSED).order_by(C.sent_at.desc()).limit(READ)
    return sum(domain_of(key) == domain for key in session.scalars(asked)) / PRESSED.total_seconds()


def _rows(session: Session, names: Sequence[str]) -> dict[str, Row[Any]]:
    table = LetterRate.__table__
    asked = select(table).where(table.c.name.in_(names)).order_by(table.c.name).with_for_update()
    return {row.name: row for row in session.execute(asked)}


def _with_buckets(session: Session, rates: Mapping[str, float], now: datetime) -> dict[str, Row[Any]]:
    """Return the locked rows of all ``rates`` (name -> letters a second); a name that has none yet gets a full bucket.

    A row that is not there cannot be locked: two workers would each begin with a full bucket of their own.
    """
    names = sorted(rates)
    rows = _rows(session, names)
    missing = [{"name": name, **asdict(full(rates[name], now))} for name in names if name not in rows]
    if missing:
        session.execute(insert(LetterRate).on_conflict_do_nothing(index_elements=["name"]), missing)
        rows = _rows(session, names)
    return rows


def _keep(session: Session, rows: list[dict[str, Any]]) -> None:
    statement = insert(LetterRate)
    changed = {name: statement.excluded[name] for name in rows[0] if name != "name"}
    session.execute(statement.on_conflict_do_update(index_elements=["name"], set_=changed), rows)
