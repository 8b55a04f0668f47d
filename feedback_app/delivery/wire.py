"""Bytes to the relay and replies from it, and the commands that announce a letter."""

from __future__ import annotations

import re
import smtplib
import socket

from feedback_app.delivery.identity import Identity
from feedback_app.delivery.replies import Reply

LONGEST_LINE = 8192  # a reply line has 512 octets (RFC 5321 4.5.3.1.5); some have more
XTEXT = re.compile(r"[!-*,-<>-~]+")  # printable ASCII but "+" and "="


class Wire:
    """The socket of a connection that smtplib has opened."""

    def __init__(self, smtp: smtplib.SMTP) -> None:
        self._sock = socket_of(smtp)
        # smtplib's own reader, with whatever it holds already
        self._lines = smtp.file or self._sock.makefile("rb")
        self._patience = -1.0

    def patience(self, seconds: float) -> None:
        """Wait so long for what follows."""
        if seconds != self._patience:
            self._sock.settimeout(seconds)
            self._patience = seconds

    def push(self, raw: bytes) -> None:
        """Hand ``raw`` to the kernel; an OSError carries in ``handed`` how many bytes it took before."""
        view, handed = memoryview(raw), 0
        try:
            while handed < len(raw):
                handed += self._sock.send(view[handed:])
        except OSError as error:
            error.handed = handed  # type: ignore[attr-defined]
            raise

    def unexpected(self, wanted: bytes) -> Reply | None:
        """Read a reply; None when it is the usual one, which is then not taken apart."""
        line = self._lines.readline(LONGEST_LINE)
        if line.startswith(wanted):
            return None
        return self.reply(line)

    def reply(self, first: bytes = b"") -> Reply:
        """Read a reply of any number of lines (RFC 5321 4.2.1), the first of which may have been read already."""
        texts = []
        while True:
            line = first or self._lines.readline(LONGEST_LINE)
            first = b""
            if not line.endswith(b"\n"):
                raise smtplib.SMTPServerDisconnected("it hung up")
            texts.append(line[4:].strip())
            if line[3:4] != b"-":
                break
        if not line[:3].isdigit():
            raise smtplib.SMTPServerDisconnected("it does not speak SMTP")
        return Reply.read(int(line[:3]), b" ".join(texts))


def envelope(identity: Identity, letter_id: int, address: str, *, dsn: bool) -> list[bytes]:
    """Return MAIL, RCPT and DATA for a letter; ``dsn``: the relay knows delivery reports (RFC 3461)."""
    mail = f"MAIL FROM:<{identity.envelope_sender(letter_id)}>"
    rcpt = f"RCPT TO:<{address}>"
    if dsn:
        mail += f" RET=HDRS ENVID={identity.envelope_id(letter_id)}"
        rcpt += " NOTIFY=FAILURE,DELAY"
        if address.isascii():
            rcpt += f" ORCPT=rfc822;{xtext(address)}"
    if not address.isascii():
        mail += " BODY=8BITMIME SMTPUTF8"
    return [f"{mail}\r\n".encode(), f"{rcpt}\r\n".encode(), b"DATA\r\n"]


def socket_of(smtp: smtplib.SMTP) -> socket.socket:
    """Return the socket. Raises SMTPServerDisconnected when there is none."""
    if smtp.sock is None:
        raise smtplib.SMTPServerDisconnected("the connection is closed")
    return smtp.sock


def words(error: Exception) -> str:
    """Return ``error`` on one short line."""
    return " ".join(str(error).split())[:200] or type(error).__name__


def xtext(text: str) -> str:
    """Return ``text`` in the encoding of RFC 3461 4."""
    if XTEXT.fullmatch(text):
        return text
    return "".join(c if XTEXT.fullmatch(c) else f"+{ord(c):02X}" for c in text)
