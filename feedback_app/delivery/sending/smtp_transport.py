"""Opening connections to an SMTP relay: smtplib connects, negotiates TLS and signs in."""

from __future__ import annotations

import smtplib
import socket
import ssl
from dataclasses import dataclass, field

from feedback_app.delivery.compose.mime_message import Sign
from feedback_app.delivery.identity import Identity
from feedback_app.delivery.queue.smtp_replies import Reply
from feedback_app.delivery.sending.relay import Relay, RelayTrouble, Timeouts
from feedback_app.delivery.sending.smtp_session import SmtpSession
from feedback_app.delivery.sending.smtp_socket import socket_of, words


@dataclass(frozen=True)
class SmtpTransport:
    """Opens connections to one relay. ``sign`` makes the DKIM header when the relay does not."""

    relay: Relay
    identity: Identity
    timeouts: Timeouts = field(default_factory=Timeouts)
    sign: Sign | None = None

    def open(self) -> SmtpSession:
        """Return a connection that has said EHLO, with TLS and AUTH as the relay asks. Raises RelayTrouble."""
        try:
            return SmtpSession(self._connected(), self.relay.host, self.identity, self.timeouts, self.sign)
        except smtplib.SMTPResponseException as error:
            reply = Reply.read(error.smtp_code, error.smtp_error if isinstance(error.smtp_error, bytes) else b"")
            raise RelayTrouble(f"{self.relay.host} refuses the connection: {reply}") from error
        except (OSError, smtplib.SMTPException, ValueError) as error:
            raise RelayTrouble(f"{self.relay.host}:{self.relay.port} cannot be reached: {words(error)}") from error

    def _connected(self) -> smtplib.SMTP:
        relay = self.relay
        tls = self._context() if relay.security == "tls" else None
        smtp = _Client(relay, self.identity.host, self.timeouts, tls)
        try:
            socket_of(smtp).settimeout(self.timeouts.command)
            smtp.ehlo_or_helo_if_needed()
            if relay.security == "starttls":
                self._start_tls(smtp)
            if relay.user:
                smtp.login(relay.user, relay.password)
        except BaseException:
            smtp.close()
            raise
        socket_of(smtp).setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
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


class _Client(smtplib.SMTP):
    """smtplib knows one time-out for the network and the greeting; a busy relay may greet minutes later."""

    def __init__(self, relay: Relay, local_name: str, waits: Timeouts, tls: ssl.SSLContext | None) -> None:
        self._waits, self._tls = waits, tls
        super().__init__(relay.host, relay.port, local_name, waits.connect)

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        """Return a socket on which the relay is about to greet; smtplib's own place for TLS from the start."""
        sock = socket.create_connection((host, port), timeout)
        if self._tls is not None:
            sock = self._tls.wrap_socket(sock, server_hostname=host)
        sock.settimeout(self._waits.greeting)
        return sock
