"""The threads that speak to the relay, each over one connection at a time, and what passes between them and the thread
that knows the database.
"""

from __future__ import annotations

import time
from collections import deque
from dataclasses import dataclass, field
from queue import Empty, SimpleQueue
from threading import Event, Thread, get_ident
from typing import Protocol

import structlog

from feedback_app.delivery.compose.letter import Letter
from feedback_app.delivery.queue.journal import Journal
from feedback_app.delivery.queue.smtp_replies import Reply, Stage, Verdict, judge
from feedback_app.delivery.sending.circuit_breaker import CircuitBreaker
from feedback_app.delivery.sending.relay import RelayTrouble
from feedback_app.errors import N_

FRESH = 2.0  # seconds for which we trust what the database said about a letter
DROPS = 3  # connections that may break over one letter before it steps aside
SERVED = 2  # letters per connection below which the database thread is woken at once
REST = 5.0  # seconds a connection rests when the relay refuses it but serves others
LOOK = 1.0  # seconds between two looks at an empty counter
PAUSE = 0.1  # seconds between two looks at a broken relay
log = structlog.get_logger()


@dataclass(slots=True)
class Outcome:
    """What became of a letter."""

    letter: Letter
    verdict: Verdict
    reply: Reply


class Connection(Protocol):
    """One connection to wherever letters go. ``accepted``: how many letters it has delivered."""

    accepted: int

    def run(self, handoff: Handoff, first: Letter | None) -> None:
        """Deliver ``first`` and what the handoff gives until it gives nothing more. Raises RelayTrouble."""

    def close(self) -> None:
        """End the connection politely if it still stands."""


class Transport(Protocol):
    """Where letters go."""

    def open(self) -> Connection:
        """Return a new connection. Raises RelayTrouble."""


@dataclass
class Handoff:
    """The hand-off between threads, a counter: letters lie ready on one side, outcomes on the other."""

    journal: Journal
    connections: int
    ready: SimpleQueue[Letter | None] = field(default_factory=SimpleQueue)  # None wakes a connection to close
    outcomes: deque[Outcome] = field(default_factory=deque)
    stale: deque[Letter] = field(default_factory=deque)
    wake: Event = field(default_factory=Event)  # the database thread has something to do
    closing: Event = field(default_factory=Event)  # no letter is given out any more
    held: dict[int, tuple[int, Letter]] = field(default_factory=dict)  # given out: letter id -> thread, letter
    recalled: float = 0.0  # monotonic moment since which no earlier look into the database is trusted

    def take(self, wait: float = 0.0) -> Letter | None:
        """Return the next letter, None when there is none within ``wait`` seconds or we are closing."""
        while not self.closing.is_set():
            try:
                letter = self.ready.get(timeout=wait) if wait else self.ready.get_nowait()
            except Empty:
                return None
            if letter is None:
                return None
            if self.ready.qsize() < SERVED * self.connections:
                self.wake.set()
            if self.may_go(letter):
                self.held[letter.id] = (get_ident(), letter)
                return letter
        return None

    def may_go(self, letter: Letter) -> bool:
        """True when what the database said about a letter can still be trusted; else the letter is put back."""
        if time.monotonic() - letter.seen <= FRESH and letter.seen >= self.recalled and not self.closing.is_set():
            return True
        self.put_back(letter)
        return False

    def put_back(self, letter: Letter) -> None:
        """Give up a letter of which the relay has heard nothing: the database is asked again before it goes out."""
        self.held.pop(letter.id, None)
        self.stale.append(letter)
        self.wake.set()

    def withdraw(self) -> list[Letter]:
        """Take back what no connection has taken, and what they have taken but not announced to the relay."""
        self.recalled = time.monotonic()
        letters = []
        while not self.ready.empty():
            letter = self.ready.get()
            if letter is not None:
                letters.append(letter)
        return letters

    def close(self) -> None:
        """Give out no more letters, and tell connections that wait for one."""
        self.closing.set()
        for _ in range(self.connections):
            self.ready.put(None)

    def report(self, letter: Letter, verdict: Verdict, reply: Reply) -> None:
        """Say what became of a letter."""
        self.held.pop(letter.id, None)
        self.outcomes.append(Outcome(letter, verdict, reply))
        if self.ready.empty():  # nobody will come for another letter, and so wake the database thread
            self.wake.set()

    def answered(self, letter: Letter, verdict: Verdict, reply: Reply, then: Letter | None = None) -> bool:
        """Say what the relay answered to the text: into the journal first, then to the database thread.

        ``then``: the letter whose text this connection sends next; True when the journal has that intent too.

        A journal that cannot be written keeps nobody from hearing it: only if we are killed before the database has
        it, the letter is in doubt.
        """
        noted = False
        try:
            noted = self.journal.answered(letter.id, reply, then.id if then else None)
        except OSError as error:
            log.error("the journal did not take an answer", letter=letter.id, error=str(error))
        self.report(letter, verdict, reply)
        return noted

    def abandoned(self, why: str) -> None:
        """Settle what the calling thread took and never reported: our own mistake must not lose a letter."""
        unsettled, me = self.journal.unsettled(), get_ident()
        for thread, letter in list(self.held.values()):
            if thread != me:
                continue
            reply = unsettled.get(letter.id)
            if letter.id not in unsettled:
                letter.drops += 1
                self.report(letter, Verdict.BACK, Reply(0, why))
            elif reply is None:
                self.report(letter, Verdict.DOUBT, Reply(0, why))
            else:
                self.report(letter, judge(Stage.CONTENT, reply), reply)


class Connections:
    """Opens connections when there is something to send and keeps them while there is."""

    def __init__(self, transport: Transport, handoff: Handoff, breaker: CircuitBreaker) -> None:
        self._transport, self._handoff, self._breaker = transport, handoff, breaker
        self._open: set[Connection] = set()
        self._threads = [
            Thread(target=self._work, name=f"connection-{n}", daemon=True) for n in range(handoff.connections)
        ]

    def start(self) -> None:
        """Begin."""
        for thread in self._threads:
            thread.start()

    def join(self, seconds: float) -> None:
        """Wait until every connection has finished its letter, at most ``seconds`` in all."""
        ends = time.monotonic() + seconds
        for thread in self._threads:
            thread.join(max(0.0, ends - time.monotonic()))

    def _work(self) -> None:
        while not self._handoff.closing.is_set():
            if self._breaker.broken:
                if self._breaker.may_probe():
                    self._careful(None)
                else:
                    self._handoff.closing.wait(PAUSE)
            elif first := self._handoff.take(LOOK):
                self._careful(first)

    def _careful(self, first: Letter | None) -> None:
        """Use a connection; a mistake of our own neither loses a letter nor ends the thread."""
        try:
            self._connection(first)
        except Exception as error:
            log.exception("a connection ended unexpectedly")
            self._handoff.abandoned(
                (N_("the sender itself is in trouble") + f": {type(error).__name__}: {error}")[:300]
            )
            self._breaker.trouble(N_("the sender itself is in trouble: its log says more"))
            self._handoff.wake.set()

    def _connection(self, first: Letter | None) -> None:
        """Open one connection and use it as long as it lasts."""
        try:
            connection = self._transport.open()
        except RelayTrouble as trouble:
            if first:
                self._handoff.report(first, Verdict.BACK, Reply(0, str(trouble)))
            self._refused(trouble)
            return
        self._breaker.connected()
        self._open.add(connection)
        try:
            connection.run(self._handoff, first)
        except RelayTrouble as trouble:
            if trouble.fresh:
                self._refused(trouble)
        finally:
            self._open.discard(connection)
            self._handoff.wake.set()
            connection.close()

    def _refused(self, trouble: RelayTrouble) -> None:
        if any(connection.accepted for connection in list(self._open)):
            self._handoff.closing.wait(REST)  # the relay allows fewer connections than we would like
            return
        log.warning("the relay is in trouble, letters wait", error=str(trouble))
        self._breaker.trouble(str(trouble))
        self._handoff.wake.set()
