"""A variant compiled once into bytes with gaps; a letter is then one join. Pure.

The plain way (``email.message.EmailMessage`` per letter) costs 40 times as much, nearly all of it spent on encoding
what is the same in every letter (docs/sending.md). Bodies are quoted-printable (RFC 2045 6.7): each gap sits
between two soft line breaks, so a value is encoded by itself and no line grows beyond 76 octets.
"""

from __future__ import annotations

import binascii
import hashlib
import re
from collections.abc import Callable, Mapping
from datetime import datetime
from email.utils import format_datetime
from functools import lru_cache
from typing import NamedTuple

from feedback_app import clock
from feedback_app.delivery.compose import headers
from feedback_app.delivery.compose.placeholders import (
    Block,
    EmptyPlaceholder,
    Words,
    as_text,
    escaped,
    split,
)
from feedback_app.delivery.identity import Identity

SOFT = b"=\r\n"
PLAIN = re.compile(r"[A-Za-z0-9 ,:;/?_@%()'+&<>\"!*#-][A-Za-z0-9 .,:;/?_@%()'+&<>\"!*#-]{0,70}")
RISKY_LINE = re.compile(rb"^(?:\.|From ).*$|^.{77,}$", re.MULTILINE)
LINE = 76
Sign = Callable[[bytes, bytes], bytes]  # (headers, body) -> DKIM-Signature header line, or b""


class Recipient(NamedTuple):
    """Whom one letter goes to: ``address`` as the relay can carry it."""

    letter_id: int
    address: str
    name: str
    group_id: int | None = None


def quoted_printable(text: str) -> bytes:
    """Return ``text`` encoded with CRLF line ends; no line begins with a dot (RFC 5321 4.5.2) or "From "."""
    raw = text.replace("\r\n", "\n").replace("\r", "\n").encode("utf-8", "replace")
    return _guarded(binascii.b2a_qp(raw, istext=True)).replace(b"\n", b"\r\n")


def _guarded(encoded: bytes) -> bytes:
    """Mend the starts of lines, and the ends: b2a_qp writes 77 columns when a space ends the 75th."""
    return RISKY_LINE.sub(lambda match: _mended(match[0]), encoded)


def _mended(line: bytes) -> bytes:
    if line.startswith((b".", b"From ")):
        line = b"=%02X" % line[0] + line[1:]
    if len(line) <= LINE:
        return line
    cut = LINE - 1
    if b"=" in line[cut - 2 : cut]:
        cut = line.rindex(b"=", 0, cut)
    return line[:cut] + b"=\n" + _guarded(line[cut:])


@lru_cache(maxsize=512)  # a value often stands in both bodies, and in many letters
def joinable(text: str) -> bytes:
    """Return ``text`` encoded by itself and ended by a soft line break, so that anything may follow."""
    if PLAIN.fullmatch(text):
        return text.encode() + SOFT
    encoded = quoted_printable(text)
    last = encoded.rfind(b"\n") + 1
    if len(encoded) - last == LINE:  # no room for the "="
        cut = len(encoded) - 3 if encoded[-3:-2] == b"=" else len(encoded) - 1
        encoded = encoded[:cut] + SOFT + encoded[cut:]
    return encoded + SOFT


def both_ways(value: str | Block) -> tuple[bytes, bytes]:
    """Return ``value`` as it goes into the plain text and into the HTML, see :func:`joinable`."""
    if isinstance(value, Block):
        return joinable(value.text), joinable(value.html)
    text, html = joinable(value), escaped(value)
    return text, text if html is value else joinable(html)


class Skeleton:
    """All letters of one variant, compiled. Safe to share between threads."""

    def __init__(self, words: Words, language: str, kind: str, scope: str, identity: Identity) -> None:
        self.scope, self._identity, self._kind = scope, identity, kind
        self._subject = split(words.subject)
        self._fixed_subject = headers.subject(words.subject) if len(self._subject) == 1 else None
        boundary = "=_" + hashlib.sha256("\0".join((words.subject, words.text, words.html)).encode()).hexdigest()[:24]
        self._top, self._middle, self._end = _frame(identity, boundary, language, kind, scope)
        self._pieces: list[bytes] = []
        self._gaps: list[tuple[int, str, bool]] = []  # (index of the piece, name of the placeholder, in the HTML?)
        self._compile(boundary, words)
        self._names = list(dict.fromkeys(name for _, name, _ in self._gaps))
        self._date: tuple[datetime | None, bytes] = (None, b"")

    def _compile(self, boundary: str, words: Words) -> None:
        self._pieces.append(_part_head(boundary, "plain", first=True))
        self._add(words.text, in_html=False)
        self._pieces.append(_part_head(boundary, "html"))
        self._add(words.html, in_html=True)
        self._pieces.append(f"\r\n--{boundary}--\r\n".encode())

    def _add(self, text: str, *, in_html: bool) -> None:
        for words, name in split(text):
            if name is None:
                self._pieces.append(quoted_printable(words))
                continue
            self._pieces += [joinable(words), b""]
            self._gaps.append((len(self._pieces) - 1, name, in_html))

    def build(
        self, to: Recipient, fill: Mapping[str, str | Block], unsubscribe_url: str, sign: Sign | None = None
    ) -> bytes:
        """Return the whole message with CRLF line ends, not dot-stuffed. Raises EmptyPlaceholder."""
        pieces = self._pieces.copy()
        try:
            values = {name: both_ways(fill[name]) for name in self._names}
        except KeyError as missing:
            raise EmptyPlaceholder(missing.args[0]) from None
        for piece, name, in_html in self._gaps:
            pieces[piece] = values[name][in_html]
        body = b"".join(pieces)
        head = self._head(to, fill, unsubscribe_url)
        return b"".join((sign(head, body) if sign else b"", head, b"\r\n", body))

    def _head(self, to: Recipient, fill: Mapping[str, str | Block], unsubscribe_url: str) -> bytes:
        return b"".join((
            self._top, headers.mailbox(to.name, to.address),
            b"\r\nSubject: ", self._fixed_subject or self._filled_subject(fill),
            b"\r\nDate: ", self._now(),
            b"\r\nMessage-ID: ", self._identity.message_id(to.letter_id).encode(),
            self._identity.echoed(to.letter_id),
            self._middle,
            f"{to.group_id or 0}{self._end}".encode(),
            b"<" + unsubscribe_url.encode() + b">\r\n" if self.scope else b"",
        ))  # fmt: skip

    def _filled_subject(self, fill: Mapping[str, str | Block]) -> bytes:
        try:
            filled = "".join(words + (as_text(fill[name]) if name else "") for words, name in self._subject)
        except KeyError as missing:
            raise EmptyPlaceholder(missing.args[0]) from None
        return headers.subject(filled)

    def _now(self) -> bytes:
        moment = clock.now().replace(microsecond=0)
        known, shown = self._date
        if known != moment:
            shown = format_datetime(moment).encode()
            self._date = (moment, shown)
        return shown


def _part_head(boundary: str, kind: str, *, first: bool = False) -> bytes:
    return (
        f"{'' if first else chr(13) + chr(10)}--{boundary}\r\nContent-Type: text/{kind}; charset=utf-8\r\n"
        "Content-Transfer-Encoding: quoted-printable\r\n\r\n"
    ).encode()


def _frame(identity: Identity, boundary: str, language: str, kind: str, scope: str) -> tuple[bytes, bytes, str]:
    """Return the headers before To's value, those after Message-ID's value, and what follows the group's number."""
    sender = headers.mailbox(identity.organisation, identity.address, "From").decode()
    top = f"From: {sender}\r\n"
    if identity.reply_to:
        top += f"Reply-To: {headers.mailbox('', identity.reply_to).decode()}\r\n"
    middle = [
        "",
        "MIME-Version: 1.0",
        f'Content-Type: multipart/alternative;\r\n boundary="{boundary}"',
        f"Content-Language: {language}",
        "Auto-Submitted: auto-generated",
    ]
    if scope:
        shown = headers.mailbox(identity.organisation, f"{scope}.{identity.domain}", "List-Id").decode()
        middle += [f"List-Id: {shown}", "List-Unsubscribe-Post: List-Unsubscribe=One-Click"]
    # campaign:kind:language:sender (Google's feedback loop: the last part names us, 5 to 15 characters)
    end = f":{kind}:{language}:{hashlib.sha256(identity.domain.encode()).hexdigest()[:12]}\r\n"
    if scope:
        end += "List-Unsubscribe: "
    return (top + "To: ").encode(), "\r\n".join([*middle, "Feedback-ID: "]).encode(), end
