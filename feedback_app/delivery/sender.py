"""The sending loop: one thread talks to the database, the others to the relay, and neither waits for the other.

No transaction is open while a mail server speaks: letters are claimed and that is committed before anything goes out;
results are written in batches, and what happened in between is in the journal.
"""

from __future__ import annotations

import contextlib
import time
from collections import Counter, deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from operator import attrgetter
from threading import Event
from typing import TypeVar

import structlog
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from feedback_app import clock
from feedback_app.database import transaction
from feedback_app.delivery import claims, suppression
from feedback_app.delivery.desk import DROPS, Breaker, Desk, Letter, Transport
from feedback_app.delivery.journal import Journal
from feedback_app.delivery.lines import Lines
from feedback_app.delivery.manners import Manners
from feedback_app.delivery.one_core import one_core
from feedback_app.delivery.preparing import Preparer
from feedback_app.delivery.recording import Result, record
from feedback_app.delivery.replies import Reply, Stage, Verdict, judge
from feedback_app.delivery.results import result_of
from feedback_app.errors import N_
from feedback_app.extensions import db

BEAT = 0.1  # seconds between two looks at the outcomes when nobody calls earlier
BREATH = 0.02  # least seconds between two transactions
POLL = 1.0  # seconds between two looks into an empty queue
AHEAD = 0.5  # seconds of work that are claimed in advance
MOST_AHEAD = 2000
RENEW = 60.0
GRACE = 15.0  # seconds that a connection gets to finish the letter in hand
PATIENCE = 60.0  # seconds for which ``until_idle`` waits for a database or a journal that takes nothing
PROBES = 2  # failed connections in a row after which ``until_idle`` does not wait for the relay any longer
T = TypeVar("T")
Decided = tuple[Result, str]  # a result, and the address key it shows to be dead ("" for none)
log = structlog.get_logger()


@dataclass
class Tally:
    """What a run of the sender did. ``trouble``: why it ended before the queue was empty."""

    counts: Counter[str] = field(default_factory=Counter)
    seconds: float = 0.0
    trouble: str = ""

    @property
    def sent(self) -> int:
        """How many letters the relay took."""
        return self.counts["sent"]


class Sender:
    """Sends what is due until it is told to stop. ``run`` needs an application context in its thread."""

    def __init__(
        self, owner: str, transport: Transport, journal: Journal, preparer: Preparer, connections: int,
        breaker: Breaker | None = None, *, manners: Manners | None = None,
    ) -> None:  # fmt: skip
        self._owner, self._journal, self._preparer = owner, journal, preparer
        self._desk = Desk(journal, connections)
        self._breaker = breaker or Breaker()
        self._manners = manners or Manners()
        self._lines = Lines(transport, self._desk, self._breaker)
        self._stop = Event()
        self._in_hand: dict[int, Letter] = {}
        self._decided: list[Decided] = []  # not yet in the database
        self._returns: list[Letter] = []  # to be given back
        self._rate, self._settled_at = 0.0, time.monotonic()
        self._renewed, self._looked = time.monotonic(), False
        self._drops: Counter[int] = Counter()  # connections that broke over a letter, while it is not in hand
        self._unsure = False  # the last commit may or may not have happened
        self._refusal, self._refused_since = "", 0.0  # why the database takes nothing, and since when (monotonic)
        self.tally = Tally()

    @property
    def trouble(self) -> str:
        """Why the relay is left alone just now, "" when it is not. May be asked from any thread."""
        return (self._breaker.text or "the relay is in trouble") if self._breaker.broken else ""

    @property
    def trouble_since(self) -> datetime | None:
        """When that trouble began. May be asked from any thread."""
        return self._breaker.since

    def stop(self) -> None:
        """Finish what is in hand and end ``run``. May be called from a signal handler."""
        self._stop.set()
        self._desk.wake.set()

    def run(self, *, until_idle: bool = False) -> Tally:
        """Send until ``stop`` is called, or until nothing is due. Returns what was done."""
        with one_core():
            return self._run(until_idle=until_idle)

    def _run(self, *, until_idle: bool) -> Tally:
        started = time.monotonic()
        self._lines.start()
        try:
            while not self._stop.is_set() and not (until_idle and self._idle()):
                self._desk.wake.wait(BEAT if self._in_hand else POLL if self._looked else 0)
                self._desk.wake.clear()
                self._beat()
                self._stop.wait(BREATH)
        finally:
            self._finish()
        self.tally.seconds = time.monotonic() - started
        return self.tally

    def _idle(self) -> bool:
        for why, since in ((self._refusal, self._refused_since), self._journal.stuck):
            if why and time.monotonic() - since > PATIENCE:
                self.tally.trouble = why
                return True
        if self._breaker.failures >= PROBES:
            self.tally.trouble = self._breaker.text
            return True
        if self._in_hand or self._decided or self._returns or not self._looked or self._breaker.broken:
            return False
        due = claims.any_due(db.session())
        db.session.rollback()
        return not due

    def _beat(self) -> None:
        """Settle outcomes, claim what the connections will need, lay it on the desk."""
        try:
            self._settle()
            rows = self._exchange(self._appetite())
            self._lay_out(rows)
            self._looked, self._refusal = True, ""
        except SQLAlchemyError as error:
            self._not_taken(error)
            self._stop.wait(POLL)

    def _not_taken(self, error: SQLAlchemyError) -> None:
        """Keep everything for the next try, which must find out whether this one was committed."""
        self._unsure = True
        if not self._refusal:
            self._refused_since = time.monotonic()
            self._refusal = f"the database does not take results: {' '.join(str(error).split())}"[:300]
            log.error("the database does not take results; they are kept and tried again", error=self._refusal)
        with contextlib.suppress(SQLAlchemyError):
            db.session.rollback()

    def _settle(self) -> None:
        """Turn outcomes into results; letters that came back unharmed go out again unless the relay is in trouble."""
        now = clock.now()
        settled = 0
        for outcome in _drained(self._desk.outcomes):
            letter, verdict = outcome.letter, outcome.verdict
            self._manners.heard(letter, verdict, outcome.reply)
            if verdict is Verdict.BACK and letter.drops < DROPS:
                self._again(letter)
                continue
            settled += 1
            result = result_of(
                letter.id,
                verdict,
                outcome.reply,
                letter.attempts,
                letter.first_at,
                now,
                schedule=self._manners.schedule,
            )
            self._decided.append((result, letter.email_key if verdict is Verdict.GONE else ""))
            if verdict is Verdict.SENT:
                self._breaker.accepted()
        self._measure(settled)

    def _again(self, letter: Letter) -> None:
        if self._breaker.broken or self._stop.is_set():
            self._returns.append(letter)
            if letter.drops:
                self._drops[letter.id] = letter.drops
        else:
            self._desk.ready.put(letter)

    def _measure(self, settled: int) -> None:
        now = time.monotonic()
        passed = max(now - self._settled_at, 1e-3)
        weight = min(1.0, passed / 0.5)
        self._rate += weight * (settled / passed - self._rate)
        self._settled_at = now

    def _appetite(self) -> int:
        """Return how many letters to claim now."""
        if self._breaker.broken or self._stop.is_set() or not self._journal.caught_up():
            return 0
        ahead = min(MOST_AHEAD, max(6 * self._desk.connections, int(self._rate * AHEAD), 2 * len(self._decided)))
        return max(0, ahead - len(self._in_hand) + len(self._decided))

    def _exchange(self, wanted: int) -> list[claims.Claimed]:
        """Write results and claim anew, in one transaction; return what was claimed and may be sent."""
        if self._breaker.broken:
            self._returns += self._desk.withdraw()
        stale = _drained(self._desk.stale)
        renewing = bool(self._in_hand) and time.monotonic() - self._renewed > RENEW
        waiting = self._decided or self._returns or self._unsure or self._manners.has_heard
        if not (wanted or stale or renewing or waiting):
            return []
        try:
            with transaction() as session:
                self._write(session)
                if renewing:
                    claims.renew(session, self._owner)
                stopped, alive = self._look_again(session, [letter.id for letter in stale])
                rows = self._manners.claim(session, self._owner, wanted, self._in_hand.values()) if wanted else []
                barred = claims.suppressed(session, [row.id for row in rows]) if rows else {}
                self._skip(session, {**barred, **stopped}, [*rows, *stale])
        except BaseException:
            self._desk.stale.extend(stale)
            raise
        if self._manners.look_again:
            self._desk.stale.extend(self._desk.withdraw())
        self._renewed = time.monotonic() if renewing else self._renewed
        self._forget(stale, alive)
        self.tally.counts += Counter(skipped=len(barred) + len(stopped))  # adds no zero
        return [row for row in rows if row.id not in barred]

    def _write(self, session: Session) -> None:
        """Write what is decided and what goes back."""
        if self._unsure:
            known = self._in_hand.keys() | {result.id for result, _ in self._decided}
            held = claims.held_by(session, self._owner)
            claims.give_back(session, self._owner, [row.id for row in held if row.id not in known])
        record(session, self._owner, [result for result, _ in self._decided])
        for result, gone in self._decided:
            if gone:
                suppression.suppress(gone, "all", "hard_bounce", f"letter {result.id}: {result.code} {result.reply}")
        if self._returns:
            claims.give_back(session, self._owner, [letter.id for letter in self._returns])
        self._manners.write(session, self._rate, broken=self._breaker.broken)

    def _look_again(self, session: Session, ids: list[int]) -> tuple[dict[int, str], set[int]]:
        """Return which letters that have waited for a while a suppression stops now, and which may still be sent."""
        if not ids:
            return {}, set()
        stopped = claims.suppressed(session, ids)
        alive = claims.sendable(session, self._owner, ids) - stopped.keys()
        claims.give_back(session, self._owner, set(ids) - alive - stopped.keys())
        return stopped, alive

    def _skip(self, session: Session, stopped: dict[int, str], known: Iterable[claims.Claimed | Letter]) -> None:
        if not stopped:
            return
        now = clock.now()
        skipped = []
        for one in known:
            if one.id in stopped:
                reply = Reply(0, N_("not to be written to") + f": {suppression.WORDS[stopped[one.id]]}")
                skipped.append(result_of(one.id, Verdict.SKIPPED, reply, one.attempts, one.first_at, now))
        record(session, self._owner, skipped)

    def _forget(self, stale: list[Letter], alive: set[int]) -> None:
        """Let go of what is settled: the transaction is through."""
        self._manners.done()
        if self._decided:
            self._journal.known([result.id for result, _ in self._decided])
        for result, _ in self._decided:
            self.tally.counts[result.state] += 1
            self._in_hand.pop(result.id, None)
        for letter in self._returns:
            self._in_hand.pop(letter.id, None)
        for letter in stale:
            if letter.id in alive:
                letter.seen = time.monotonic()
                self._desk.ready.put(letter)
            else:
                self._in_hand.pop(letter.id, None)
        self._decided, self._returns, self._unsure = [], [], False

    def _lay_out(self, rows: list[claims.Claimed]) -> None:
        """Prepare claimed letters and put them on the desk."""
        if not rows:
            return
        session = db.session()
        try:
            letters, failures = self._preparer.letters(session, rows)
        except BaseException:
            self._unsure = True  # claimed, and nobody has them: the next transaction gives them back
            raise
        finally:
            session.rollback()
        now = clock.now()
        for row in rows:
            if row.id in failures:
                verdict, reply = failures[row.id]
                result = result_of(row.id, verdict, reply, row.attempts, row.first_at, now)
                self._decided.append((result, ""))
        for letter in letters:
            letter.drops = self._drops.pop(letter.id, 0)
            self._in_hand[letter.id] = letter
        # whether relay or letter broke a connection is known when another letter goes first on the next
        for letter in sorted(letters, key=attrgetter("drops")):
            self._desk.ready.put(letter)

    def _finish(self) -> None:
        """Let every connection finish its letter, write all results, give the rest back, end the journal."""
        self._stop.set()
        self._desk.close()
        ends = time.monotonic() + GRACE
        self._lines.join(GRACE)
        self._journal.seal()  # a connection that wakes up later must not send what is given back now
        while True:
            try:
                self._settle()
                self._returns += self._desk.withdraw()
                self._exchange(0)
                self._part()
            except SQLAlchemyError as error:
                self._not_taken(error)
                if time.monotonic() > ends:
                    log.error("results stay in the journal, and the next worker on this machine writes them down")
                    self.tally.trouble = self._refusal
                    self._journal.abandon()
                    return
                time.sleep(POLL)
            else:
                self._journal.close()
                return

    def _part(self) -> None:
        """Settle letters of connections that did not finish in time, by what the journal knows of them.

        Answered: as the reply says, even when it came a moment ago. On the wire: in doubt. Else it was not sent.
        """
        if not self._in_hand:
            return
        now, told = clock.now(), self._journal.unsettled()
        left = [_parted(one, told[one.id], now) for one in self._in_hand.values() if one.id in told]
        with transaction() as session:
            record(session, self._owner, left)
            claims.give_back(session, self._owner)
        self.tally.counts.update(result.state for result in left)
        self._in_hand.clear()


def _parted(letter: Letter, reply: Reply | None, now: datetime) -> Result:
    if reply is None:
        verdict, reply = Verdict.DOUBT, Reply(0, N_("the worker was stopped before the answer came"))
    else:
        verdict = judge(Stage.CONTENT, reply)
    return result_of(letter.id, verdict, reply, letter.attempts, letter.first_at, now)


def _drained(items: deque[T]) -> list[T]:
    return [items.popleft() for _ in range(len(items))]
