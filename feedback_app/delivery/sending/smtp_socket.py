"""Bytes to the relay, and replies from it."""

from __future__ import annotations

import contextlib
import select
import smtplib
import socket
import ssl
import struct
import time
from typing import Any

from feedback_app.delivery.queue.smtp_replies import Reply

READ = 65536
LULL = 0.003  # seconds that are left to other connections before the next letter is built
LONGEST_LINE = 8192  # a reply line has 512 octets (RFC 5321 4.5.3.1.5); some have more


class SmtpSocket:
    """The socket of a connection that smtplib has opened."""

    def __init__(self, smtp: smtplib.SMTP) -> None:
        self._sock = socket_of(smtp)
        self._held = _unread(self._sock, smtp.file)
        self._encrypted = isinstance(self._sock, ssl.SSLSocket)
        self._sock.settimeout(None)
        self._poll = select.poll()
        self._poll.register(self._sock, select.POLLIN)
        self._patience = 300.0
        self._in_force: dict[int, float] = {}
        self._pushed, self._waited = 0.0, 0.0  # the monotonic moment of the last push, and how long its reply took

    def patience(self, seconds: float) -> None:
        """Wait so long for what follows."""
        self._patience = seconds

    def push(self, raw: bytes) -> None:
        """Hand ``raw`` to the kernel; an OSError carries in ``handed`` how many bytes it took before."""
        view, handed = memoryview(raw), 0
        try:
            while handed < len(raw):
                self._limit(socket.SO_SNDTIMEO)
                handed += self._sock.send(view[handed:])
        except OSError as error:
            said = TimeoutError("timed out") if isinstance(error, BlockingIOError) else error
            said.handed = handed  # type: ignore[attr-defined]
            raise said from None
        self._pushed = time.monotonic()

    def idle(self) -> bool:
        """True when there is time to do something before the reply comes: it usually takes long, and is not here yet.

        The replies of a far relay come in crowds, since all connections began together. So the first LULL seconds are
        left to those whose reply is in: work that can wait would keep the interpreter from them.
        """
        return self._waited > 2 * LULL and not self._poll.poll(LULL * 1000)

    def unexpected(self, wanted: bytes) -> Reply | None:
        """Read a reply; None when it is the usual one, which is then not taken apart."""
        line = self._line()
        if line.startswith(wanted):
            return None
        return self.reply(line)

    def usual(self, *wanted: bytes) -> bool:
        """Read one reply for each of ``wanted`` if all are here already and as usual; else read nothing."""
        lines = self._held.split(b"\n", len(wanted))
        if len(lines) <= len(wanted) or not all(map(bytes.startswith, lines, wanted)):
            return False
        self._held = lines[-1]
        return True

    def reply(self, first: bytes = b"") -> Reply:
        """Read a reply of any number of lines (RFC 5321 4.2.1), the first of which may have been read already."""
        texts = []
        while True:
            line = first or self._line()
            first = b""
            texts.append(line[4:].strip())
            if line[3:4] != b"-":
                break
        if not line[:3].isdigit():
            raise smtplib.SMTPServerDisconnected("it does not speak SMTP")
        return Reply.read(int(line[:3]), b" ".join(texts))

    def _line(self) -> bytes:
        while b"\n" not in self._held:
            if len(self._held) > LONGEST_LINE:
                raise smtplib.SMTPServerDisconnected("it says more in one line than a reply may have")
            self._limit(socket.SO_RCVTIMEO)
            try:
                more = self._sock.recv(READ)
            except BlockingIOError:
                raise TimeoutError("timed out") from None
            if not more:
                raise smtplib.SMTPServerDisconnected("it hung up")
            self._held += more
            self._waited = time.monotonic() - self._pushed
        line, _, self._held = self._held.partition(b"\n")
        return line

    def _limit(self, option: int) -> None:
        """Let the patience be in force for what is sent or received (``option``) from now on.

        The kernel keeps the time: with a time-out of Python's own each send and recv begins with a poll, and each
        system call hands the interpreter on to another thread, one of as many as connections. TLS needs the poll.
        """
        if self._encrypted:
            self._sock.settimeout(self._patience)
        elif self._in_force.get(option) != self._patience:
            seconds, rest = divmod(self._patience, 1)
            self._sock.setsockopt(socket.SOL_SOCKET, option, struct.pack("@ll", int(seconds), int(rest * 1e6)))
            self._in_force[option] = self._patience


def socket_of(smtp: smtplib.SMTP) -> socket.socket:
    """Return the socket. Raises SMTPServerDisconnected when there is none."""
    if smtp.sock is None:
        raise smtplib.SMTPServerDisconnected("the connection is closed")
    return smtp.sock


def _unread(sock: socket.socket, reader: Any) -> bytes:
    """Return what smtplib's reader has read ahead."""
    if reader is None:
        return b""
    sock.setblocking(False)
    with contextlib.suppress(ssl.SSLWantReadError):
        return bytes(reader.peek())
    return b""


def words(error: Exception) -> str:
    """Return ``error`` on one short line."""
    return " ".join(str(error).split())[:200] or type(error).__name__
