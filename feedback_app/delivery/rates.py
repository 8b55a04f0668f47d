"""How fast letters leave: all of them, and those to one domain. Shared by all workers through rows of the database.

A bucket says what may leave now. What may not is put off to about the moment when its turn comes, so that a million
letters to one slow domain are taken up twice, not at every claim, and stand in nobody's way.
"""

from __future__ import annotations

import random
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import structlog
from sqlalchemy import Row, func, select
from sqlalchemy.orm import Session

from feedback_app import clock
from feedback_app.database import insert
from feedback_app.delivery.buckets import Bucket, Slowdown, full, slower
from feedback_app.delivery.claims import C, Claimed
from feedback_app.delivery.models import LetterRate
from feedback_app.mail_limits import EVERYBODY, DomainLimit, family

RELAY = "relay"  # no domain: it has no dot
LOOK = 1.0  # seconds between two looks at whether some worker was asked to go slower
PRESSED = timedelta(seconds=10)  # one halving for all that the relay complains about in this time
HORIZON = timedelta(hours=1)  # nobody is put off further, for what is ahead of them may be cancelled
Put = tuple[int, datetime]
log = structlog.get_logger()


class Rates:
    """The limits in force. ``rate``: letters a second through the relay, 0 for any; ``domains``: by domain."""

    def __init__(self, rate: float = 0.0, domains: Mapping[str, DomainLimit] | None = None) -> None:
        self._rate, self._domains = rate, dict(domains or {})
        self._slowdown: Slowdown | None = None
        self._looked = float("-inf")

    def room(self, session: Session, wanted: int) -> tuple[int, Bucket | None]:
        """Return how many letters may leave now, and the relay's bucket to be spent from (None: no limit)."""
        now = clock.now()
        if self._rate or time.monotonic() - self._looked > LOOK:
            row = _rows(session, [RELAY]).get(RELAY)
            self._slowdown, self._looked = _slowdown(row), time.monotonic()
        else:
            row = None
        rate = self._in_force(now)
        if not rate:
            return wanted, None
        row = row or _rows(session, [RELAY]).get(RELAY)
        bucket = Bucket(row.tokens, row.at).filled(rate, now) if row else full(rate, now)
        return bucket.take(wanted)[1], bucket

    def spend(self, session: Session, bucket: Bucket | None, letters: int) -> None:
        """Take ``letters`` out of the relay's bucket."""
        if bucket is not None:
            left, _ = bucket.take(letters)
            _keep(session, [{"name": RELAY, "tokens": left.tokens, "at": left.at}])

    def slow(self, session: Session, measured: float, why: str) -> None:
        """Halve the pace for all workers: the relay asked for it. ``measured``: letters a second that left lately."""
        now, row = clock.now(), _rows(session, [RELAY]).get(RELAY)
        before = _slowdown(row)
        if before and now - before.since < PRESSED:
            return
        asked = slower(before, min(measured, self._rate or measured), now)
        log.warning("the relay asks us to go slower", pace=round(asked.pace, 2), reply=why)
        _keep(
            session,
            [{"name": RELAY, "tokens": 0.0, "at": now, "pace": asked.pace, "top": asked.top, "slowed_at": now,
              "why": why[:300]}],
        )  # fmt: skip
        self._slowdown, self._looked = asked, time.monotonic()

    def admit(
        self, session: Session, rows: Sequence[Claimed], in_hand: Iterable[str]
    ) -> tuple[list[Claimed], list[Put]]:
        """Return which of ``rows`` may leave now, and when to look at each of the others again.

        ``in_hand``: the address keys of letters under way in this worker.
        """
        limited = self._by_domain(rows)
        if not limited:
            return list(rows), []
        room = self._room_at_once(session, limited, in_hand)
        known = _rows(session, sorted(limited))
        now, kept = clock.now(), []
        late: dict[int, datetime] = {}
        for domain, some in sorted(limited.items()):
            row, rate = known.get(domain), self._limit(domain).rate
            bucket = Bucket(row.tokens, row.at).filled(rate, now) if row else full(rate, now)
            bucket, granted = bucket.take(min(len(some), room[domain]))
            moments = _slots(row.reserved_until if row else None, rate, len(some) - granted, now)
            late.update(zip((one.id for one in some[granted:]), moments, strict=True))
            reserved = min(moments[-1], now + HORIZON) if moments else (row.reserved_until if row else None)
            kept.append({"name": domain, "tokens": bucket.tokens, "at": bucket.at, "reserved_until": reserved})
        _keep(session, kept)
        return [row for row in rows if row.id not in late], list(late.items())

    def _in_force(self, now: datetime) -> float:
        slowed = self._slowdown.now_at(now) if self._slowdown else None
        return min(pace for pace in (slowed, self._rate) if pace) if slowed or self._rate else 0.0

    def _limit(self, domain: str) -> DomainLimit:
        return self._domains.get(domain) or self._domains[EVERYBODY]

    def _by_domain(self, rows: Sequence[Claimed]) -> dict[str, list[Claimed]]:
        limited: dict[str, list[Claimed]] = defaultdict(list)
        if self._domains:
            for row in rows:
                domain = _domain(row.email_key)
                if domain in self._domains or EVERYBODY in self._domains:
                    limited[domain].append(row)
        return limited

    def _room_at_once(self, session: Session, domains: Iterable[str], in_hand: Iterable[str]) -> dict[str, int]:
        """Return how many letters to each domain may be begun; several workers divide what is allowed at once."""
        capped = {domain: self._limit(domain).at_once for domain in domains}
        if not any(capped.values()):
            return dict.fromkeys(capped, 1_000_000)
        workers = session.scalar(select(func.count(C.lease_owner.distinct())).where(C.state == "leased")) or 1
        under_way = Counter(_domain(key) for key in in_hand)
        return {
            domain: max(0, max(1, most // workers) - under_way[domain]) if most else 1_000_000
            for domain, most in capped.items()
        }


def _domain(email_key: str) -> str:
    return family(email_key.rpartition("@")[2])


def _slots(reserved: datetime | None, rate: float, letters: int, now: datetime) -> list[datetime]:
    start = max(now, reserved or now)
    moments = [start + timedelta(seconds=number / rate) for number in range(1, letters + 1)]
    # those beyond the horizon are spread over an hour, lest they all come back in one moment
    return [one if one <= now + HORIZON else now + HORIZON * random.uniform(1, 2) for one in moments]  # noqa: S311  # spreads load


def _slowdown(row: Row[Any] | None) -> Slowdown | None:
    return Slowdown(row.pace, row.top, row.slowed_at) if row is not None and row.pace is not None else None


def _rows(session: Session, names: Sequence[str]) -> dict[str, Row[Any]]:
    table = LetterRate.__table__
    asked = select(table).where(table.c.name.in_(names)).order_by(table.c.name).with_for_update()
    return {row.name: row for row in session.execute(asked)}


def _keep(session: Session, rows: list[dict[str, Any]]) -> None:
    statement = insert(LetterRate)
    changed = {name: statement.excluded[name] for name in rows[0] if name != "name"}
    session.execute(statement.on_conflict_do_update(index_elements=["name"], set_=changed), rows)
