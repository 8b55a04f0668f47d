"""What became of letters: counts, pace, what waits, what went wrong. Only reads."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, literal, select, text, union_all

from feedback_app import clock
from feedback_app.delivery.models import TROUBLE, LetterHalt, LetterPause, OutgoingEmail, ReturnCount
from feedback_app.delivery.queue import throughput
from feedback_app.delivery.queue.smtp_replies import nameless
from feedback_app.extensions import db

PACE = timedelta(minutes=1)
MONTH = timedelta(days=30)
RECENT = 2000  # letters of a state that are looked at
TROUBLED = ("failed", "in_doubt", "bounced", "complained")


@dataclass(frozen=True)
class Status:
    """The queue at a glance. ``pace``: letters the relay took in the last minute. ``next_at``: the next retry.

    ``oldest``: since when the letter that waits longest could have left, None when none could.
    """

    counts: dict[str, int]
    due: int
    pace: int
    oldest: datetime | None
    next_at: datetime | None
    pauses: list[LetterPause]


@dataclass(frozen=True)
class Trouble:
    """An answer that letters got, on how many of the last ones, when last, and in which states they are."""

    reply: str
    letters: int
    states: tuple[str, ...]
    last: int  # id of the youngest such letter


@dataclass(frozen=True)
class CameBack:
    """How many messages came back by one way in (mailbox, command, a hook), and what they were."""

    source: str
    outcome: str
    messages: int


class Tally:
    """How many letters there are by kind, group and state: counted once, by one walk along an index."""

    def __init__(self, counts: Mapping[tuple[str, int | None, str], int]) -> None:
        self._counts = counts

    def by_state(self) -> dict[str, int]:
        """Return the letters in each state that has any."""
        return self._added(lambda kind, group, state: state)

    def by_kind(self) -> dict[str, dict[str, int]]:
        """Return for each kind the letters in each state."""
        kinds: dict[str, dict[str, int]] = {}
        for (kind, _, state), count in self._counts.items():
            states = kinds.setdefault(kind, {})
            states[state] = states.get(state, 0) + count
        return dict(sorted(kinds.items()))

    def by_group(self) -> dict[tuple[str, int], dict[str, int]]:
        """Return for each (kind, group) the letters in each state, the newest group of a kind first."""
        groups: dict[tuple[str, int], dict[str, int]] = {}
        for (kind, group, state), count in self._counts.items():
            if group is not None:
                groups.setdefault((kind, group), {})[state] = count
        return dict(sorted(groups.items(), key=lambda one: (one[0][0], -one[0][1])))

    def total(self, state: str = "", kind: str = "", group_id: int | None = None) -> int:
        """Return how many letters match; empty fields do not narrow."""
        return sum(
            count
            for (its_kind, its_group, its_state), count in self._counts.items()
            if state in ("", its_state) and kind in ("", its_kind) and group_id in (None, its_group)
        )

    def _added(self, key: Callable[[str, int | None, str], str]) -> dict[str, int]:
        totals: dict[str, int] = {}
        for parts, count in self._counts.items():
            totals[key(*parts)] = totals.get(key(*parts), 0) + count
        return totals


def tally() -> Tally:
    """Count all letters: 0.1 s of processor time for a million."""
    keys = (OutgoingEmail.kind, OutgoingEmail.group_id, OutgoingEmail.state)
    rows = db.session.execute(select(*keys, func.count()).group_by(*keys))
    return Tally({(kind, group, state): count for kind, group, state, count in rows})


def status(counted: Tally | None = None) -> Status:
    """Return the state of the whole queue; ``counted`` spares counting again."""
    now, queued = clock.now(), OutgoingEmail.state == "queued"
    counts = (counted or tally()).by_state()
    oldest = db.session.scalar(select(func.min(OutgoingEmail.not_before)).where(queued))
    later = select(func.count(), func.min(OutgoingEmail.not_before)).where(queued, OutgoingEmail.not_before > now)
    not_yet, next_at = db.session.execute(later).one()
    due = max(0, counts.get("queued", 0) - not_yet)
    return Status(counts, due, pace(), oldest if oldest and oldest <= now else None, next_at, pauses())


def counts_by_state(kind: str | None = None, group_id: int | None = None) -> dict[str, int]:
    """Return how many letters are in each state that has any, of one kind or group when asked."""
    asked = select(OutgoingEmail.state, func.count()).group_by(OutgoingEmail.state)
    if kind is not None:
        asked = asked.where(OutgoingEmail.kind == kind)
    if group_id is not None:
        asked = asked.where(OutgoingEmail.group_id == group_id)
    return dict(db.session.execute(asked).all())


def pace() -> int:
    """Return how many letters the relay took in the last minute."""
    return throughput.sent_within(PACE)[0]


def troubles(limit: int = 10) -> list[Trouble]:
    """Return the answers that the last letters in trouble got, the commonest first.

    Looked at are the last RECENT of each state in trouble, and of those that wait for another try: bounded work,
    however many letters there are.
    """
    examples: dict[str, list[tuple[int, str]]] = {}
    for letter_id, state, reply in db.session.execute(_recent_troubles()):
        examples.setdefault(nameless(reply), []).append((letter_id, state))
    listed = [
        Trouble(reply, len(some), tuple(sorted({state for _, state in some})), max(some)[0])
        for reply, some in examples.items()
    ]
    return sorted(listed, key=lambda one: (-one.letters, -one.last))[:limit]


def domains(limit: int = 15) -> list[tuple[str, dict[str, int]]]:
    """Return what happened to the last letters by the recipients' domain: sent, put off, refused; the busiest first.

    Looked at are the last RECENT letters that were sent and those that ``troubles`` looks at.
    """
    by_domain: dict[str, dict[str, int]] = {}
    for key, what in db.session.execute(_recent_outcomes()):
        counts = by_domain.setdefault(key.rpartition("@")[2], {})
        counts[what] = counts.get(what, 0) + 1
    return sorted(by_domain.items(), key=lambda one: (-sum(one[1].values()), one[0]))[:limit]


def _last(state: str, *columns: Any) -> Any:
    """Return the youngest letters in ``state``: a few steps back along the index of trouble."""
    # spelt out, so that the engine sees that the index holds them whatever the parameters are
    there = (text(TROUBLE), OutgoingEmail.state == state, OutgoingEmail.reply != "")
    return select(*columns).where(*there).order_by(OutgoingEmail.id.desc()).limit(RECENT).subquery()


def _put_off(*columns: Any) -> Any:
    again = (text("state = 'queued'"), OutgoingEmail.not_before > clock.now())
    some = select(OutgoingEmail.id).where(*again).order_by(OutgoingEmail.not_before).limit(RECENT)
    return select(*columns).where(OutgoingEmail.id.in_(some), OutgoingEmail.reply != "").subquery()


def _recent_troubles() -> Any:
    columns = (OutgoingEmail.id, OutgoingEmail.state, OutgoingEmail.reply)
    parts = [*(_last(state, *columns) for state in (*TROUBLED, "skipped")), _put_off(*columns)]
    return union_all(*(select(part) for part in parts))


def _recent_outcomes() -> Any:
    key = OutgoingEmail.email_key
    sent = select(key, literal("sent")).where(OutgoingEmail.sent_at.is_not(None))
    parts = [
        sent.order_by(OutgoingEmail.sent_at.desc()).limit(RECENT).subquery(),
        *(_last(state, key, literal("refused")) for state in ("failed", "bounced", "complained")),
        _put_off(key, literal("put off")),
    ]
    return union_all(*(select(part) for part in parts))


def last_errors(limit: int = 10) -> list[OutgoingEmail]:
    """Return letters the relay put off or refused, the newest first."""
    ids = [row.id for row in db.session.execute(_recent_troubles()) if row.state != "skipped"]
    youngest = sorted(ids, reverse=True)[:limit]
    asked = select(OutgoingEmail).where(OutgoingEmail.id.in_(youngest)).order_by(OutgoingEmail.id.desc())
    return list(db.session.scalars(asked))


def came_back(within: timedelta | None = None) -> list[CameBack]:
    """Return what came back, by where and what, most first; of the last days (UTC) or ever. What we ignored, too."""
    total = func.sum(ReturnCount.count)
    asked = select(ReturnCount.source, ReturnCount.outcome, total).group_by(ReturnCount.source, ReturnCount.outcome)
    if within is not None:
        asked = asked.where(ReturnCount.day > (clock.now() - within).date())
    rows = db.session.execute(asked.order_by(total.desc(), ReturnCount.source, ReturnCount.outcome))
    return [CameBack(source, outcome, int(messages)) for source, outcome, messages in rows]


def pauses() -> list[LetterPause]:
    """Return what is held back."""
    return list(db.session.scalars(select(LetterPause).order_by(LetterPause.kind, LetterPause.group_id)))


def pause_of(kind: str = "", group_id: int = 0) -> LetterPause | None:
    """Return since when and why exactly this is held back, None when it is not."""
    asked = select(LetterPause).where(LetterPause.kind == kind, LetterPause.group_id == group_id)
    return db.session.scalar(asked)


def is_paused(kind: str = "", group_id: int = 0) -> bool:
    """True when exactly this is held back."""
    return pause_of(kind, group_id) is not None


def halt_of(kind: str, group_id: int) -> LetterHalt | None:
    """Return why the machine holds this group back now, None when it does not."""
    asked = select(LetterHalt).where(LetterHalt.kind == kind, LetterHalt.group_id == group_id)
    return db.session.scalar(asked.where(LetterHalt.lifted_at.is_(None)))


def halts_of(kind: str, group_id: int) -> list[LetterHalt]:
    """Return every time the machine held this group back, lifted since or not, the latest first."""
    asked = select(LetterHalt).where(LetterHalt.kind == kind, LetterHalt.group_id == group_id)
    return list(db.session.scalars(asked.order_by(LetterHalt.id.desc())))


def open_halts() -> dict[tuple[str, int], LetterHalt]:
    """Return every halt in force by kind and group."""
    asked = select(LetterHalt).where(LetterHalt.lifted_at.is_(None)).order_by(LetterHalt.since)
    return {(one.kind, one.group_id): one for one in db.session.scalars(asked)}


def lifted_at(kind: str, group_id: int) -> datetime | None:
    """Return when a person last let a halted group go on, None when nobody had to."""
    asked = select(func.max(LetterHalt.lifted_at)).where(LetterHalt.kind == kind, LetterHalt.group_id == group_id)
    return db.session.scalar(asked)


def letter(letter_id: int) -> OutgoingEmail | None:
    """Return one letter."""
    return db.session.get(OutgoingEmail, letter_id)
