"""Who writes: the sender of all letters, and the names by which a letter is known again when it comes back."""

from __future__ import annotations

import hashlib
import hmac
import re
from dataclasses import dataclass
from email.utils import parseaddr
from functools import cached_property
from urllib.parse import urlsplit

from feedback_app import tokens
from feedback_app.delivery.addresses import a_labels, on_the_wire
from feedback_app.organisation.profile import Profile
from feedback_app.settings import BadSetting, Settings

PURPOSE = "letter"
TOKEN = re.compile(r"(?<![0-9])([0-9]{1,18}\.[A-Za-z0-9_-]{22})(?![A-Za-z0-9_-])")
VERP = re.compile(r"\+([0-9]{1,18})-([0-9a-f]{16})@", re.IGNORECASE)

# https://postmarkapp.com/developer/user-guide/send-email-with-smtp: such headers come back as "Metadata"
ECHOES = {".postmarkapp.com": "X-PM-Metadata-letter"}


@dataclass(frozen=True)
class Identity:
    """What the headers of every letter say about us. ``bounce``: a mailbox that takes ``name+anything@`` (VERP).

    ``echo``: a header whose value the provider repeats in its reports, where it replaces our Message-ID.
    """

    address: str
    organisation: str
    secret: str
    host: str
    reply_to: str = ""
    bounce: str = ""
    echo: str = ""

    @cached_property
    def domain(self) -> str:
        """The domain of the From address, as ASCII."""
        return a_labels(self.address.rpartition("@")[2])

    def message_id(self, letter_id: int) -> str:
        """Return the Message-ID of a letter: the same for every copy, and not to be guessed (RFC 5322 3.6.4)."""
        return f"<{tokens.sign(self.secret, PURPOSE, str(letter_id))}@{self.domain}>"

    def envelope_id(self, letter_id: int) -> str:
        """Return the ENVID by which a delivery report names the letter (RFC 3461 4.4)."""
        return tokens.sign(self.secret, PURPOSE, str(letter_id))

    def echoed(self, letter_id: int) -> bytes:
        """Return the header line, led by a line end, that a provider repeats in its reports; nothing without one."""
        return f"\r\n{self.echo}: {self.envelope_id(letter_id)}".encode() if self.echo else b""

    def envelope_sender(self, letter_id: int) -> str:
        """Return where bounces of this letter go; with a bounce mailbox each letter has an address of its own."""
        if not self.bounce:
            return self.address
        local, _, domain = self.bounce.rpartition("@")
        return f"{local}+{letter_id}-{_mac(self.secret, letter_id)}@{domain}"


def identity(settings: Settings, who: Profile | None = None) -> Identity:
    """Return the sender the settings describe; raises BadSetting when FEEDBACK_MAIL_FROM cannot be one.

    ``who`` lends its name and where replies go, unless FEEDBACK_MAIL_FROM has a name; without it the settings do: only
    what letters say needs it.
    """
    name, address = parseaddr(settings.mail_from)
    wire = on_the_wire(address, smtputf8=False)
    if not wire or "@" not in wire or not wire.isprintable():
        raise BadSetting(
            "FEEDBACK_MAIL_FROM: use an address such as feedback@example.org, with nothing but ASCII before the @."
        )
    host = urlsplit(settings.base_url).hostname or "localhost"
    return Identity(
        address=wire,
        organisation=name or (who.name if who else settings.organisation),
        secret=settings.secret_key,
        host=f"[{host}]" if host.replace(".", "").isdigit() else a_labels(host),
        reply_to=who.reply_to if who else settings.mail_reply_to,
        bounce=settings.bounce_address,
        echo=next((header for host, header in ECHOES.items() if _host(settings.mail_url).endswith(host)), ""),
    )


def _host(url: str) -> str:
    return urlsplit(url).hostname or ""


def letter_named(secret: str, text: str) -> int | None:
    """Return the id of the letter whose Message-ID, envelope id or VERP address stands in ``text``.

    Forged and damaged ones give None.
    """
    for match in VERP.finditer(text):
        if hmac.compare_digest(match[2].lower(), _mac(secret, int(match[1]))):
            return int(match[1])
    for token in TOKEN.findall(text):
        content = tokens.read(secret, PURPOSE, token)
        if content is not None:
            return int(content)
    return None


def _mac(secret: str, letter_id: int) -> str:
    # hexadecimal, because relays may change the case of a local part
    return hmac.new(secret.encode(), f"verp\0{letter_id}".encode(), hashlib.sha256).hexdigest()[:16]
