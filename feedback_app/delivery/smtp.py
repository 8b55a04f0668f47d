"""Connections to an SMTP relay: smtplib opens them, grouped transactions (RFC 2920) go over them.

smtplib waits for each of MAIL, RCPT, DATA and the text; over a network it is round trips that cost. Where the relay
offers PIPELINING, the text of one letter travels together with MAIL, RCPT and DATA of the next: one round trip each.
"""

from __future__ import annotations

import contextlib
import re
import smtplib
import socket
import ssl
import time
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from feedback_app.delivery.addresses import on_the_wire
from feedback_app.delivery.desk import Desk, Letter, RelayTrouble, cannot_be_built
from feedback_app.delivery.identity import Identity
from feedback_app.delivery.message import Recipient, Sign
from feedback_app.delivery.replies import Reply, Stage, Verdict, judge

LOOPBACK = ("localhost", "127.", "::1")
LONGEST_LINE = 8192  # a reply line has 512 octets (RFC 5321 4.5.3.1.5); some have more
EXPECTED = ((Stage.MAIL, b"250 "), (Stage.RCPT, b"250 "), (Stage.DATA, b"354 "))
XTEXT = re.compile(r"[!-*,-<>-~]+")  # printable ASCII but "+" and "="


@dataclass(frozen=True)
class Timeouts:
    """Seconds to wait. The RFC's own (5321 4.5.3.2): giving up early on the last dot makes duplicates."""

    connect: float = 30.0
    command: float = 300.0
    data: float = 120.0
    text: float = 600.0
    idle: float = 10.0  # how long a connection is kept when there is nothing to send
    life: float = 600.0  # how long one connection is used at most


@dataclass(frozen=True)
class Relay:
    """Where letters leave: what FEEDBACK_MAIL_URL says."""

    host: str
    port: int
    user: str = ""
    password: str = ""
    security: str = "starttls"  # starttls | tls | none

    @classmethod
    def read(cls, url: str) -> Relay:
        """Return the relay of ``smtp://`` (STARTTLS), ``smtps://`` (TLS from the start) or ``smtp+plain://`` (none)."""
        parts = urlsplit(url)
        security = {"smtp": "starttls", "smtps": "tls", "smtp+plain": "none"}[parts.scheme]
        port = parts.port or {"starttls": 587, "tls": 465, "none": 25}[security]
        return cls(parts.hostname or "", port, unquote(parts.username or ""), unquote(parts.password or ""), security)

    @property
    def local(self) -> bool:
        """True for a relay on this machine, which needs no certificate."""
        return self.host.startswith(LOOPBACK)


@dataclass(frozen=True)
class SmtpTransport:
    """Opens connections to one relay. ``sign`` makes the DKIM header when the relay does not."""

    relay: Relay
    identity: Identity
    timeouts: Timeouts = Timeouts()
    sign: Sign | None = None

    def open(self) -> SmtpLine:
        """Return a connection that has said EHLO, with TLS and AUTH as the relay asks. Raises RelayTrouble."""
        try:
            return SmtpLine(self, self._connected())
        except smtplib.SMTPResponseException as error:
            reply = Reply.read(error.smtp_code, error.smtp_error if isinstance(error.smtp_error, bytes) else b"")
            raise RelayTrouble(f"{self.relay.host} refuses the connection: {reply}") from error
        except (OSError, smtplib.SMTPException, ValueError) as error:
            raise RelayTrouble(f"{self.relay.host}:{self.relay.port} cannot be reached: {_words(error)}") from error

    def _connected(self) -> smtplib.SMTP:
        relay, host = self.relay, self.identity.host
        wait = self.timeouts.connect
        if relay.security == "tls":
            smtp: smtplib.SMTP = smtplib.SMTP_SSL(relay.host, relay.port, host, timeout=wait, context=self._context())
        else:
            smtp = smtplib.SMTP(relay.host, relay.port, host, wait)
        try:
            _socket(smtp).settimeout(self.timeouts.command)
            smtp.ehlo_or_helo_if_needed()
            if relay.security == "starttls":
                self._start_tls(smtp)
            if relay.user:
                smtp.login(relay.user, relay.password)
        except BaseException:
            smtp.close()
            raise
        _socket(smtp).setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return smtp

    def _start_tls(self, smtp: smtplib.SMTP) -> None:
        if smtp.has_extn("starttls"):
            smtp.starttls(context=self._context())
            smtp.ehlo()
        elif not self.relay.local:
            raise smtplib.SMTPException("it does not offer STARTTLS, and letters do not travel in the open")

    def _context(self) -> ssl.SSLContext:
        context = ssl.create_default_context()
        if self.relay.local:
            context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        return context


class SmtpLine:
    """One connection. Whatever happens on it, each letter taken from the desk is reported exactly once."""

    def __init__(self, transport: SmtpTransport, smtp: smtplib.SMTP) -> None:
        self._transport, self._smtp = transport, smtp
        self._wait, self._sock = transport.timeouts, _socket(smtp)
        # smtplib's own reader, with whatever it holds already
        self._lines = smtp.file or self._sock.makefile("rb")
        self._pipelining = smtp.has_extn("pipelining")
        self._utf8 = smtp.has_extn("smtputf8")
        self._dsn = smtp.has_extn("dsn")
        self._born = time.monotonic()
        self._untidy = False  # a transaction was begun that the relay did not finish
        self.accepted = 0

    def run(self, desk: Desk, first: Letter | None) -> None:
        """Send until the desk has been empty for a while or the connection is old. Raises RelayTrouble."""
        letter = first
        while True:
            letter = letter or desk.take(self._wait.idle)
            if letter is None:
                return
            text = self._open(desk, letter)
            while text is not None:  # the relay waits for the text of ``letter``
                letter, text = self._send(desk, letter, text)
            letter = None
            if time.monotonic() - self._born > self._wait.life:
                return

    def close(self) -> None:
        """Say QUIT when the relay still listens."""
        with contextlib.suppress(OSError, smtplib.SMTPException):
            self._sock.settimeout(5)
            self._smtp.quit()
        self._smtp.close()

    def _open(self, desk: Desk, letter: Letter) -> bytes | None:
        """Announce a letter by itself; return its text when the relay waits for it, None when it is settled."""
        built = self._built(desk, letter)
        if built is None:
            return None
        envelope, text = built
        try:
            if not self._pipelining:
                return self._one_by_one(desk, letter, envelope, text)
            self._push(b"".join(envelope))
            return self._envelope_replies(desk, letter, text)
        except (OSError, smtplib.SMTPException) as error:
            raise self._broken(desk, letter, error) from error

    def _send(self, desk: Desk, letter: Letter, text: bytes) -> tuple[Letter, bytes | None]:
        """Send a text, with the next letter's envelope behind it; return that letter and its text, as _open does."""
        following, built = None, None
        if self._pipelining and time.monotonic() - self._born <= self._wait.life:
            following = desk.take()
            built = self._built(desk, following) if following else None
        try:
            self._send_text(desk, letter, text, b"".join(built[0]) if built else b"")
            if following is None or built is None:
                return letter, None
            return following, self._envelope_replies(desk, following, built[1])
        except _Lost as lost:
            if following and built:
                raise self._broken(desk, following, lost.error) from lost.error
            raise RelayTrouble(_words(lost.error), fresh=not self.accepted) from lost.error
        except (OSError, smtplib.SMTPException) as error:
            assert following is not None  # noqa: S101  # only the following letter's envelope can get here
            raise self._broken(desk, following, error) from error

    def _send_text(self, desk: Desk, letter: Letter, text: bytes, behind: bytes) -> None:
        """Send ``text`` and what goes behind it, and settle ``letter``. Raises _Lost when the connection is."""
        try:
            desk.journal.intend(letter.id)
        except OSError as error:
            trouble = f"the journal cannot be written: {_words(error)}"
            desk.report(letter, Verdict.BACK, Reply(0, trouble))
            raise _Lost(OSError(trouble)) from error
        try:
            self._sock.settimeout(self._wait.text)
            self._push(text + behind)
            reply = self._reply()
        except (OSError, smtplib.SMTPException) as error:
            why = Reply(0, f"the connection broke before the answer came: {_words(error)}")
            if getattr(error, "handed", len(text)) >= len(text):
                desk.report(letter, Verdict.DOUBT, why)
            else:  # without its last dot no relay can have taken it
                desk.journal.known([letter.id])
                desk.report(letter, Verdict.BACK, why)
            raise _Lost(error) from error
        verdict = judge(Stage.CONTENT, reply)
        self.accepted += verdict is Verdict.SENT
        desk.answered(letter, verdict, reply)
        if reply.code == 421:
            raise _Lost(smtplib.SMTPServerDisconnected(str(reply)))
        if verdict is Verdict.BACK:
            raise _Lost(smtplib.SMTPException(str(reply)))

    def _envelope_replies(self, desk: Desk, letter: Letter, text: bytes) -> bytes | None:
        """Read all replies to [RSET] MAIL RCPT DATA (RFC 2920 3.1) and return the text if it is wanted."""
        self._sock.settimeout(self._wait.command)
        if self._untidy:
            self._reply()
            self._untidy = False
        bad: tuple[Stage, Reply] | None = None
        for stage, wanted in EXPECTED:
            reply = self._unexpected(wanted)
            if reply is not None and bad is None and judge(stage, reply) is not Verdict.SENT:
                bad = stage, reply
            if reply is not None and reply.code == 421:  # the last word: the relay hangs up
                break
        if bad is None:
            return text
        if reply is None or reply.code == 354:  # to a DATA without a recipient: a lone dot ends it
            self._push(b".\r\n")
            self._reply()
        self._refused(desk, letter, *bad)
        return None

    def _one_by_one(self, desk: Desk, letter: Letter, envelope: list[bytes], text: bytes) -> bytes | None:
        """Say [RSET] MAIL RCPT DATA, waiting for each."""
        self._sock.settimeout(self._wait.command)
        if self._untidy:
            self._push(envelope.pop(0))
            self._reply()
            self._untidy = False
        for stage, command in zip((Stage.MAIL, Stage.RCPT, Stage.DATA), envelope, strict=True):
            self._push(command)
            reply = self._reply()
            if judge(stage, reply) is not Verdict.SENT:
                self._refused(desk, letter, stage, reply)
                return None
        return text

    def _refused(self, desk: Desk, letter: Letter, stage: Stage, reply: Reply) -> None:
        verdict = judge(stage, reply)
        if stage is Stage.MAIL and reply.code >= 500 and not letter.address.isascii():
            verdict = Verdict.REFUSED  # it is the SMTPUTF8 of this letter that is refused
        self._untidy = True
        desk.report(letter, verdict, reply)
        if verdict is Verdict.BACK:
            raise RelayTrouble(
                f"{self._transport.relay.host} answers {stage.value} with {reply}", fresh=not self.accepted
            )

    def _broken(self, desk: Desk, letter: Letter, error: Exception) -> RelayTrouble:
        """Give back a letter whose text was not sent yet and return what happened."""
        letter.drops += 1
        desk.report(letter, Verdict.BACK, Reply(0, _words(error)))
        return RelayTrouble(
            f"the connection to {self._transport.relay.host} broke: {_words(error)}", fresh=not self.accepted
        )

    def _built(self, desk: Desk, letter: Letter) -> tuple[list[bytes], bytes] | None:
        """Return the envelope's commands and the text ready for the wire, or settle the letter that has none."""
        address = on_the_wire(letter.address, self._utf8)
        if address is None:
            why = "the address has letters outside ASCII before the @, and the relay does not offer SMTPUTF8"
            desk.report(letter, Verdict.REFUSED, Reply(0, why))
            return None
        to = Recipient(letter.id, address, letter.name, letter.group_id)
        try:
            text = letter.skeleton.build(to, letter.fill, letter.unsubscribe_url, self._transport.sign)
        except Exception as error:  # whatever one letter holds must not stop the others
            desk.report(letter, Verdict.REFUSED, cannot_be_built(error))
            return None
        if b"\r\n." in text:
            text = text.replace(b"\r\n.", b"\r\n..")
        return self._envelope(letter.id, address), text + (b".\r\n" if text.endswith(b"\r\n") else b"\r\n.\r\n")

    def _envelope(self, letter_id: int, address: str) -> list[bytes]:
        identity = self._transport.identity
        mail = f"MAIL FROM:<{identity.envelope_sender(letter_id)}>"
        rcpt = f"RCPT TO:<{address}>"
        if self._dsn:
            mail += f" RET=HDRS ENVID={identity.envelope_id(letter_id)}"
            rcpt += " NOTIFY=FAILURE,DELAY"
            if address.isascii():
                rcpt += f" ORCPT=rfc822;{_xtext(address)}"
        if not address.isascii():
            mail += " BODY=8BITMIME SMTPUTF8"
        commands = [f"{mail}\r\n".encode(), f"{rcpt}\r\n".encode(), b"DATA\r\n"]
        return [b"RSET\r\n", *commands] if self._untidy else commands

    def _push(self, raw: bytes) -> None:
        """Hand ``raw`` to the kernel; an OSError carries in ``handed`` how many bytes it took before."""
        view, handed = memoryview(raw), 0
        try:
            while handed < len(raw):
                handed += self._sock.send(view[handed:])
        except OSError as error:
            error.handed = handed  # type: ignore[attr-defined]
            raise

    def _unexpected(self, wanted: bytes) -> Reply | None:
        """Read a reply; None when it is the usual one, which is then not taken apart."""
        line = self._lines.readline(LONGEST_LINE)
        if line.startswith(wanted):
            return None
        return self._reply(line)

    def _reply(self, first: bytes = b"") -> Reply:
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


class _Lost(Exception):
    """The connection is of no more use after a text; the letter is settled already."""

    def __init__(self, error: Exception) -> None:
        super().__init__(str(error))
        self.error = error


def _socket(smtp: smtplib.SMTP) -> socket.socket:
    if smtp.sock is None:
        raise smtplib.SMTPServerDisconnected("the connection is closed")
    return smtp.sock


def _words(error: Exception) -> str:
    return " ".join(str(error).split())[:200] or type(error).__name__


def _xtext(text: str) -> str:
    """Return ``text`` in the encoding of RFC 3461 4."""
    if XTEXT.fullmatch(text):
        return text
    return "".join(c if XTEXT.fullmatch(c) else f"+{ord(c):02X}" for c in text)
