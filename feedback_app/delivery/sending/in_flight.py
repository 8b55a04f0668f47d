"""What a worker has in hand: letters between the database and the connections, and results on their way back.

Every change goes through one transaction that also claims anew. What is not committed stays in hand for the next try.
"""

from __future__ import annotations

import time
from collections import Counter, deque
from collections.abc import Iterable
from datetime import datetime
from operator import attrgetter
from threading import Event
from typing import TypeVar

from sqlalchemy.orm import Session

from feedback_app import clock
from feedback_app.database import transaction
from feedback_app.delivery import suppression
from feedback_app.delivery.compose.letter import Letter
from feedback_app.delivery.compose.prepare import Preparer
from feedback_app.delivery.queue import claims
from feedback_app.delivery.queue.journal import Journal
from feedback_app.delivery.queue.results import Result, record, result_of
from feedback_app.delivery.queue.smtp_replies import (
    Reply,
    Stage,
    Verdict,
    judge,
)
from feedback_app.delivery.sending.circuit_breaker import CircuitBreaker
from feedback_app.delivery.sending.connections import DROPS, Handoff
from feedback_app.delivery.throttle.policy import ThrottlePolicy
from feedback_app.errors import N_
from feedback_app.extensions import db

AHEAD = 0.5  # seconds of work that are claimed in advance
MOST_AHEAD = 2000
RENEW = 60.0
T = TypeVar("T")
Decided = tuple[Result, str]  # a result, and the address key it shows to be dead ("" for none)


class InFlight:
    """Used by the database thread alone. ``stop``: the worker is ending. ``counts``: what became of letters."""

    def __init__(
        self, owner: str, handoff: Handoff, journal: Journal, preparer: Preparer, breaker: CircuitBreaker,
        policy: ThrottlePolicy, *, stop: Event,
    ) -> None:  # fmt: skip
        self._owner, self._handoff, self._journal, self._preparer = owner, handoff, journal, preparer
        self._breaker, self._policy, self._stop = breaker, policy, stop
        self._letters: dict[int, Letter] = {}
        self._decided: list[Decided] = []  # not yet in the database
        self._returns: list[Letter] = []  # to be given back
        self._rate, self._settled_at = 0.0, time.monotonic()
        self._renewed = time.monotonic()
        self._drops: Counter[int] = Counter()  # connections that broke over a letter, while it is not in hand
        self.unsure = False  # the last commit may or may not have happened
        self.counts: Counter[str] = Counter()

    @property
    def empty(self) -> bool:
        """True when nothing is in hand and nothing is to be written."""
        return not (self._letters or self._decided or self._returns)

    def settle(self) -> None:
        """Turn outcomes into results; letters that came back unharmed go out again unless the relay is in trouble."""
        now = clock.now()
        settled = 0
        for outcome in _drained(self._handoff.outcomes):
            letter, verdict = outcome.letter, outcome.verdict
            self._policy.heard(letter, verdict, outcome.reply)
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
                schedule=self._policy.schedule,
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
            self._handoff.ready.put(letter)

    def _measure(self, settled: int) -> None:
        now = time.monotonic()
        passed = max(now - self._settled_at, 1e-3)
        weight = min(1.0, passed / 0.5)
        self._rate += weight * (settled / passed - self._rate)
        self._settled_at = now

    def appetite(self) -> int:
        """Return how many letters to claim now."""
        if self._breaker.broken or self._stop.is_set() or not self._journal.caught_up():
            return 0
        ahead = min(MOST_AHEAD, max(6 * self._handoff.connections, int(self._rate * AHEAD), 2 * len(self._decided)))
        return max(0, ahead - len(self._letters) + len(self._decided))

    def write_and_claim(self, wanted: int) -> list[claims.Claimed]:
        """Write results and claim anew, in one transaction; return what was claimed and may be sent."""
        if self._breaker.broken or self._stop.is_set():
            self._returns += self._handoff.withdraw()
        stale = _drained(self._handoff.stale)
        renewing = bool(self._letters) and time.monotonic() - self._renewed > RENEW
        waiting = self._decided or self._returns or self.unsure or self._policy.has_heard
        if not (wanted or stale or renewing or waiting):
            return []
        try:
            with transaction() as session:
                self._write(session)
                if renewing:
                    claims.renew(session, self._owner)
                stopped, alive = self._look_again(session, [letter.id for letter in stale])
                rows = self._policy.claim(session, self._owner, wanted, self._letters.values()) if wanted else []
                barred = claims.suppressed(session, [row.id for row in rows]) if rows else {}
                self._skip(session, {**barred, **stopped}, [*rows, *stale])
        except BaseException:
            self._handoff.stale.extend(stale)
            raise
        if self._policy.look_again:
            self._handoff.stale.extend(self._handoff.withdraw())
        self._renewed = time.monotonic() if renewing else self._renewed
        self._forget(stale, alive)
        self.counts += Counter(skipped=len(barred) + len(stopped))  # adds no zero
        return [row for row in rows if row.id not in barred]

    def _write(self, session: Session) -> None:
        """Write what is decided and what goes back."""
        if self.unsure:
            known = self._letters.keys() | {result.id for result, _ in self._decided}
            held = claims.held_by(session, self._owner)
            claims.give_back(session, self._owner, [row.id for row in held if row.id not in known])
        record(session, self._owner, [result for result, _ in self._decided])
        for result, gone in self._decided:
            if gone:
                suppression.suppress(gone, "all", "hard_bounce", f"letter {result.id}: {result.code} {result.reply}")
        if self._returns:
            claims.give_back(session, self._owner, [letter.id for letter in self._returns])
        self._policy.write(session, self._rate, broken=self._breaker.broken)

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
        for letter in known:
            if letter.id in stopped:
                reply = Reply(0, N_("not to be written to") + f": {suppression.WORDS[stopped[letter.id]]}")
                skipped.append(result_of(letter.id, Verdict.SKIPPED, reply, letter.attempts, letter.first_at, now))
        record(session, self._owner, skipped)

    def _forget(self, stale: list[Letter], alive: set[int]) -> None:
        """Let go of what is settled: the transaction is through."""
        self._policy.done()
        if self._decided:
            self._journal.known([result.id for result, _ in self._decided])
        for result, _ in self._decided:
            self.counts[result.state] += 1
            self._letters.pop(result.id, None)
        for letter in self._returns:
            self._letters.pop(letter.id, None)
        for letter in stale:
            if letter.id in alive:
                letter.seen = time.monotonic()
                self._handoff.ready.put(letter)
            else:
                self._letters.pop(letter.id, None)
        self._decided, self._returns, self.unsure = [], [], False

    def lay_out(self, rows: list[claims.Claimed]) -> None:
        """Prepare claimed letters and lay them on the counter."""
        if not rows:
            return
        session = db.session()
        try:
            letters, failures = self._preparer.letters(session, rows)
        except BaseException:
            self.unsure = True  # claimed, and nobody has them: the next transaction gives them back
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
            self._letters[letter.id] = letter
        # whether relay or letter broke a connection is known when another letter goes first on the next
        for letter in sorted(letters, key=attrgetter("drops")):
            self._handoff.ready.put(letter)

    def settle_unfinished(self) -> None:
        """Settle letters of connections that did not finish in time, by what the journal knows of them.

        Answered: as the reply says, even when it came a moment ago. On the wire: in doubt. Else it was not sent.
        """
        if not self._letters:
            return
        now, told = clock.now(), self._journal.unsettled()
        left = [_unfinished(one, told[one.id], now) for one in self._letters.values() if one.id in told]
        with transaction() as session:
            record(session, self._owner, left)
            claims.give_back(session, self._owner)
        self.counts.update(result.state for result in left)
        self._letters.clear()


def _unfinished(letter: Letter, reply: Reply | None, now: datetime) -> Result:
    if reply is None:
        verdict, reply = Verdict.DOUBT, Reply(0, N_("the worker was stopped before the answer came"))
    else:
        verdict = judge(Stage.CONTENT, reply)
    return result_of(letter.id, verdict, reply, letter.attempts, letter.first_at, now)


def _drained(items: deque[T]) -> list[T]:
    return [items.popleft() for _ in range(len(items))]
