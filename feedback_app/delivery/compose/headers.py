"""Header values that no name or text can break out of (RFC 5322, RFC 2047). Pure."""

from __future__ import annotations

import base64
import re

from feedback_app.delivery.compose.placeholders import plain

WORD_BYTES = 45  # 60 characters of base64 and 12 around it: within the 75 of an encoded-word (RFC 2047 2)
LINE = 76
SUBJECT_LONGEST = 400
NAME_LONGEST = 100
ATOMS = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?: [A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*")


def subject(text: str) -> bytes:
    """Return the value of a Subject header: one logical line, folded, ASCII whatever ``text`` holds."""
    return _unstructured(plain(text)[:SUBJECT_LONGEST], len("Subject: ")).encode()


def mailbox(name: str, address: str, header: str = "To") -> bytes:
    """Return ``name <address>`` as a header value. ``address`` must be one that addresses.parse accepted.

    An address with letters outside ASCII stays UTF-8 (RFC 6532), which only SMTPUTF8 may carry.
    """
    name = plain(name)[:NAME_LONGEST].strip()
    if not name:
        return address.encode()
    start = len(header) + 2
    if start + len(name) + len(address) + 3 <= LINE and ATOMS.fullmatch(name) and "=?" not in name:
        return f"{name} <{address}>".encode()
    if not name.isascii() or "=?" in name:
        phrase = _words(name, start)
    elif ATOMS.fullmatch(name):  # too long for one line
        phrase = name
    else:
        phrase = '"' + name.replace("\\", "\\\\").replace('"', '\\"') + '"'
    last = len(phrase) - phrase.rfind("\n") - 1 + (start if "\n" not in phrase else 0)
    gap = " " if last + len(address) + 3 <= LINE else "\r\n "
    return f"{phrase}{gap}<{address}>".encode()


def _unstructured(text: str, start: int) -> str:
    if text.isascii() and "=?" not in text and start + len(text) <= LINE:
        return text
    return _words(text, start)


def _words(text: str, start: int) -> str:
    """Return ``text`` as encoded-words of whole characters, folded; ``start`` columns are taken on the first line."""
    if len(whole := text.encode()) <= max(3, (LINE - start - 12) // 4 * 3) and len(whole) <= WORD_BYTES:
        return _word(whole)
    words: list[str] = []
    room = min(WORD_BYTES, max(3, (LINE - start - 12) // 4 * 3))
    piece = b""
    for character in text:
        raw = character.encode()
        if len(piece) + len(raw) > room:
            words.append(_word(piece))
            piece, room = b"", WORD_BYTES
        piece += raw
    words.append(_word(piece))
    return "\r\n ".join(words)


def _word(raw: bytes) -> str:
    return f"=?utf-8?b?{base64.b64encode(raw).decode()}?="
