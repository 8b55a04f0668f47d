"""The web process: waitress inside gunicorn's workers, so that only whole requests cost a thread.

gunicorn starts, watches and replaces the processes; in each, waitress receives heads and bodies in one loop and hands a
request to a thread when all of it is there. Deadlines for both are ours, for waitress has none that slow drops pass.
"""

from __future__ import annotations

import logging
import os
import resource
import time
from collections.abc import Callable
from typing import Any

from flask import Flask
from gunicorn.workers.base import Worker
from waitress import wasyncore
from waitress.adjustments import Adjustments
from waitress.buffers import OverflowableBuffer
from waitress.channel import HTTPChannel
from waitress.parser import HTTPRequestParser
from waitress.receiver import FixedStreamReceiver
from waitress.server import TcpWSGIServer
from waitress.task import ThreadedTaskDispatcher
from waitress.utilities import RequestEntityTooLarge
from werkzeug.exceptions import HTTPException

from feedback_app.web.limits.body_limits import STRANGER, most_bytes

# Apache's mod_reqtimeout knows these limits, its defaults are these: header=20-40, body=20,MinRate=500
HEAD = 20  # seconds for all of a head
BODY = 20  # seconds for a body, and one more for each SLOWEST bytes
SLOWEST = 500
SILENCE = 30  # seconds a connection may stay open for nothing, or its reader take nothing of an answer
CONNECTIONS = 1000  # open at once in one process
FILES = 4 * CONNECTIONS  # a connection, its body, its answer


class _Nowhere(OverflowableBuffer):
    """Where a body goes that nobody will read: its sender is told so when all of it has come."""

    def append(self, s: bytes) -> None:
        """Forget ``s``."""


class _Request(HTTPRequestParser):
    """A request of which no more is kept than its view may read."""

    most = STRANGER
    error: Any = None

    def parse_header(self, header_plus: bytes) -> None:
        super().parse_header(header_plus)
        if self.chunked or self.content_length > STRANGER:
            self.most = self.adj.most_bytes(self)
        if self.content_length > self.most:
            self.body_rcv = FixedStreamReceiver(self.content_length, _Nowhere(0))

    def received(self, data: bytes) -> int:
        taken = int(super().received(data))
        if self.chunked and self.body_bytes_received > self.most and not self.error:
            self.error = RequestEntityTooLarge(f"at most {self.most} bytes")
            self.completed = True
        return taken


class _Connection(HTTPChannel):
    parser_class = _Request
    begun = 0.0  # when the request that is coming in began

    def received(self, data: bytes) -> bool:
        if self.request is None:
            self.begun = time.time()
        return bool(super().received(data))

    def is_late(self, now: float) -> bool:
        """True when the other side keeps us waiting for longer than anybody needs."""
        if self.requests:  # one is being answered: only a reader who takes nothing is late
            return bool(self.total_outbufs_len) and now - self.last_activity > SILENCE
        if self.request is None:
            return bool(now - self.last_activity > SILENCE)
        if not self.request.headers_finished:
            return now - self.begun > HEAD
        return bool(now - self.begun > BODY + self.request.body_bytes_received / SLOWEST)


class _Server(TcpWSGIServer):
    channel_class = _Connection

    def readable(self) -> bool:
        """True while there is a thread to spare: else the connection is better taken by the other process."""
        busy = sum(bool(one.requests) for one in self.active_channels.values())
        return bool(super().readable()) and busy < self.adj.threads

    def maintenance(self, now: float) -> None:
        for one in self.active_channels.values():
            one.will_close = one.will_close or one.is_late(now)

    def is_busy(self) -> bool:
        """True while a request is being answered, or an answer is on its way."""
        return any(one.requests or one.total_outbufs_len for one in self.active_channels.values())


class BufferingWorker(Worker):
    """A process of gunicorn that answers whole requests in ``--threads`` threads."""

    def run(self) -> None:
        """Answer until told to stop, then finish what was asked."""
        _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (FILES if most < 0 else min(FILES, most), most))
        logging.getLogger("waitress.queue").setLevel(logging.ERROR)  # a request that waits for a thread is no news
        channels: dict[int, Any] = {}
        servers = self._servers(channels)
        while self.alive and self.ppid == os.getppid():
            self._turn(channels)
        for server in servers:
            server.accepting = False
        until = time.monotonic() + self.cfg.graceful_timeout
        while any(server.is_busy() for server in servers) and time.monotonic() < until:
            self._turn(channels)

    def _servers(self, channels: dict[int, Any]) -> list[_Server]:
        threads = ThreadedTaskDispatcher()
        threads.set_thread_count(self.cfg.threads)
        settings = _settings(self.cfg.threads, _limits_of(self.wsgi))
        return [
            _Server(
                self.wsgi, channels, True, one.sock, dispatcher=threads, adj=settings, bind_socket=False,
                sockinfo=(one.sock.family, one.sock.type, one.sock.proto, one.sock.getsockname()),
            )
            for one in self.sockets
        ]  # fmt: skip

    def _turn(self, channels: dict[int, Any]) -> None:
        self.notify()
        wasyncore.loop(timeout=1, use_poll=True, map=channels, count=1)


def _settings(threads: int, limits: Callable[[_Request], int]) -> Adjustments:
    made = Adjustments(
        threads=threads, ident=None, asyncore_use_poll=True, connection_limit=CONNECTIONS, cleanup_interval=1,
        recv_bytes=64 * 1024,
        clear_untrusted_proxy_headers=False,  # the application believes as many proxies as it is told
        log_socket_errors=False,
    )  # fmt: skip
    made.most_bytes = limits
    return made


def _limits_of(app: Flask) -> Callable[[_Request], int]:
    """Return how many bytes a request may bring by its head."""

    def most(asked: _Request) -> int:
        environ = {
            "REQUEST_METHOD": asked.command, "PATH_INFO": asked.path, "QUERY_STRING": "", "SERVER_PORT": "80",
            "SERVER_NAME": "localhost", "SERVER_PROTOCOL": "HTTP/1.1", "wsgi.url_scheme": asked.url_scheme,
            "HTTP_COOKIE": asked.headers.get("COOKIE", ""), "HTTP_HOST": asked.headers.get("HOST", "localhost"),
            "CONTENT_LENGTH": str(asked.content_length),
        }  # fmt: skip
        try:
            with app.request_context(environ):
                return most_bytes()
        except HTTPException:  # not our host
            return STRANGER

    return most
