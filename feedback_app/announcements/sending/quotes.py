"""Which of a person's own words stand in their letter. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any, NamedTuple

MOST = 3  # quotes in one letter
LENGTH = 300  # characters of one quote; the rest is left out at a word's end
ELLIPSIS = "…"
GAP = 3  # characters between two pieces of one sentence: a comma and a blank, a dash


class Spoken(NamedTuple):
    """A mention of one person: ``theme`` is the name of the theme it is in, ``at`` when the answer came.

    ``text`` stands in ``answer``, the whole answer, from character ``start`` on; without ``answer`` it stands alone.
    """

    mention_id: int
    text: str
    theme: str
    at: datetime
    answer_id: int = 0
    start: int = 0
    answer: str = ""

    @property
    def end(self) -> int:
        """Where it ends in the answer."""
        return self.start + len(self.text)


def choose(spoken: Iterable[Spoken]) -> list[dict[str, Any]]:
    """Return at most three quotes, the three longest as they were said: ``{"text", "theme", "date", "mention"}``.

    A mention placed in two themes, and words repeated in two answers, count once; neighbours in one answer become one
    quote, as they were one thought. The text is the person's own, untouched but for shortening.
    """
    pieces = list(spoken)
    if len(pieces) > 1:  # most people say one thing, and a million of them are told at once
        pieces = _chosen(pieces)
    return [
        {"text": trim(one.text), "theme": one.theme, "date": one.at.date().isoformat(), "mention": one.mention_id}
        for one in pieces
    ]


def _chosen(spoken: list[Spoken]) -> list[Spoken]:
    ranked = sorted(_joined(spoken), key=lambda one: (-len(one.text), one.mention_id, one.theme))
    kept: dict[str, Spoken] = {}
    for one in ranked:
        kept.setdefault(_folded(one.text), one)
    return sorted(list(kept.values())[:MOST], key=lambda one: (one.at, one.answer_id, one.start))


def _joined(spoken: Iterable[Spoken]) -> list[Spoken]:
    """Return the mentions with neighbours of one answer made one; their text is then cut from the answer itself."""
    joined: list[Spoken] = []
    for one in sorted(spoken, key=lambda one: (one.answer_id, one.start, one.mention_id, one.theme)):
        last = joined[-1] if joined else None
        if last and one.answer and one.answer_id == last.answer_id and one.start <= last.end + GAP:
            joined[-1] = last._replace(text=one.answer[last.start : max(last.end, one.end)])
        else:
            joined.append(one)
    return joined


def trim(text: str, length: int = LENGTH) -> str:
    """Return ``text``, or its beginning up to the end of a word with an ellipsis, at most ``length`` characters."""
    text = text.strip()
    if len(text) <= length:
        return text
    head = text[:length]  # one more than can stay: a word that ends exactly at the edge is whole
    whole = head.rsplit(None, 1)[0] if any(sign.isspace() for sign in head) else head[:-1]
    if len(whole) < length // 2:  # one endless word: better cut than nearly all of it lost
        whole = head[:-1]
    return whole.rstrip(" \t\n,;:–—-(„“\"'") + ELLIPSIS


def _folded(text: str) -> str:
    return " ".join(text.split()).casefold()
