"""Where letters leave, how long we wait for it, and what is said when it cannot be used."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from feedback_app.common.loopback import is_loopback


@dataclass(frozen=True)
class Timeouts:
    """Seconds to wait. The RFC's own (5321 4.5.3.2): giving up early on the last dot makes duplicates."""

    connect: float = 30.0  # for the network and TLS, of which the RFC says nothing
    greeting: float = 300.0
    command: float = 300.0  # EHLO, STARTTLS, AUTH, MAIL, RCPT, RSET
    data: float = 120.0  # for 354 after DATA
    block: float = 180.0  # for the relay to take more of a text
    text: float = 600.0  # for its answer to the last dot
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
        return is_loopback(self.host)


class RelayTrouble(Exception):
    """The relay cannot be used now; no letter is to blame. ``fresh``: nothing was delivered on the connection."""

    def __init__(self, text: str, *, fresh: bool = True) -> None:
        super().__init__(text)
        self.fresh = fresh
