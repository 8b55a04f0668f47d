"""What came back by mail: bounces, delays, complaints, holiday replies. Reading is pure and never raises on junk.

Order of trust: the letter is found by our own signed ids (VERP address, envelope id, Message-ID of the returned
headers), so a forged bounce names nobody. What happened is read from the machine-readable report first (RFC 3464;
ARF, RFC 5965, for complaints), and only then guessed from the many dialects flufl.bounce knows.
"""

from __future__ import annotations

import email
import email.header
import email.policy
import re
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import Message
from enum import Enum

from flufl.bounce import all_failures

from feedback_app.delivery.addresses import key
from feedback_app.delivery.identity import letter_named

LARGEST = 2 * 1024 * 1024  # bytes that are read of one message
SNIPPET = 20_000  # characters of each part in which our ids are looked for
STATUS = re.compile(r"\b([245])\.(\d{1,3})\.(\d{1,3})\b")
AWAY = re.compile(
    r"out of (?:the )?office|auto(?:matic)?[ -]?reply|autoreply|vacation|abwesenheit|poza biurem|nieobecno|urlop",
    re.IGNORECASE,
)
DEAD = {"5.1.1", "5.1.2", "5.1.3", "5.1.6", "5.1.10", "5.2.1"}  # RFC 3463: such an address does not exist (any more)


class Kind(Enum):
    """What a returned message is."""

    HARD = "hard bounce"  # the address is dead
    SOFT = "soft bounce"  # refused this time
    DELAYED = "delayed"
    COMPLAINT = "complaint"
    IGNORED = "ignored"  # a holiday reply, a success report, or nothing we understand


@dataclass(frozen=True)
class Return:
    """A returned message. ``letter_id`` None: none of our ids stands in it. ``addresses``: keys it speaks about."""

    kind: Kind
    letter_id: int | None
    addresses: frozenset[str]
    status: str = ""
    reason: str = ""


def read(raw: bytes, secret: str) -> Return:
    """Return what ``raw`` is. Anything that is no report at all is IGNORED."""
    try:
        message = email.message_from_bytes(raw[:LARGEST], policy=email.policy.compat32)
        letter_id = letter_named(secret, "\n".join(_texts(message)))
        return _complaint(message, letter_id) or _report(message, letter_id) or _guess(message, letter_id)
    except (ValueError, LookupError, TypeError, AttributeError, UnicodeError, RecursionError) as error:
        # the standard library's lenient parser trips over some damage, and over nesting on purpose
        return Return(Kind.IGNORED, None, frozenset(), reason=f"unreadable: {type(error).__name__}")


def _complaint(message: Message, letter_id: int | None) -> Return | None:
    """Read an abuse report (RFC 5965)."""
    for part in _parts(message):
        if part.get_content_type() == "message/feedback-report":
            fields = _fields(part)
            told = fields.get("feedback-type", "abuse").lower()
            whom = _address(fields.get("original-rcpt-to", ""))
            kind = Kind.IGNORED if told == "not-spam" else Kind.COMPLAINT
            return Return(kind, letter_id, whom, reason=f"reported as {told}"[:200])
    return None


def _report(message: Message, letter_id: int | None) -> Return | None:
    """Read a delivery status notification (RFC 3464): the worst of what it says about recipients."""
    found: list[Return] = []
    for part in _parts(message):
        if part.get_content_type() not in ("message/delivery-status", "message/global-delivery-status"):
            continue
        for fields in _blocks(part):
            if "action" in fields:
                found.append(_recipient(fields, letter_id))
    order = (Kind.HARD, Kind.SOFT, Kind.DELAYED, Kind.IGNORED)
    return min(found, key=lambda one: order.index(one.kind)) if found else None


def _recipient(fields: dict[str, str], letter_id: int | None) -> Return:
    action = fields["action"].split()[0].lower() if fields["action"].split() else ""
    status = _status(fields.get("status", "")) or _status(fields.get("diagnostic-code", ""))
    whom = _address(fields.get("original-recipient", "")) | _address(fields.get("final-recipient", ""))
    reason = fields.get("diagnostic-code", "") or fields.get("status", "")
    kind = {"failed": _failed(status), "delayed": Kind.DELAYED}.get(action, Kind.IGNORED)
    return Return(kind, letter_id, whom, status, " ".join(reason.split())[:200])


def _failed(status: str) -> Kind:
    return Kind.HARD if status in DEAD else Kind.SOFT


def _guess(message: Message, letter_id: int | None) -> Return:
    """Ask flufl.bounce, unless it is plainly a person's program answering for them."""
    if _is_automatic_reply(message):
        return Return(Kind.IGNORED, letter_id, frozenset(), reason="an automatic reply")
    temporary, permanent = all_failures(message)
    dead = frozenset().union(*(_address(_decoded(one)) for one in permanent))
    soft = frozenset().union(*(_address(_decoded(one)) for one in temporary))
    if dead:
        status = _status("\n".join(_texts(message)))
        return Return(_failed(status) if status else Kind.HARD, letter_id, dead, status, "refused for good")
    if soft:
        return Return(Kind.DELAYED, letter_id, soft, reason="not delivered yet")
    return Return(Kind.IGNORED, letter_id, frozenset(), reason="no report of a delivery")


def _is_automatic_reply(message: Message) -> bool:
    submitted = str(message.get("Auto-Submitted", "no")).split(";")[0].strip().lower()
    if submitted == "auto-replied" and message.get_content_type() != "multipart/report":
        return True
    if message.get("X-Autoreply") or message.get("X-Autorespond"):
        return True
    return bool(AWAY.search(_decoded_header(message.get("Subject", ""))))


def _parts(message: Message) -> Iterator[Message]:
    for count, part in enumerate(message.walk()):
        if count > 200:  # nested on purpose
            return
        yield part


def _texts(message: Message) -> Iterator[str]:
    """Yield where our ids may stand: headers of every part (the returned letter is one), and the text parts."""
    for part in _parts(message):
        yield "\n".join(f"{name}: {value}" for name, value in part.items())[:SNIPPET]
        if not part.is_multipart():
            payload = part.get_payload(decode=True)
            if isinstance(payload, bytes):
                yield payload[:SNIPPET].decode("utf-8", "replace")


def _blocks(part: Message) -> Iterator[dict[str, str]]:
    """Yield the groups of fields of a status part, each as lower-case names; tolerant of missing blank lines."""
    payload = part.get_payload()
    if isinstance(payload, list):
        for block in payload[:50]:
            if isinstance(block, Message):
                yield _named(block)
    else:
        for text in re.split(r"\r?\n[ \t]*\r?\n", str(payload)):
            yield _named(email.message_from_string(text.strip() + "\n\n"))


def _fields(part: Message) -> dict[str, str]:
    merged: dict[str, str] = {}
    for block in _blocks(part):
        merged = {**block, **merged}
    return merged


def _named(block: Message) -> dict[str, str]:
    return {name.lower(): str(value) for name, value in block.items()}


def _address(field: str) -> frozenset[str]:
    """Return the key of the address in a field such as ``rfc822; <ada@x.example>``."""
    text = field.rpartition(";")[2].strip().strip("<>").strip()
    return frozenset([key(text)]) if "@" in text and len(text) <= 254 and " " not in text else frozenset()


def _status(text: str) -> str:
    found = STATUS.search(text)
    return found[0] if found else ""


def _decoded(value: bytes | str) -> str:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else value


def _decoded_header(value: object) -> str:
    decoded = email.header.decode_header(str(value))
    return "".join(
        piece.decode(charset or "utf-8", "replace") if isinstance(piece, bytes) else piece for piece, charset in decoded
    )
