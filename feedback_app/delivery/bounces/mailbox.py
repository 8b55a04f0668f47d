"""The mailbox that undeliverable letters come back to, read over IMAP (RFC 9051, with MOVE or UIDPLUS).

Nothing is remembered between two visits: a message that was dealt with is moved out of the way, so whatever lies in the
folder is new. A crash between reading and moving means that a message is read again, which does no harm. Nothing is
ever deleted: what was understood goes to ``Handled``, everything else to ``Unmatched``, where a person may look.
"""

from __future__ import annotations

import ssl
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote, urlsplit

from imapclient import IMAPClient, SocketTimeout
from imapclient.exceptions import IMAPClientError, LoginError

from feedback_app.common.loopback import is_loopback
from feedback_app.delivery.bounces.sanitise import LARGEST

HANDLED, UNMATCHED = "Handled", "Unmatched"
MOST = 1000  # messages of one visit
PATIENCE = SocketTimeout(connect=15, read=60)  # seconds
VISIT = 45.0  # seconds after which a visit ends and the next one goes on


class MailboxTrouble(Exception):
    """The mailbox cannot be read; the message says why and which setting to look at."""


@dataclass(frozen=True)
class Mailbox:
    """What FEEDBACK_BOUNCE_MAILBOX says. ``security``: "tls" from the start, or "starttls"."""

    host: str
    port: int
    user: str
    password: str
    folder: str = "INBOX"
    security: str = "tls"

    @classmethod
    def read(cls, url: str) -> Mailbox:
        """Return the mailbox of ``imaps://user:password@host/FOLDER`` or ``imap://`` (STARTTLS)."""
        parts = urlsplit(url)
        security = "tls" if parts.scheme == "imaps" else "starttls"
        port = parts.port or (993 if security == "tls" else 143)
        folder = unquote(parts.path.strip("/")) or "INBOX"
        return cls(
            parts.hostname or "", port, unquote(parts.username or ""), unquote(parts.password or ""), folder, security
        )

    @property
    def local(self) -> bool:
        """True for a server on this machine, which needs neither TLS nor a certificate."""
        return is_loopback(self.host)


def visit(mailbox: Mailbox, take: Callable[[bytes], bool], seconds: float = VISIT) -> int:
    """Hand each message to ``take``, move it to where ``take`` says (True: handled), and return how many there were.

    At most the first 256 KiB of a message are fetched. Ends after ``seconds`` or a thousand messages; call it again.
    Raises MailboxTrouble, and whatever ``take`` raises; the message in hand then stays where it is.
    """
    ends = time.monotonic() + seconds
    with _connected(mailbox) as client:
        with _plain_words(mailbox):
            waiting = _waiting(client, mailbox.folder)
        folders: dict[str, str] = {}
        read = 0
        for uid in waiting:
            with _plain_words(mailbox):
                raw = _beginning(client, uid)
            if raw is None:  # somebody else took it away meanwhile
                continue
            name = HANDLED if take(raw) else UNMATCHED
            with _plain_words(mailbox):
                _put_away(client, uid, name, folders)
            read += 1
            if time.monotonic() > ends:
                break
        return read


def look(mailbox: Mailbox) -> int:
    """Return how many messages wait in the mailbox; changes nothing. Raises MailboxTrouble as ``visit`` does."""
    with _connected(mailbox) as client, _plain_words(mailbox):
        return int(client.select_folder(mailbox.folder, readonly=True)[b"EXISTS"])


@contextmanager
def _plain_words(mailbox: Mailbox) -> Iterator[None]:
    try:
        yield
    except LoginError as error:
        raise MailboxTrouble(
            f"{mailbox.host} does not let {mailbox.user} in ({_words(error)}): check FEEDBACK_BOUNCE_MAILBOX"
        ) from error
    except (IMAPClientError, OSError) as error:
        where = f"{mailbox.host}:{mailbox.port}"
        raise MailboxTrouble(
            f"the mailbox at {where} cannot be read ({_words(error)}): check FEEDBACK_BOUNCE_MAILBOX"
        ) from error


def _connected(mailbox: Mailbox) -> Any:
    with _plain_words(mailbox):
        client = _opened(mailbox)
        try:
            _entered(client, mailbox)
        except BaseException:
            client.shutdown()
            raise
        return client


def _opened(mailbox: Mailbox) -> Any:
    tls = mailbox.security == "tls"
    context = _context(mailbox) if tls else None
    return IMAPClient(mailbox.host, mailbox.port, ssl=tls, ssl_context=context, timeout=PATIENCE)


def _entered(client: Any, mailbox: Mailbox) -> None:
    if mailbox.security == "starttls":
        if client.has_capability("STARTTLS"):
            client.starttls(_context(mailbox))
        elif not mailbox.local:
            raise IMAPClientError("it does not offer STARTTLS, and passwords do not travel in the open")
    client.login(mailbox.user, mailbox.password)
    if not (client.has_capability("MOVE") or client.has_capability("UIDPLUS")):
        raise IMAPClientError("it offers neither MOVE (RFC 6851) nor UIDPLUS (RFC 4315), so nothing can be put away")


def _context(mailbox: Mailbox) -> ssl.SSLContext:
    context = ssl.create_default_context()
    if mailbox.local:
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context


def _waiting(client: Any, folder: str) -> list[int]:
    """Return the UIDs of the oldest messages; by number, for a SEARCH of a full mailbox has no bound."""
    count = min(int(client.select_folder(folder)[b"EXISTS"]), MOST)
    if not count:
        return []
    client.use_uid = False
    found = client.fetch(list(range(1, count + 1)), ["UID"])
    client.use_uid = True
    return sorted(int(one[b"UID"]) for one in found.values() if b"UID" in one)


def _beginning(client: Any, uid: int) -> bytes | None:
    fetched = client.fetch([uid], [f"BODY.PEEK[]<0.{LARGEST}>"]).get(uid, {})
    return next((raw or b"" for name, raw in fetched.items() if name.startswith(b"BODY[]")), None)


def _put_away(client: Any, uid: int, name: str, known: dict[str, str]) -> None:
    if name not in known:
        known[name] = _folder(client, name)
    if client.has_capability("MOVE"):
        client.move([uid], known[name])
    else:
        client.copy([uid], known[name])
        client.delete_messages([uid])
        client.uid_expunge([uid])


def _folder(client: Any, name: str) -> str:
    """Return the full name of a folder of ours, made when it is not there."""
    personal = client.namespace().personal if client.has_capability("NAMESPACE") else None
    full = (personal[0][0] if personal else "") + name
    if not client.folder_exists(full):
        try:
            client.create_folder(full)
        except IMAPClientError:
            if not client.folder_exists(full):  # else another worker was faster
                raise
    return full


def _words(error: Exception) -> str:
    return " ".join(str(error).split())[:200] or type(error).__name__
