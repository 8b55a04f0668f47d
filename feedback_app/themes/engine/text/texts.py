"""Cleaning, hashing and tokenising one text. Everything here is linear in the length of the text."""

import hashlib
import re
import unicodedata

LONGEST = 1_000
"""Characters of a text that the engine reads. A mention is a sentence or two; the rest of a rant adds only time."""

_SPACE = re.compile(r"\s+")
_NUMBERS = re.compile(r"\d[\d.,:%/-]*")
_WORDS = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
_DROPPED = {"Cc", "Cf", "Cs", "Co", "Cn"}


def clean(text: str) -> str:
    """The text as the engine reads it: NFC, no control characters, single spaces, at most LONGEST characters.

    Total and idempotent: any `str` is accepted, lone surrogates included.
    """
    head = text[: 4 * LONGEST]
    if not head.isascii():
        head = "".join(" " if unicodedata.category(c) in _DROPPED else c for c in head)
        head = unicodedata.normalize("NFC", head)
    elif not head.isprintable():
        head = "".join(c if c.isprintable() else " " for c in head)
    return _SPACE.sub(" ", head).strip()[:LONGEST].rstrip()


def text_key(text: str) -> str:
    """The 32-digit hash under which everything about this text may be cached.

    Texts that differ only in case of control characters and spacing share a key, because the engine reads
    them alike. BLAKE2b, 128 bits.
    """
    return hashlib.blake2b(clean(text).encode("utf-8"), digest_size=16).hexdigest()


def words(text: str) -> list[str]:
    """The words of a text, lower case, digits left out; apostrophes and hyphens inside a word stay."""
    return _WORDS.findall(text.casefold())


def has_content(text: str) -> bool:
    """Is there anything to group: at least one word with two letters, or one letter of a script without spaces?"""
    return any(len(word) > 1 or ord(word) > 0x2E80 for word in words(clean(text)))


def without_numbers(text: str) -> str:
    """The text with every number written as 0: amounts and dates say little about what a text is about."""
    return _NUMBERS.sub("0", text)


def spelled_words(text: str) -> list[str]:
    """The words of `words`, as they are written."""
    return _WORDS.findall(text)
