"""The DNS records that the settings ask for: which names say that our letters are ours. Pure but for the keys.

SPF: RFC 7208. DKIM: RFC 6376, 8463. DMARC: RFC 7489. What comes back needs an MX (RFC 5321 5.1).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from textwrap import wrap
from urllib.parse import urlsplit

from feedback_app.delivery.compose import dkim_config
from feedback_app.delivery.identity import identity
from feedback_app.settings import Settings

STRING = 255  # octets in one string of a TXT record (RFC 1035 3.3.14)
WIDTH = 96  # characters of a note
OWN_MACHINE = ("localhost", "127.", "::1")


@dataclass(frozen=True)
class Wanted:
    """One record that should be in DNS. ``purpose``: spf, dkim, dmarc or mx; ``note``: what to think about first."""

    purpose: str
    name: str
    kind: str
    value: str
    note: str

    @property
    def line(self) -> str:
        """The record as a zone file has it; a long text is cut into strings of at most 255 octets."""
        if self.kind != "TXT":
            return f"{self.name}. IN {self.kind} {self.value}"
        pieces = [self.value[at : at + STRING] for at in range(0, len(self.value), STRING)]
        shown = " ".join(f'"{piece}"' for piece in pieces)
        return f"{self.name}. IN TXT " + (f"( {shown} )" if len(pieces) > 1 else shown)


def from_domain(settings: Settings) -> str:
    """Return the domain readers see, as ASCII. Raises BadSetting."""
    return identity(settings).domain


def envelope_domain(settings: Settings) -> str:
    """Return the domain of the envelope sender: what SPF is asked about, and where bounces go."""
    return settings.bounce_address.rpartition("@")[2] or from_domain(settings)


def relay_host(settings: Settings) -> str:
    """Return the host of the relay, "" when there is none or it is on this machine."""
    host = "" if settings.mail_folder else urlsplit(settings.mail_url).hostname or ""
    return "" if host.startswith(OWN_MACHINE) else host


def wanted(settings: Settings) -> list[Wanted]:
    """Return every record, in the order in which to set them. Raises BadSetting."""
    domain, envelope = from_domain(settings), envelope_domain(settings)
    return [_spf(settings, envelope), *_dkim(settings), _dmarc(domain), *_mx(settings, envelope)]


def _spf(settings: Settings, domain: str) -> Wanted:
    host = relay_host(settings)
    sender = f"a:{host}" if host else "a mx"
    note = (
        "Who may send for this domain. A domain has one SPF record: when there is one already, add to it. A provider"
        " names a part of its own, such as include:_spf.provider.example: put it in place of"
        f" {sender}. Once all your senders are in it, change ~all to -all."
    )
    return Wanted("spf", domain, "TXT", f"v=spf1 {sender} ~all", note)


def _dkim(settings: Settings) -> list[Wanted]:
    note = "The public half of the key that signs letters. Set it before the key goes into the settings."
    return [Wanted("dkim", key.record.name, "TXT", key.record.value, note) for key in dkim_config.keys(settings)]


def _dmarc(domain: str) -> Wanted:
    note = (
        "What receivers do with letters that only claim to be yours. Begin with p=none and read the reports for some"
        " weeks; when all that is yours passes, p=quarantine, then p=reject. The mailbox after rua= must exist."
    )
    return Wanted("dmarc", f"_dmarc.{domain}", "TXT", f"v=DMARC1; p=none; rua=mailto:dmarc@{domain}", note)


def _mx(settings: Settings, domain: str) -> list[Wanted]:
    if not settings.bounce_address:
        return []
    host = urlsplit(settings.bounce_mailbox).hostname or f"mail.{domain}"
    note = (
        f"Where letters that come back go. Put the server that takes mail for {domain} here; it must deliver"
        f" {settings.bounce_address.replace('@', '+anything@')} into the same mailbox."
    )
    return [Wanted("mx", domain, "MX", f"10 {host}.", note)]


def zone(records: Sequence[Wanted]) -> str:
    """Return the records as text for a zone file, each below its note."""
    blocks = [f"{_comment(one.purpose, one.note)}\n{one.line}" for one in records]
    if not any(one.purpose == "dkim" for one in records):
        note = "FEEDBACK_DKIM_KEY is not set, so the relay must sign: take the record from its pages."
        blocks.insert(1, _comment("dkim", note))
    return "\n\n".join(blocks)


def _comment(purpose: str, note: str) -> str:
    lines = wrap(f"{purpose.upper()}: {note}", WIDTH, break_long_words=False, break_on_hyphens=False)
    return "\n".join(f"; {line}" for line in lines)
