"""Readable names: phrases that people of one theme use and others do not, in the very form they used.

Class-based TF-IDF over answers (an answer counts once, however often it repeats itself). Lemmas bring the
inflected forms of a phrase together; what is shown is the most frequent of those forms.
"""

import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from feedback_app.themes.engine.lemmas import lemma
from feedback_app.themes.engine.stopwords import is_stop_word
from feedback_app.themes.engine.texts import clean, words

PHRASES = 5
_LONGEST_PHRASE = 3
_RICHER = 0.45
_CLAUSES = re.compile(r"[.,;:!?…()\[\]{}\"„”“|/\n•–—]+")

Key = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Wordings:
    """The distinct phrases of one text: lemma key to the form used."""

    forms: dict[Key, str]


def wordings(text: str, language: str) -> Wordings:
    """Phrases of one to three words within a clause, with no function word at either end."""
    forms: dict[Key, str] = {}
    for clause in _CLAUSES.split(clean(text)):
        spoken = words(clause)
        keys = [lemma(word, language) for word in spoken]
        empty = [is_stop_word(w) or is_stop_word(k) for w, k in zip(spoken, keys, strict=True)]
        for start in range(len(spoken)):
            if empty[start]:
                continue
            for end in range(start + 1, min(start + _LONGEST_PHRASE, len(spoken)) + 1):
                if not empty[end - 1]:
                    forms.setdefault(tuple(keys[start:end]), " ".join(spoken[start:end]))
    return Wordings(forms)


def name_themes(texts: Sequence[Wordings], labels: Sequence[int], count: int) -> list[tuple[str, ...]]:
    """Up to PHRASES phrases per label 0..count-1, the best (fit to be the name) first.

    No phrase of a theme contains another. A label without any usable word gets an empty tuple. Negative labels
    only count as "the others".
    """
    inside: list[Counter[Key]] = [Counter() for _ in range(count)]
    overall: Counter[Key] = Counter()
    sizes = Counter(label for label in labels if label >= 0)
    for text, label in zip(texts, labels, strict=True):
        overall.update(text.forms.keys())
        if label >= 0:
            inside[label].update(text.forms.keys())
    forms = _forms(texts, labels)
    return [_phrases(inside[label], overall, sizes[label], len(texts), forms[label]) for label in range(count)]


def _forms(texts: Sequence[Wordings], labels: Sequence[int]) -> dict[int, dict[Key, Counter[str]]]:
    forms: dict[int, dict[Key, Counter[str]]] = defaultdict(lambda: defaultdict(Counter))
    for text, label in zip(texts, labels, strict=True):
        if label >= 0:
            for key, form in text.forms.items():
                forms[label][key][form] += 1
    return forms


def _phrases(
    inside: Counter[Key], overall: Counter[Key], size: int, total: int, forms: dict[Key, Counter[str]]
) -> tuple[str, ...]:
    least = 2 if size >= 4 else 1
    scores = {
        key: _telling(count, size, overall[key] - count, total - size)
        for key, count in inside.items()
        if count >= least
    }
    ranked = sorted(scores, key=lambda key: (-scores[key], -len(key), key))
    chosen = _without_overlap(_richer(ranked[:40], scores))
    return tuple(_shown(forms[key]) for key in chosen[:PHRASES])


def _telling(inside: int, size: int, outside: int, others: int) -> float:
    """How much a phrase tells a theme from the rest: share inside x log ratio of shares, in favour of long ones."""
    share, elsewhere = inside / max(1, size), (outside + 0.5) / (others + 1)
    return share * math.log(max(share / elsewhere, 1e-6))


def _richer(ranked: list[Key], scores: dict[Key, float]) -> list[Key]:
    """Longer phrases move up to just before a word they contain, when nearly as telling as that word."""
    result: list[Key] = []
    for key in ranked:
        for longer in ranked:
            if longer not in result and _contains(longer, key) and scores[longer] >= _RICHER * scores[key]:
                result.append(longer)
        if key not in result:
            result.append(key)
    return result


def _without_overlap(ranked: Iterable[Key]) -> list[Key]:
    chosen: list[Key] = []
    for key in ranked:
        if not any(_contains(key, other) or _contains(other, key) or set(key) == set(other) for other in chosen):
            chosen.append(key)
    return chosen


def _contains(longer: Key, shorter: Key) -> bool:
    span = len(shorter)
    return len(longer) > span and any(longer[at : at + span] == shorter for at in range(len(longer) - span + 1))


def _shown(forms: Counter[str]) -> str:
    return min(forms, key=lambda form: (-forms[form], form))
