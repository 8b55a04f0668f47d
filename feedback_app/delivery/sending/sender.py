"""The sending loop: one thread talks to the database, the others to the relay, and neither waits for the other.

No transaction is open while a mail server speaks: letters are claimed and that is committed before anything goes out;
results are written in batches, and what happened in between is in the journal.
"""

from __future__ import annotations

import contextlib
import time
from collections import Counter
from contextlib import nullcontext
from dataclasses import dataclass, field
from datetime import datetime
from threading import Event

import structlog
from sqlalchemy.exc import SQLAlchemyError

from feedback_app.delivery.compose.prepare import Preparer
from feedback_app.delivery.queue import claims
from feedback_app.delivery.queue.journal import Journal
from feedback_app.delivery.sending.circuit_breaker import CircuitBreaker
from feedback_app.delivery.sending.connections import Connections, Handoff, Transport
from feedback_app.delivery.sending.cpu_affinity import one_core
from feedback_app.delivery.sending.in_flight import InFlight
from feedback_app.delivery.throttle.policy import ThrottlePolicy
from feedback_app.extensions import db

WAKE_INTERVAL = 0.1  # seconds between two looks at the outcomes when nobody calls earlier
LEAST_PAUSE = 0.02  # least seconds between two transactions
POLL_INTERVAL = 1.0  # seconds between two looks into an empty queue
SHUTDOWN_GRACE = 15.0  # seconds that a connection gets to finish the letter in hand
STUCK_TIMEOUT = 60.0  # seconds for which ``until_idle`` waits for a database or a journal that takes nothing
PROBES = 2  # failed connections in a row after which ``until_idle`` does not wait for the relay any longer
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
    """Sends what is due until it is told to stop. ``run`` needs an application context in its thread.

    ``core``: which core its threads are kept on, counted as in :func:`one_core`; None leaves them to the system.
    """

    def __init__(
        self, owner: str, transport: Transport, journal: Journal, preparer: Preparer, connections: int,
        breaker: CircuitBreaker | None = None, *, policy: ThrottlePolicy | None = None, core: int | None = None,
    ) -> None:  # fmt: skip
        self._journal, self._handoff = journal, Handoff(journal, connections)
        self._breaker = breaker or CircuitBreaker()
        self._connections = Connections(transport, self._handoff, self._breaker)
        self._stop = Event()
        self._in_flight = InFlight(
            owner, self._handoff, journal, preparer, self._breaker, policy or ThrottlePolicy(), stop=self._stop
        )
        self._core = core
        self._looked = False  # the database was asked for letters
        self._refusal, self._refused_since = "", 0.0  # why the database takes nothing, and since when (monotonic)
        self.tally = Tally(self._in_flight.counts)

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
        self._handoff.wake.set()

    def run(self, *, until_idle: bool = False) -> Tally:
        """Send until ``stop`` is called, or until nothing is due. Returns what was done."""
        with nullcontext() if self._core is None else one_core(self._core):
            return self._run(until_idle=until_idle)

    def _run(self, *, until_idle: bool) -> Tally:
        started = time.monotonic()
        self._connections.start()
        try:
            while not self._stop.is_set() and not (until_idle and self._idle()):
                self._handoff.wake.wait(
                    WAKE_INTERVAL if not self._in_flight.empty else POLL_INTERVAL if self._looked else 0
                )
                self._handoff.wake.clear()
                self._cycle()
                self._stop.wait(LEAST_PAUSE)
        finally:
            self._finish()
        self.tally.seconds = time.monotonic() - started
        return self.tally

    def _idle(self) -> bool:
        for why, since in ((self._refusal, self._refused_since), self._journal.stuck):
            if why:  # the relay is not to blame, and its circuit breaker has no say
                over = time.monotonic() - since > STUCK_TIMEOUT
                self.tally.trouble = why if over else ""
                return over
        if self._breaker.failures >= PROBES:
            self.tally.trouble = self._breaker.text
            return True
        if not self._in_flight.empty or not self._looked or self._breaker.broken:
            return False
        due = claims.any_due(db.session())
        db.session.rollback()
        return not due

    def _cycle(self) -> None:
        """Settle outcomes, claim what the connections will need, lay it on the counter."""
        try:
            self._in_flight.settle()
            rows = self._in_flight.write_and_claim(self._in_flight.appetite())
            self._in_flight.lay_out(rows)
            self._looked, self._refusal = True, ""
        except SQLAlchemyError as error:
            self._not_taken(error)
            self._stop.wait(POLL_INTERVAL)

    def _not_taken(self, error: SQLAlchemyError) -> None:
        """Keep everything for the next try, which must find out whether this one was committed."""
        self._in_flight.unsure = True
        if not self._refusal:
            self._refused_since = time.monotonic()
            self._refusal = f"the database does not take results: {' '.join(str(error).split())}"[:300]
            log.error("the database does not take results; they are kept and tried again", error=self._refusal)
        with contextlib.suppress(SQLAlchemyError):
            db.session.rollback()

    def _finish(self) -> None:
        """Let every connection finish its letter, write all results, give the rest back, end the journal."""
        self._stop.set()
        self._handoff.close()
        ends = time.monotonic() + SHUTDOWN_GRACE
        self._connections.join(SHUTDOWN_GRACE)
        self._journal.seal()  # a connection that wakes up later must not send what is given back now
        while True:
            try:
                self._in_flight.settle()
                self._in_flight.write_and_claim(0)
                self._in_flight.settle_unfinished()
            except SQLAlchemyError as error:
                self._not_taken(error)
                if time.monotonic() > ends:
                    log.error("results stay in the journal, and the next worker on this machine writes them down")
                    self.tally.trouble = self._refusal
                    self._journal.abandon()
                    return
                time.sleep(POLL_INTERVAL)
            else:
                self._journal.close()
                return
