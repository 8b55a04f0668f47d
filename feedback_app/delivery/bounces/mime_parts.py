"""Looking into a parsed message that may be damaged: its parts, its texts, its fields. Pure."""

from __future__ import annotations

import email.header
import re
from collections.abc import Iterator
from email.message import Message

SNIPPET = 20_000  # of each part, in which our ids and the words of a mail system are looked for
MOST_PARTS = 100
LONGEST_FIELD = 1000  # of a header that is decoded: the decoder's time may grow faster than the text
# encodings that cost no more than they should; "punycode" and its like are names of encodings, too
CHARSETS = re.compile(
    r"utf-?(?:8|16|32)(?:-?[lb]e)?|us-ascii|iso-8859-\d+|windows-\d+|cp\d+|koi8-[ru]|gb\w+|big5|shift_jis|euc-\w+"
    r"|iso-2022-\w+",
    re.IGNORECASE,
)


def parts(message: Message) -> Iterator[Message]:
    """Yield the message and what is inside it, as deep as it goes, up to a bound."""
    for count, part in enumerate(message.walk()):
        if count >= MOST_PARTS:
            return
        yield part


def texts(message: Message, *, headers: bool = False) -> Iterator[str]:
    """Yield the decoded texts of all parts, with ``headers`` each part's headers before its text."""
    for part in parts(message):
        if headers:
            yield "\n".join(f"{name}: {value}" for name, value in part.items())[:SNIPPET]
        if not part.is_multipart():
            yield text_of(part)


def text_of(part: Message) -> str:
    """Return the beginning of one part's text, whatever its encoding."""
    payload = part.get_payload(decode=True)
    if not isinstance(payload, bytes):
        return ""
    charset = part.get_content_charset("utf-8") or "utf-8"
    try:
        return payload[:SNIPPET].decode(charset if CHARSETS.fullmatch(charset) else "utf-8", "replace")
    except LookupError:
        return payload[:SNIPPET].decode("utf-8", "replace")


def named(block: Message) -> dict[str, str]:
    """Return the headers of ``block`` by lower-case names."""
    return {name.lower(): str(value) for name, value in block.items()}


def decoded(value: object) -> str:
    """Return a header's text with its encoded-words read (RFC 2047)."""
    pieces = email.header.decode_header(str(value)[:LONGEST_FIELD])
    return "".join(
        piece.decode(charset if charset and CHARSETS.fullmatch(charset) else "utf-8", "replace")
        if isinstance(piece, bytes)
        else piece
        for piece, charset in pieces
    )


def printable(text: str, longest: int) -> str:
    """Return ``text`` on one line as a database takes it: no control characters, no half surrogates."""
    line = " ".join(text.split())
    return "".join(one if one.isprintable() else "?" for one in line)[:longest].strip()
