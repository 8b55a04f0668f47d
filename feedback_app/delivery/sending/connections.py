"""The threads that speak to the relay, each over one connection at a time."""

from __future__ import annotations

import time
from threading import Thread

import structlog

from feedback_app.delivery.compose.letter import Letter
from feedback_app.delivery.queue.smtp_replies import Reply, Verdict
from feedback_app.delivery.sending.circuit_breaker import CircuitBreaker
from feedback_app.delivery.sending.exchange import Connection, Exchange, Transport
from feedback_app.delivery.sending.relay import RelayTrouble
from feedback_app.errors import N_

REST = 5.0  # seconds a connection rests when the relay refuses it but serves others
LOOK = 1.0  # seconds between two looks at an empty exchange
PAUSE = 0.1  # seconds between two looks at a broken relay
log = structlog.get_logger()


class Connections:
    """Opens connections when there is something to send and keeps them while there is."""

    def __init__(self, transport: Transport, exchange: Exchange, breaker: CircuitBreaker) -> None:
        self._transport, self._exchange, self._breaker = transport, exchange, breaker
        self._open: set[Connection] = set()
        self._threads = [
            Thread(target=self._work, name=f"connection-{n}", daemon=True) for n in range(exchange.connections)
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
        while not self._exchange.closing.is_set():
            if self._breaker.broken:
                if self._breaker.may_probe():
                    self._careful(None)
                else:
                    self._exchange.closing.wait(PAUSE)
            elif first := self._exchange.take(LOOK):
                self._careful(first)

    def _careful(self, first: Letter | None) -> None:
        """Use a connection; a mistake of our own neither loses a letter nor ends the thread."""
        try:
            self._connection(first)
        except Exception as error:
            log.exception("a connection ended unexpectedly")
            self._exchange.abandoned(
                (N_("the sender itself is in trouble") + f": {type(error).__name__}: {error}")[:300]
            )
            self._breaker.trouble(N_("the sender itself is in trouble: its log says more"))
            self._exchange.wake.set()

    def _connection(self, first: Letter | None) -> None:
        """Open one connection and use it as long as it lasts."""
        try:
            connection = self._transport.open()
        except RelayTrouble as trouble:
            if first:
                self._exchange.report(first, Verdict.BACK, Reply(0, str(trouble)))
            self._refused(trouble)
            return
        self._breaker.connected()
        self._open.add(connection)
        try:
            connection.run(self._exchange, first)
        except RelayTrouble as trouble:
            if trouble.fresh:
                self._refused(trouble)
        finally:
            self._open.discard(connection)
            self._exchange.wake.set()
            connection.close()

    def _refused(self, trouble: RelayTrouble) -> None:
        if any(connection.accepted for connection in list(self._open)):
            self._exchange.closing.wait(REST)  # the relay allows fewer connections than we would like
            return
        log.warning("the relay is in trouble, letters wait", error=str(trouble))
        self._breaker.trouble(str(trouble))
        self._exchange.wake.set()
