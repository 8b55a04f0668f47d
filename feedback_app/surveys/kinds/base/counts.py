"""How a group of people answered one question, as the database counted it, and what a kind makes of that. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True)
class SaidText:
    """One free text: whose (the response and its kind of contact), when, and how it begins."""

    response_id: int
    submitted_at: datetime
    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class Counts:
    """The answers of a group to one question, counted.

    ``answered``: people who answered it. ``numbers`` and ``options``: people by number and by option code, only what
    occurs. ``parts``: people by part of the question and by the value they gave it, as text. ``texts``: the latest,
    newest first.
    """

    answered: int = 0
    numbers: Mapping[int, int] = field(default_factory=dict)
    options: Mapping[str, int] = field(default_factory=dict)
    parts: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    texts: Sequence[SaidText] = ()


@dataclass(frozen=True, slots=True)
class Summary:
    """One question summed up. ``chart``: people by answer, in the order shown, nought included; kinds add to it."""

    answered: int
    chart: Mapping[str, int]
