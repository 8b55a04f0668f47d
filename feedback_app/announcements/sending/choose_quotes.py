"""Which of a person's own words stand in their letter: only voices, whole and understandable. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from itertools import groupby
from typing import Any, NamedTuple

from feedback_app.themes.engine.quoting.quotation import Quotation, exactly, quotation

MOST = 3  # quotes in one letter


class Spoken(NamedTuple):
    """A voice of one person: ``subject`` names the process of the change it answers, ``at`` when the answer came.

    ``text`` stands in ``answer``, the whole answer, from character ``start`` on; without ``answer`` it stands alone.
    ``first`` and ``after``: the stretch of the answer that somebody chose. ``chance``: how sure the voice is.
    """

    mention_id: int
    text: str
    subject: str
    at: datetime
    answer_id: int = 0
    start: int = 0
    answer: str = ""
    language: str = "en"
    first: int | None = None
    after: int | None = None
    chance: float = 1.0

    @property
    def span(self) -> tuple[int, int]:
        """Where it stands in the answer."""
        return self.start, self.start + len(self.text)


def choose(spoken: Iterable[Spoken]) -> list[dict[str, Any]]:
    """Return at most three quotes in the order they were said: ``{"text", "theme", "date", "mention"}``.

    Voices of one answer are printed together, as they were one thought; a stretch that somebody chose stands as it
    is. Words repeated count once; of more than three the surest stay. What cannot be printed whole is not quoted.
    """
    ordered = sorted(spoken, key=lambda one: (one.at, one.answer_id, one.start, one.mention_id))
    made = [one for _, pieces in groupby(ordered, key=_together) if (one := _printed(list(pieces)))]
    kept: dict[str, tuple[float, dict[str, Any]]] = {}
    for chance, quote in made:
        kept.setdefault(_folded(quote["text"]), (chance, quote))
    surest = sorted(kept.values(), key=lambda one: -one[0])[:MOST]
    return [quote for one in kept.values() if one in surest for quote in [one[1]]]


def _together(spoken: Spoken) -> tuple[int, int]:
    """What is printed as one: all voices of an answer, but those of which somebody chose the stretch."""
    alone = spoken.first is not None or not spoken.answer
    return spoken.answer_id, spoken.mention_id if alone else 0


def _printed(pieces: list[Spoken]) -> tuple[float, dict[str, Any]] | None:
    first = pieces[0]
    made = _quotation(pieces)
    if made is None:
        return None
    day = first.at.date().isoformat()
    quote = {"text": made.text, "theme": first.subject, "date": day, "mention": first.mention_id}
    return max(one.chance for one in pieces), quote


def _quotation(pieces: list[Spoken]) -> Quotation | None:
    first = pieces[0]
    if first.first is not None and first.after is not None:
        return exactly(first.answer, first.first, first.after)
    if not first.answer:
        return quotation(first.text, [(0, len(first.text))], first.language)
    return quotation(first.answer, [one.span for one in pieces], first.language)


def _folded(text: str) -> str:
    return " ".join(text.split()).casefold()
