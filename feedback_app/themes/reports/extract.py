"""Of many sentences the few that stand for them all, none of which says what another says. Pure.

SumBasic (Nenkova and Vanderwende, 2005): a sentence is worth the mean frequency of its words; what a chosen sentence
has said counts little from then on. No model and no dictionary: a page can afford it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

FEWEST, MOST = 3, 5
"""Sentences of a summary, where there are so many."""

ALIKE, CONTAINED = 0.5, 0.8
"""Share of common words, of all and of the shorter one's, from which two sentences say the same."""

WORTH = 0.5
"""Beyond the fewest, a sentence must be worth this share of the first one."""

_FULL = 6  # words from which a sentence explains itself


@dataclass(frozen=True, slots=True)
class Sentence:
    """``id`` of what was said, its telling words in their base form, and how sure it belongs here (0..1)."""

    id: int
    words: frozenset[str]
    sure: float = 1.0


def choose(sentences: Sequence[Sentence], accept: Callable[[Sentence], bool]) -> list[Sentence]:
    """Return three to five of the sentences that ``accept`` lets pass, the most representative first.

    ``accept`` is asked about few of them, so that it may be slow. What says the same as a chosen one is passed over.
    """
    left = [one for one in sentences if one.words]
    frequency = Counter(word for one in left for word in one.words)
    weight = {word: count / len(left) for word, count in frequency.items() if count > 1}
    chosen: list[Sentence] = []
    least = 0.0
    while left and len(chosen) < MOST:
        best = max(left, key=lambda one: (_worth(one, weight), -one.id))
        worth = _worth(best, weight)
        if len(chosen) >= FEWEST and worth < least:
            break
        left.remove(best)
        if accept(best):
            chosen.append(best)
            least = least or WORTH * worth
            weight.update({word: weight[word] ** 2 for word in best.words if word in weight})
            left = [one for one in left if not alike(one, best)]
    return chosen


def _worth(one: Sentence, weight: dict[str, float]) -> float:
    return one.sure * sum(weight.get(word, 0.0) for word in one.words) / max(_FULL, len(one.words))


def alike(sentence: Sentence, other: Sentence) -> bool:
    """True when two sentences share half of all their words, or one has hardly a word that the other has not."""
    common = len(sentence.words & other.words)
    whole, shorter = len(sentence.words | other.words), min(len(sentence.words), len(other.words))
    return common >= ALIKE * whole or (shorter > 1 and common >= CONTAINED * shorter)
