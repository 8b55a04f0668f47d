"""What came back by mail: bounces, delays, complaints, holiday replies. Reading is pure and never raises on junk.

Order of trust: the letter is found by our own signed ids (the VERP address it came to, the envelope id of the report,
the Message-ID of the returned headers), so a forged bounce names nobody. What happened is read from the
machine-readable report first (RFC 3464 and 6533; ARF, RFC 5965, for complaints), and only then guessed from the many
dialects flufl.bounce knows and from plain words.
"""

from __future__ import annotations

import email
import email.policy
import re
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import Message
from enum import Enum

from feedback_app.delivery.addresses import key
from feedback_app.delivery.bounces import dialects
from feedback_app.delivery.bounces.classify import judged, precise, status_in
from feedback_app.delivery.bounces.mime_parts import (
    named,
    parts,
    printable,
    texts,
)
from feedback_app.delivery.bounces.sanitise import LARGEST, tamed
from feedback_app.delivery.identity import letter_named
from feedback_app.errors import N_

__all__ = ["LARGEST", "Kind", "Return", "read"]

REPORTS = ("message/delivery-status", "message/global-delivery-status")
DELIVERED_TO = ("delivered-to", "x-original-to", "envelope-to", "x-envelope-to", "to", "x-forwarded-to", "received")
REPORTED = N_("reported as")  # and a colon, then the reporter's own word
NO_COMPLAINT = ("not-spam", "auth-failure", "virus", "dmarc")  # RFC 5965, RFC 6591: nobody is tired of our letters
LOOSE = re.compile(r"^(?:Original|Final)-Recipient:", re.IGNORECASE | re.MULTILINE)
LOOSE_LENGTH = 3000


class Kind(Enum):
    """What a returned message is; the value is how tables and counts name it."""

    HARD = "hard"  # the address is dead
    SOFT = "soft"  # did not arrive this time
    BLOCKED = "blocked"  # refused for what we are or wrote; the address is well
    DELAYED = "delayed"
    COMPLAINT = "complaint"
    DELIVERED = "delivered"  # a success report
    AUTOMATIC = "automatic"  # a holiday reply, a read receipt, a challenge
    OTHER = "other"  # an ordinary message, or nothing we understand


NEWS = (Kind.HARD, Kind.SOFT, Kind.BLOCKED, Kind.DELAYED, Kind.COMPLAINT)  # what is written down


@dataclass(frozen=True)
class Return:
    """A returned message. ``letter_id`` None: none of our ids stands in it. ``addresses``: keys it speaks about."""

    kind: Kind
    letter_id: int | None
    addresses: frozenset[str] = frozenset()
    status: str = ""
    reason: str = ""


def read(raw: bytes, secret: str) -> Return:
    """Return what ``raw`` is. Anything that is no report at all is OTHER. Time grows with the length of ``raw``."""
    try:
        whole = tamed(raw)
        message = email.message_from_bytes(whole, policy=email.policy.compat32)
        letter_id = _whose(message, secret)
        return (
            _complaint(message, letter_id)
            or _report(message, letter_id)
            or _loose(whole, letter_id)
            or _guess(message, letter_id)
        )
    except (ValueError, LookupError, TypeError, AttributeError, UnicodeError, RecursionError) as error:
        # the standard library's lenient parser trips over some damage
        return Return(Kind.OTHER, None, reason=f"unreadable: {type(error).__name__}")


def _whose(message: Message, secret: str) -> int | None:
    """Return the letter it is about: by the address it came to, its report, the headers it returns, its text."""
    for place in _places(message):
        found = letter_named(secret, place)
        if found is not None:
            return found
    return None


def _places(message: Message) -> Iterator[str]:
    yield "\n".join(str(value) for name, value in message.items() if name.lower() in DELIVERED_TO)
    for part in parts(message):
        if part.get_content_type() in REPORTS:
            for block in _blocks(part):
                yield block.get("original-envelope-id", "")
    yield from texts(message, headers=True)


def _complaint(message: Message, letter_id: int | None) -> Return | None:
    """Read an abuse report (RFC 5965), or the returned letter by which Microsoft says the same."""
    for part in parts(message):
        if part.get_content_type() == "message/feedback-report":
            fields: dict[str, str] = {}
            for block in _blocks(part):
                fields = {**block, **fields}
            told = printable(fields.get("feedback-type", "abuse").lower(), 40)
            kind = Kind.OTHER if told in NO_COMPLAINT else Kind.COMPLAINT
            return Return(kind, letter_id, _address(fields.get("original-rcpt-to", "")), reason=f"{REPORTED}: {told}")
        if whom := part.get("X-HmXmrOriginalRecipient"):
            return Return(Kind.COMPLAINT, letter_id, _address(str(whom)), reason=f"{REPORTED}: junk")
    return None


def _report(message: Message, letter_id: int | None) -> Return | None:
    """Read a delivery status notification (RFC 3464): the worst of what it says about recipients."""
    blocks = (block for part in parts(message) if part.get_content_type() in REPORTS for block in _blocks(part))
    said = dialects.said_by(message)
    return _worst([_recipient(fields, letter_id, said) for fields in blocks if "action" in fields])


def _loose(whole: bytes, letter_id: int | None) -> Return | None:
    """Read the fields of a report whose MIME structure is broken."""
    text = whole.decode("utf-8", "replace")
    matches = []
    for start in list(LOOSE.finditer(text))[:20]:
        block = text[start.start() : start.start() + LOOSE_LENGTH].replace("\r\n", "\n").partition("\n\n")[0]
        fields = named(email.message_from_string(block + "\n\n"))
        if "action" in fields:
            matches.append(_recipient(fields, letter_id))
    return _worst(matches)


def _worst(found: list[Return]) -> Return | None:
    order = (Kind.HARD, Kind.BLOCKED, Kind.SOFT, Kind.DELAYED, Kind.DELIVERED, Kind.OTHER)
    return min(found, key=lambda one: order.index(one.kind)) if found else None


def _recipient(fields: dict[str, str], letter_id: int | None, said: str = "") -> Return:
    action = (fields["action"].split() or [""])[0].strip(";,").lower()
    diagnostic = fields.get("diagnostic-code", "")
    status = precise(status_in(fields.get("status", "")), diagnostic)
    whom = _address(fields.get("original-recipient", "")) | _address(fields.get("final-recipient", ""))
    kinds = {
        "delayed": Kind.DELAYED,
        "delivered": Kind.DELIVERED,
        "relayed": Kind.DELIVERED,
        "expanded": Kind.DELIVERED,
    }
    if action.startswith(("fail", "error")):  # OpenSMTPD once wrote "error"
        kind = Kind(judged(status, diagnostic or said).value)
    else:
        kind = kinds.get(action, Kind.OTHER)
    return Return(kind, letter_id, whom, status, printable(diagnostic or fields.get("status", ""), 200))


def _guess(message: Message, letter_id: int | None) -> Return:
    """Ask flufl.bounce and plain words, unless it is a person's program answering for them."""
    if dialects.is_automatic(message):
        return Return(Kind.AUTOMATIC, letter_id, reason="an automatic reply")
    guess = dialects.guess(message)
    if guess is None:
        return Return(Kind.OTHER, letter_id, reason="no report of a delivery")
    whom = frozenset().union(*(_address(one) for one in guess.addresses))
    kind = Kind.DELAYED if guess.temporary else Kind(judged(guess.status, guess.text).value)
    return Return(kind, letter_id, whom, guess.status, guess.reason)


def _blocks(part: Message) -> Iterator[dict[str, str]]:
    """Yield the groups of fields of a status part, each as lower-case names; tolerant of missing blank lines."""
    payload = part.get_payload()
    if isinstance(payload, list):
        for block in payload[:50]:
            if isinstance(block, Message):
                yield named(block)
                inner = block.get_payload()
                if isinstance(inner, str) and inner.strip():
                    yield named(email.message_from_string(inner.strip() + "\n\n"))
    else:
        decoded = part.get_payload(decode=True)
        text = decoded.decode("utf-8", "replace") if isinstance(decoded, bytes) else str(payload)
        for piece in re.split(r"\r?\n[ \t]*\r?\n", text)[:50]:
            yield named(email.message_from_string(piece.strip() + "\n\n"))


def _address(field: str) -> frozenset[str]:
    """Return the key of the address in a field such as ``rfc822; <ada@x.example>``."""
    text = field.rpartition(";")[2].strip().strip("<>").strip()
    fits = "@" in text and len(text) <= 254 and " " not in text and text.isprintable()
    return frozenset([key(text)]) if fits else frozenset()
