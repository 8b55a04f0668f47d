"""A letter as SMTP wants it: MAIL, RCPT and DATA, then the text up to the last dot."""

from __future__ import annotations

import re
from typing import NamedTuple

from feedback_app.delivery.addresses import on_the_wire
from feedback_app.delivery.compose.letter import Letter, cannot_be_built
from feedback_app.delivery.compose.mime_message import Recipient, Sign
from feedback_app.delivery.identity import Identity
from feedback_app.delivery.queue.smtp_replies import Reply
from feedback_app.errors import N_

XTEXT = re.compile(r"[!-*,-<>-~]+")  # printable ASCII but "+" and "="
NO_SMTPUTF8 = N_("the address has letters outside ASCII before the @, and the relay does not offer SMTPUTF8")


class Built(NamedTuple):
    """A letter ready for the wire: the commands that announce it, and its text with the last dot."""

    letter: Letter
    envelope: list[bytes]
    text: bytes


def build(letter: Letter, identity: Identity, sign: Sign | None, *, utf8: bool, dsn: bool) -> Built | Reply:
    """Return ``letter`` ready for a relay that offers SMTPUTF8 (``utf8``), reports (``dsn``), or why it cannot be."""
    address = on_the_wire(letter.address, utf8)
    if address is None:
        return Reply(0, NO_SMTPUTF8)
    to = Recipient(letter.id, address, letter.name, letter.group_id)
    try:
        text = letter.skeleton.build(to, letter.fill, letter.unsubscribe_url, sign)
    except Exception as error:  # whatever one letter holds must not stop the others
        return cannot_be_built(error)
    if b"\r\n." in text:
        text = text.replace(b"\r\n.", b"\r\n..")
    text += b".\r\n" if text.endswith(b"\r\n") else b"\r\n.\r\n"
    return Built(letter, envelope(identity, letter.id, address, dsn=dsn), text)


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


def xtext(text: str) -> str:
    """Return ``text`` in the encoding of RFC 3461 4."""
    if XTEXT.fullmatch(text):
        return text
    return "".join(c if XTEXT.fullmatch(c) else f"+{ord(c):02X}" for c in text)
