"""How fast letters leave: counted in slots of ten seconds, in the transaction that writes the results down."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Protocol

from sqlalchemy import bindparam, delete, func, select, text
from sqlalchemy.orm import Session

from feedback_app import clock
from feedback_app.database import UtcDateTime, rowcount_of, transaction
from feedback_app.delivery.models import SlotCount
from feedback_app.extensions import db

SLOT = timedelta(seconds=10)
KEPT = timedelta(days=7)
MINUTE = timedelta(minutes=1)
COLUMNS = {"sent": "sent", "queued": "put_off", "failed": "refused"}  # by the state that a result leads to
NOTE = text(
    """
    INSERT INTO slot_count (slot, owner, sent, put_off, refused) VALUES (:slot, :owner, :sent, :put_off, :refused)
    ON CONFLICT (slot, owner) DO UPDATE SET sent = slot_count.sent + excluded.sent,
        put_off = slot_count.put_off + excluded.put_off, refused = slot_count.refused + excluded.refused
    """
).bindparams(bindparam("slot", type_=UtcDateTime()))


class Settled(Protocol):
    """A result, as far as it is counted here."""

    state: str


def note(session: Session, owner: str, results: Iterable[Settled]) -> None:
    """Add ``results`` to the slot of this moment; each worker has rows of its own, so none waits for another."""
    counts = Counter(COLUMNS[one.state] for one in results if one.state in COLUMNS)
    if counts:
        row = {column: counts[column] for column in COLUMNS.values()}
        session.execute(NOTE, {"slot": slot_of(clock.now()), "owner": owner[:60], **row})


def slot_of(moment: datetime) -> datetime:
    """Return when the slot of ``moment`` began."""
    return datetime.fromtimestamp(moment.timestamp() // SLOT.seconds * SLOT.seconds, UTC)


@dataclass(frozen=True)
class Minute:
    """What all workers got done in one minute that began ``at``."""

    at: datetime
    sent: int = 0
    put_off: int = 0
    refused: int = 0


def minutes(count: int = 60) -> list[Minute]:
    """Return the last ``count`` minutes, oldest first, the one under way last; those without letters too."""
    now = clock.now().replace(second=0, microsecond=0)
    first = now - (count - 1) * MINUTE
    by_minute = {first + number * MINUTE: Counter[str]() for number in range(count)}
    for slot, sent, put_off, refused in _since(first):
        minute = by_minute.get(slot.replace(second=0, microsecond=0))
        if minute is not None:  # else the clock went on between the two questions
            minute.update(sent=sent, put_off=put_off, refused=refused)
    return [Minute(at, counts["sent"], counts["put_off"], counts["refused"]) for at, counts in by_minute.items()]


def sent_within(*spans: timedelta) -> list[int]:
    """Return how many letters the relay took within each span up to now, to the nearest ten seconds."""
    now = clock.now()
    rows = _since(now - max(spans) - SLOT)
    return [sum(row[1] for row in rows if row[0] + SLOT / 2 >= now - span) for span in spans]


def _since(moment: datetime) -> list[tuple[datetime, int, int, int]]:
    sent, put_off, refused = func.sum(SlotCount.sent), func.sum(SlotCount.put_off), func.sum(SlotCount.refused)
    asked = select(SlotCount.slot, sent, put_off, refused).where(SlotCount.slot >= moment)
    rows = db.session.execute(asked.group_by(SlotCount.slot).order_by(SlotCount.slot))
    return [(row[0], int(row[1]), int(row[2]), int(row[3])) for row in rows]


def forget() -> str:
    """Forget what is older than a week; a job for any time."""
    with transaction():
        gone = rowcount_of(delete(SlotCount).where(SlotCount.slot < clock.now() - KEPT))
    return f"{gone} slots forgotten" if gone else ""
