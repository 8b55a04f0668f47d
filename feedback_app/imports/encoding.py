"""Which encoding a text file has: UTF-8 (with or without BOM) or Windows-1250, or a clear no. Pure."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from typing import BinaryIO

from feedback_app.errors import N_, Refused

UTF_8 = "utf-8-sig"  # reads files with and without BOM
WINDOWS = "cp1250"
_PIECE = 1 << 20
_LATIN = re.compile(rb"[\xc2-\xc5\xc8\xca\xcb\xcc\xe1\xe2]")  # lead bytes of Latin letters and typographic signs
_UNDEFINED = re.compile(rb"[\x81\x83\x88\x90\x98]")  # what Windows-1250 has no letter for
# Where ISO 8859-2 has ą and ś, Windows-1250 has ± and ¶; beside a letter nobody means those (nor Ľ after a small one).
_ISO_LETTERS = re.compile(rb"[A-Za-z][\xb1\xb6\xa1\xa6\xac]|[\xb1\xb6\xa1\xa6\xac][A-Za-z]|[a-z]\xbc")
_MAGIC = {b"PK\x03\x04": ".xlsx", b"\xd0\xcf\x11\xe0": ".xls", b"%PDF": ".pdf", b"\x1f\x8b": ".gz"}
_UTF_16_32 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE, codecs.BOM_UTF32_BE)
_NUL_SHARE = 0.05  # more NUL bytes than this is no text in any encoding that we read


def encoding_of(file: BinaryIO) -> str:
    """Return the Python name of the encoding of ``file``, which is read once through, a piece at a time.

    Raises Refused with what to do when the file is empty, a workbook, UTF-16, or in no encoding that fits every line.
    """
    file.seek(0)
    _refuse_what_is_no_text(file.read(64 * 1024))
    file.seek(0)
    utf8 = other = suspicious = 0  # the first lines of each sort, 0 when there is none
    for number, line in _lines(file):
        if line.isascii():
            continue
        sort = _sort(line)
        utf8 = utf8 or (number if sort == "utf-8" else 0)
        other = other or (number if sort == "other" else 0)
        suspicious = suspicious or (number if sort == "neither" else 0)
        if suspicious or (utf8 and other):
            raise _unreadable(suspicious or max(utf8, other))
    return WINDOWS if other else UTF_8


def _sort(line: bytes) -> str:
    """Say how the letters beyond ASCII in ``line`` are written: "utf-8", "other" (Windows-1250) or "neither"."""
    try:
        line.decode("utf-8")
    except UnicodeDecodeError:
        bad = _UNDEFINED.search(line) or _ISO_LETTERS.search(line)
        return "neither" if bad else "other"
    # "PÓŁ" in Windows-1250 happens to be valid UTF-8, but for a Cyrillic letter: such a line decides nothing
    return "utf-8" if _LATIN.search(line) else "either"


def _lines(file: BinaryIO) -> Iterator[tuple[int, bytes]]:
    """Yield numbered lines; one that is longer than a piece comes in pieces, none cut inside a letter."""
    number, carry = 1, b""
    while piece := file.readline(_PIECE):
        line, carry = carry + piece, b""
        if not line.endswith(b"\n") and len(piece) == _PIECE:
            whole = len(line) - _tail(line)
            line, carry = line[:whole], line[whole:]
        yield number, line
        number += line.endswith(b"\n")
    if carry:
        yield number, carry


def _tail(line: bytes) -> int:
    """Return how many bytes at the end may be the beginning of an unfinished letter (0 to 3)."""
    for size in (1, 2, 3):
        byte = line[-size]
        if byte >= 0xC0:  # a lead byte: its letter has two bytes, three or four
            return size if size < 2 + (byte >= 0xE0) + (byte >= 0xF0) else 0
        if byte < 0x80:
            break
    return 0


def _refuse_what_is_no_text(head: bytes) -> None:
    if not head.strip(b" \t\r\n\0" + codecs.BOM_UTF8):
        raise Refused(N_("The file is empty. Choose a CSV file whose first row names the columns."))
    kind = next((name for magic, name in _MAGIC.items() if head.startswith(magic)), "")
    if kind:
        raise Refused(
            N_("This is a %(kind)s file, not CSV. Open it in a spreadsheet and save it as “CSV UTF-8”."), kind=kind
        )
    if head.startswith(_UTF_16_32) or _looks_like_utf16(head):
        raise Refused(N_("The file is written in UTF-16 (“Unicode text”). Save it as “CSV UTF-8” and try again."))
    if head.count(0) > len(head) * _NUL_SHARE:
        raise Refused(N_("This is not a text file. Save the list as “CSV UTF-8” and try again."))


def _looks_like_utf16(head: bytes) -> bool:
    """True when every other byte is mostly NUL, as in UTF-16 without BOM."""
    half = len(head) // 2
    return half > 1 and (head[1::2].count(0) > half * 0.7) != (head[::2].count(0) > half * 0.7)


def _unreadable(line: int) -> Refused:
    return Refused(
        N_(
            "Line %(line)s of the file is written in another encoding than the rest, or in none that we read "
            "(UTF-8, Windows-1250). Save the list as “CSV UTF-8” and try again; nothing was imported."
        ),
        line=line,
    )
