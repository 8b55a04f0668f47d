"""Free-text answers cut into mentions: pieces about one thing each, with their place in the answer. Pure.

The numerical libraries are loaded when the first answer is cut, so that a process that only knows of `Piece` never
takes them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from feedback_app.themes.engine.mentions.reader import Reading

VERSION = 1
"""Rises when the same answer would be cut differently."""

_BLOCK = 256


@dataclass(frozen=True, slots=True)
class Piece:
    """One piece of an answer: `answer[start:end] == text`.

    A mention has `content` and a `tone` (complaint, wish, praise, question or neutral), right with the probability
    `sure`. Without content a piece is never grouped: an `aside` beside mentions (a greeting, small talk), or all of an
    answer that says nothing ("none", "no complaints", "we moved away").
    """

    start: int
    end: int
    text: str
    content: bool
    aside: bool = False
    tone: str = ""
    sure: float = 0.0


def cut(text: str) -> list[Piece]:
    """The pieces of one answer, in order, without overlap; see `cut_all`, which is faster for many."""
    return cut_all([text])[0]


def cut_all(texts: Sequence[str]) -> list[list[Piece]]:
    """The pieces of each answer: mentions, and what is beside them. Any `str` is accepted, NUL and emoji included.

    A mention is what is said about one thing, never with a full stop at its end nor with the "but" or "and" before
    it; together the pieces hold every other word. Linear in the length of a text. An answer without words or emoji
    has no piece. The first call of a process loads models and dictionaries (two seconds): call it where nobody waits.
    """
    read = _reader()
    pieces: list[list[Piece]] = []
    for start in range(0, len(texts), _BLOCK):
        block = texts[start : start + _BLOCK]
        pieces += map(_pieces, block, read(block))
    return pieces


@lru_cache(maxsize=1)
def _reader() -> Callable[[Sequence[str]], list[Reading]]:
    """What reads, loaded once: with the sentence encoder where this machine has it, else by words alone."""
    from feedback_app.themes.engine.mentions import reader, vectors, weights  # noqa: PLC0415 - see the top

    name, encode = vectors.encoder()
    return partial(reader.read, weights=weights.load(name), encode=encode)


def _pieces(text: str, reading: Reading) -> list[Piece]:
    if not reading.mentions:
        return _without_content(text, reading.asides)
    said = [Piece(m.start, m.end, text[m.start : m.end], True, False, m.tone, m.sure) for m in reading.mentions]
    beside = [Piece(start, end, text[start:end], False, True) for start, end in reading.asides]
    return sorted([*said, *beside], key=lambda piece: piece.start)


def _without_content(text: str, asides: Sequence[tuple[int, int]]) -> list[Piece]:
    if not asides:
        return []
    start, end = asides[0][0], asides[-1][1]
    return [Piece(start, end, text[start:end], False)]
