"""Which of a person's own words stand in their letter. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

MOST = 3  # quotes in one letter
LENGTH = 300  # characters of one quote; the rest is left out at a word's end
ELLIPSIS = "…"


@dataclass(frozen=True)
class Spoken:
    """A mention of one person: ``theme`` is the name of the theme it is in, ``at`` when the answer came."""

    mention_id: int
    text: str
    theme: str
    at: datetime


def choose(spoken: Iterable[Spoken]) -> list[dict[str, Any]]:
    """Return at most three quotes, the longest first, none twice: ``{"text", "theme", "date", "mention"}``.

    A mention placed in two themes, and words repeated in two answers, count once. The text is the person's own,
    untouched but for shortening.
    """
    ranked = sorted(spoken, key=lambda one: (-len(one.text), one.mention_id, one.theme))
    kept: dict[str, Spoken] = {}
    for one in ranked:
        kept.setdefault(_folded(one.text), one)
    return [
        {"text": trim(one.text), "theme": one.theme, "date": one.at.date().isoformat(), "mention": one.mention_id}
        for one in list(kept.values())[:MOST]
    ]


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
