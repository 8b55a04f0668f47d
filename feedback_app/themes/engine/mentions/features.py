"""What the decisions about an answer's units are made from: vectors, and what can be counted. A row is a unit."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from feedback_app.themes.engine.mentions import lexicon
from feedback_app.themes.engine.mentions.polarity import polarity
from feedback_app.themes.engine.mentions.units import Parsed, Unit
from feedback_app.themes.engine.mentions.wording import Grams, grams
from feedback_app.themes.engine.text.clause_words import is_verb

Rows = NDArray[np.float32]

_SENTENCE, _NEIGHBOUR, _ANSWER = 0.5, 0.3, 0.5
_PRODUCT, _BOTH = 10.0, 0.7
_LONG_UNIT, _BIG_UNIT = 8, 4
_FAR = 6.0
"""The log odds of a boundary at either end of an answer."""


@dataclass(frozen=True)
class Described:
    """An answer with the vectors of its units: the rows of everything that is learnt about it."""

    parsed: Parsed
    vectors: Rows

    @cached_property
    def words(self) -> list[list[str]]:
        """The words of each unit."""
        return [lexicon.words(self.parsed.words_of(unit)) for unit in self.parsed.units]

    @cached_property
    def grams(self) -> list[Grams]:
        """The hashed wording of each unit."""
        return [grams(self.parsed.words_of(unit)) for unit in self.parsed.units]

    @cached_property
    def counted(self) -> Rows:
        """What can be counted about each unit."""
        return np.array([_counted(self, at) for at in range(len(self.parsed.units))], np.float32)

    @cached_property
    def whole(self) -> Rows:
        """About the vector of the whole answer: the mean of its units, the longer the heavier."""
        return mean_vector(self.vectors, self.parsed.units)

    @cached_property
    def units(self) -> Rows:
        """One row per unit: is it an aside? Its vector, its surroundings, and what can be counted."""
        inside = self._sentence_vectors()
        nothing = np.zeros((1, self.vectors.shape[1]), np.float32)
        before, after = np.vstack([nothing, self.vectors[:-1]]), np.vstack([self.vectors[1:], nothing])
        whole = np.repeat(self.whole[None] * _ANSWER, len(self.vectors), axis=0)
        parts = [self.vectors, inside * _SENTENCE, before * _NEIGHBOUR, after * _NEIGHBOUR, whole, self.counted]
        return np.hstack(parts).astype(np.float32)

    @cached_property
    def seams(self) -> Rows:
        """One row per unit but the first: does a boundary lie before it, given that both sides are of mentions?"""
        left, right = self.vectors[:-1], self.vectors[1:]
        counted = np.array([_seam(self, at) for at in range(1, len(self.vectors))], np.float32)
        near = np.einsum("ij,ij->i", left, right)[:, None]
        parts = [
            counted,
            near,
            near * counted[:, :1],
            left * right * _PRODUCT,
            right * _BOTH,
            left * _BOTH,
            self.counted[1:],
            self.counted[:-1],
        ]
        return np.hstack(parts).astype(np.float32)

    def _sentence_vectors(self) -> Rows:
        rows, units = np.empty_like(self.vectors), self.parsed.units
        start = 0
        for end in range(1, len(units) + 1):
            if end == len(units) or units[end].opens:
                rows[start:end] = mean_vector(self.vectors[start:end], units[start:end])
                start = end
        return rows


def mean_vector(vectors: Rows, units: Sequence[Unit]) -> Rows:
    """The unit-length mean of the vectors of units, weighted by the root of their length."""
    weights = np.sqrt(np.array([unit.end - unit.start for unit in units], np.float32))
    mean = weights @ vectors
    return np.asarray(mean / max(float(np.linalg.norm(mean)), 1e-9), np.float32)


def _counted(described: Described, at: int) -> list[float]:
    units, spoken = described.parsed.units, described.words[at]
    unit, text = units[at], described.parsed.words_of(units[at])
    begin, end = described.parsed.sentences[unit.sentence]
    length, last = len(spoken), units[-1].sentence
    closes = at + 1 == len(units) or units[at + 1].opens
    first = spoken[0] if spoken else ""
    return [
        math.log1p(length), length <= 1, length <= 2, length <= 3, length >= _LONG_UNIT,
        math.log1p((end - begin) / 6), end - begin <= 20,
        any(is_verb(word, described.parsed.polish) for word in spoken),
        *(lexicon.count(spoken, listed) for listed in _LISTS),
        any(map(lexicon.FIRST_PERSON.fullmatch, spoken)), "?" in text, "!" in text,
        any(map(str.isdigit, text)), any(mark in text for mark in '"„“'),
        unit.start / max(1, len(described.parsed.text)), unit.sentence == 0, unit.sentence == last, at == 0,
        at == len(units) - 1, len(units) == 1, last == 0, math.log1p(len(units)),
        math.log1p(len(described.parsed.text)) / 3, unit.opens, closes, unit.opens and closes, unit.item,
        any(ord(character) > 0x2600 for character in text), first in _WE, first in _IT,
        *(first in kind for kind in lexicon.CLASSES),
    ]  # fmt: skip


_LISTS = (
    lexicon.NEGATION,
    lexicon.PRAISE,
    lexicon.WISH,
    lexicon.COMPLAINT,
    lexicon.OWN,
    lexicon.ADDRESSED,
    lexicon.GREETING,
)
_WE = frozenset(("i", "i'm", "i've", "i'd", "we", "my"))
_IT = frozenset(("it", "that", "to", "this", "he", "she", "they"))


def _seam(described: Described, at: int) -> list[float]:
    text, left, right = described.parsed.text, described.parsed.units[at - 1], described.parsed.units[at]
    before, after = described.words[at - 1], described.words[at]
    gap, mark, same = text[left.end : right.start], text[left.end - 1], left.sentence == right.sentence
    first = after[0] if after else ""
    kinds = [first in kind for kind in lexicon.CLASSES]
    return [
        same, not same and mark == ".", mark == "?", mark == "!", "\n" in gap, "," in gap,
        any(dash in gap for dash in "-–—"), ";" in gap or mark == ";", same and not gap.strip(), ":" in gap,
        right.item and right.opens, right.clause, right.clause and not any(kinds),
        len(after) <= 2, len(after) <= 4, len(before) <= 2, len(before) <= 4,
        math.log1p(min(len(after), len(before))), *kinds, *(same and kind for kind in kinds),
        *_turns(before, after), same and min(len(after), len(before)) >= _BIG_UNIT,
    ]  # fmt: skip


def _turns(before: list[str], after: list[str]) -> tuple[float, float, bool, bool]:
    """Do the lists of words say that praise turns into complaint, or a report into a wish?"""
    count = lexicon.count
    bad = [count(side, lexicon.COMPLAINT) + count(side, lexicon.NEGATION) for side in (before, after)]
    good = [count(side, lexicon.PRAISE) for side in (before, after)]
    wished = [count(side, lexicon.WISH) > 0 for side in (before, after)]
    return good[1] * bad[0], good[0] * bad[1], (good[0] > 0) != (good[1] > 0), wished[0] != wished[1]


@dataclass(frozen=True, slots=True)
class Odds:
    """Log odds per unit that it is an aside, and per seam that a boundary lies there."""

    aside: Rows
    boundary: Rows


def span_features(described: Described, odds: Odds, spans: Sequence[tuple[int, int]]) -> Rows:
    """One row per span of units (first, last): is it a mention, neither too wide nor too narrow?"""
    around = _Around(described, odds)
    return np.array([around.row(first, last) for first, last in spans], np.float32)


class _Around:
    def __init__(self, described: Described, odds: Odds) -> None:
        units = described.parsed.units
        self.units, self.counted, self.chars = units, described.counted, max(1, len(described.parsed.text))
        self.sizes = np.array([unit.end - unit.start for unit in units], np.float64)
        self.aside = odds.aside.astype(np.float64)
        self.seams = np.concatenate([[_FAR], odds.boundary, [_FAR]]).astype(np.float64)  # seams[i] is before unit i
        self.sides = np.concatenate([[_FAR], self.aside, [_FAR]])  # sides[i] is of unit i - 1
        self.chance = _logistic(self.aside)
        self.softened = np.log1p(np.exp(self.aside))
        self.kept = np.log1p(np.exp(self.seams))

    def row(self, first: int, last: int) -> list[float]:
        units, inner = self.units, self.seams[first + 1 : last + 1]
        sizes, aside = self.sizes[first : last + 1], self.aside[first : last + 1]
        share = sizes / sizes.sum()
        left, right = self._ends(self.sides[first], self.seams[first]), self._ends(*self._right(last))
        opens, closes = units[first].opens, last + 1 == len(units) or units[last + 1].opens
        return [
            last - first + 1, units[last].sentence - units[first].sentence, math.log(sizes.sum()),
            aside @ share, aside.min(), aside.max(), aside[0], aside[-1], self.chance[first : last + 1] @ share,
            self.sides[first], self.sides[last + 2], self.seams[first], self.seams[last + 1], left, right,
            math.log(left + 1e-3), math.log(right + 1e-3), inner.max() if len(inner) else -_FAR, inner.sum(),
            self.kept[first + 1 : last + 1].sum(), self.softened[first : last + 1].sum(), opens, closes,
            opens and closes, first > 0 and not opens, last + 1 < len(units) and not closes,
            sizes.sum() / self.chars, math.log(len(units)), first == 0, last == len(units) - 1, share[0], share[-1],
            units[first].item, any(unit.item and unit.opens for unit in units[first + 1 : last + 1]),
            *self.counted[first, 1:3], *self.counted[first, -8:],
        ]  # fmt: skip

    def _right(self, last: int) -> tuple[float, float]:
        return self.sides[last + 2], self.seams[last + 1]

    @staticmethod
    def _ends(side: float, seam: float) -> float:
        """How likely it is that a mention ends here: an aside or a boundary follows."""
        return 1.0 - float((1.0 - _logistic(side)) * (1.0 - _logistic(seam)))


def _logistic(odds: NDArray[np.float64] | float) -> NDArray[np.float64]:
    return np.asarray(1.0 / (1.0 + np.exp(-np.asarray(odds))))


def tone_counts(text: str) -> list[float]:
    """What can be counted about a mention and tells its tone."""
    spoken = lexicon.words(text)
    first = spoken[0] if spoken else ""
    listed = (lexicon.NEGATION, lexicon.PRAISE, lexicon.WISH, lexicon.COMPLAINT, lexicon.OWN, lexicon.ADDRESSED)
    return [
        *(lexicon.count(spoken, one) for one in listed),
        "?" in text, text.rstrip("\"”'. )").endswith("?"), "!" in text, any(map(str.isdigit, text)),
        math.log1p(len(spoken)), any(map(lexicon.CONDITIONAL.fullmatch, spoken)), first in lexicon.ASKING,
        any(map(lexicon.FIRST_PERSON.fullmatch, spoken)), *polarity(text),
    ]  # fmt: skip
