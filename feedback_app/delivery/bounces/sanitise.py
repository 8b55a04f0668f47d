"""Making a stranger's message fit to be parsed: every cost of the standard parser gets a bound. Pure.

The parser tries each line against every open boundary, walks into every message inside a message, and splits a header's
parameters in quadratic time; a message of some kilobytes can be made to keep it busy for minutes.
"""

from __future__ import annotations

import codecs

LARGEST = 256 * 1024  # bytes that are read of one message: reports stand before the letter they return
MOST_LINES = 8000
LONGEST_LINE = 2000  # RFC 5322 2.1.1 allows 998
LONGEST_FIELD = 8000  # a header with its folded lines
NESTING = 40  # parts inside parts, counted generously: every line that could open one

BOMS = ((codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"), (codecs.BOM_UTF8, "utf-8-sig"))


def tamed(raw: bytes) -> bytes:
    """Return ``raw`` cut to size: total, lines and their length, folded headers, nesting. Takes linear time."""
    raw = _plain(raw[:LARGEST]).lstrip(b"\r\n")
    if raw.startswith((b"From ", b">From ")):  # an mbox kept its mark
        raw = raw.partition(b"\n")[2]
    kept: list[bytes] = []
    folded = opened = 0
    for line in raw.splitlines(keepends=True)[:MOST_LINES]:
        folded = folded + len(line) if line[:1] in b" \t" and line.strip() else 0
        if folded > LONGEST_FIELD:
            continue
        lower = line[:LONGEST_LINE].lower()
        opened += b"boundary" in lower or b"message/" in lower
        if opened > NESTING:
            break
        kept.append(line if len(line) <= LONGEST_LINE else line[:LONGEST_LINE] + b"\n")
    return b"".join(kept)


def _plain(raw: bytes) -> bytes:
    """Return the bytes of a message that somebody saved in another encoding than mail has."""
    for mark, name in BOMS:
        if raw.startswith(mark):
            return raw.decode(name, "replace").encode()
    return raw
