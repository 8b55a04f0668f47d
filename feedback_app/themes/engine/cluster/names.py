"""Readable names: phrases that people of one theme use and others do not, in a form fit for a heading.

Class-based TF-IDF over answers (an answer counts once, however often it repeats itself), language by language, so
that a small language is not drowned; then what the phrase means: it must lie near the middle of its own theme and
far from the others. Dictionary forms bring the inflected forms of a phrase together; what is shown is a form people
used, the nominative where they used it, and for a single Polish word its dictionary form.
"""

import math
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from feedback_app.themes.engine.text.phrases import Key, Wordings, fitness
from feedback_app.themes.engine.text.word_kinds import base_form
from feedback_app.themes.engine.vectors.embedders import Vectors, unit

PHRASES = 5
_CANDIDATES, _MOST_CANDIDATES, _FEWEST_CANDIDATES = 3_000, 40, 12
_SECOND_LANGUAGE = 0.15
"""A language of so many of a theme's mentions has a say among its key phrases."""

_MEANING = 0.25
"""How much of its rank a phrase keeps that means nothing in particular to its theme; 1 would ignore meaning."""

_DOUBT = 2.0
_LEAST_TELLING = 1.02
"""What is said everywhere tells little, but names a theme better than nothing does."""

_RICHER = 0.25
"""A longer phrase goes before a word of its own when it scores at least so much of what the word does."""

_COMMON = 3.0
"""A word alone is worth its full score where it is so many times as frequent as in the whole collection."""

_VARIETY = 0.35

Meaning = Callable[[Sequence[str], Sequence[str]], Vectors]
"""Phrases and their languages to comparable unit vectors."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A phrase that may name a theme: its key, the form shown, and how well it would do."""

    key: Key
    shown: str
    score: float

    @property
    def words(self) -> frozenset[str]:
        """Dictionary forms of its words, whatever their language."""
        return frozenset(self.key[1:])


def name_themes(
    texts: Sequence[Wordings], labels: Sequence[int], centres: Vectors, meaning: Meaning
) -> list[tuple[str, ...]]:
    """Up to PHRASES phrases per row of `centres` (labels 0, 1...), the best (fit to be the name) first.

    No phrase of a theme contains another, and no two themes begin with the same one. The name is in the language of
    most mentions; other languages with a fair share of them have their own among the rest. A label without any
    usable word gets an empty tuple. Negative labels only count as "the others".
    """
    counts = _Counts(texts, labels, len(centres))
    drafts = [counts.candidates(label) for label in range(len(centres))]
    flat = list(dict.fromkeys((one.key[0], one.shown) for draft in drafts for one in draft))
    place = {phrase: row for row, phrase in enumerate(flat)}
    vectors = meaning([shown for _, shown in flat], [language for language, _ in flat]) if flat else centres[:0]
    near = vectors @ centres.T
    ranked = [_ranked(draft, label, near, place) for label, draft in enumerate(drafts)]
    firsts = _firsts(ranked, [counts.shares(label) for label in range(len(centres))])
    return [
        _varied(ranked[label], firsts[label], counts.shares(label), vectors, place) for label in range(len(centres))
    ]


class _Counts:
    """In how many texts each phrase stands: per theme and in all, by language."""

    def __init__(self, texts: Sequence[Wordings], labels: Sequence[int], count: int) -> None:
        self._inside: list[Counter[Key]] = [Counter() for _ in range(count)]
        self._spoken: list[Counter[str]] = [Counter() for _ in range(count)]
        self._overall: Counter[Key] = Counter()
        self._all_spoken: Counter[str] = Counter()
        self._forms: dict[Key, Counter[str]] = defaultdict(Counter)
        self._spelling: dict[str, Counter[str]] = defaultdict(Counter)
        for text, label in zip(texts, labels, strict=True):
            self._overall.update(text.forms.keys())
            self._all_spoken[text.language] += 1
            for key, form in text.forms.items():
                self._forms[key][form] += 1
            for word, written in text.spelling.items():
                self._spelling[word][written] += 1
            if label >= 0:
                self._inside[label].update(text.forms.keys())
                self._spoken[label][text.language] += 1
        themes = max(1, count)
        self._most = max(_FEWEST_CANDIDATES, min(_MOST_CANDIDATES, _CANDIDATES // themes))

    def shares(self, label: int) -> dict[str, float]:
        """Languages of a theme by falling share."""
        spoken = self._spoken[label]
        return {code: count / spoken.total() for code, count in sorted(spoken.items(), key=lambda x: (-x[1], x[0]))}

    def candidates(self, label: int) -> list[Candidate]:
        """The phrases of a theme that tell it best, some of each language that has a say."""
        least = 2 if self._spoken[label].total() >= 4 else 1
        best_of_all: list[Candidate] = []
        shares = self.shares(label)
        for code, share in shares.items():
            known = {key: n for key, n in self._inside[label].items() if key[0] == code}
            scored = [(self._telling(key, n, label), key) for key, n in known.items() if n >= least]
            best = sorted(scored, key=lambda item: (-item[0], -len(item[1]), item[1]))
            wanted = math.ceil(self._most * share)
            best_of_all += [self._candidate(key, score, label) for score, key in best[: 2 * wanted] if score > 0][
                :wanted
            ]
        return [one for one in best_of_all if one.score > 0]

    def _telling(self, key: Key, inside: int, label: int) -> float:
        """Share inside x log ratio of shares inside and elsewhere, among texts of the same language."""
        size, total = self._spoken[label][key[0]], self._all_spoken[key[0]]
        share = inside / (size + _DOUBT)
        elsewhere = (self._overall[key] - inside + 0.5) / (total - size + 1)
        return share * math.log(max(share / elsewhere, _LEAST_TELLING))

    def _candidate(self, key: Key, score: float, label: int) -> Candidate:
        language, forms = key[0], self._forms[key]
        shown, fit = max(
            ((form, fitness(form, language)) for form in forms),
            key=lambda item: (item[1], forms[item[0]], item[0]),
        )
        if len(key) == 2:
            shown = self._headword(base_form(min(forms, key=lambda form: (-forms[form], form)), language), language)
            fit *= self._worth_alone(key, label)
        return Candidate(key, " ".join(map(self._spelt, shown.split())), score * fit)

    def _worth_alone(self, key: Key, label: int) -> float:
        """1 for a word _COMMON times as frequent in this theme as in all (or found only here), less for a commoner one.

        A phrase tells by what it puts together; a word alone that half of the themes use tells nothing.
        """
        size, total = self._spoken[label][key[0]], self._all_spoken[key[0]]
        ratio = self._inside[label][key] / self._overall[key] * total / size
        return min(1.0, ratio / min(_COMMON, total / size))

    def _headword(self, word: str, language: str) -> str:
        """The masculine noun of whose genitive a dictionary makes a word of its own: elektryka beside elektryk."""
        shorter = word.removesuffix("a")
        return shorter if language == "pl" and shorter != word and (language, shorter) in self._overall else word

    def _spelt(self, word: str) -> str:
        """The word with the capitals that people mostly give it inside a sentence."""
        ways = self._spelling.get(word)
        best = min(ways, key=lambda way: (-ways[way], way)) if ways else word
        return best if ways and best != word and ways[best] >= max(2, 0.6 * ways.total()) else word


def _ranked(
    draft: Sequence[Candidate], label: int, near: Vectors, place: dict[tuple[str, str], int]
) -> list[Candidate]:
    """Best first, scores now including what the phrase means beside this theme and beside the others."""
    if not draft:
        return []
    strongest = {code: max(one.score for one in draft if one.key[0] == code) for code in {one.key[0] for one in draft}}
    scored = []
    for candidate in draft:
        row = near[place[candidate.key[0], candidate.shown]]
        others = (row.sum() - row[label]) / max(1, len(row) - 1)
        meant = _MEANING + max(0.0, float(row[label] - others))
        scored.append(Candidate(candidate.key, candidate.shown, candidate.score / strongest[candidate.key[0]] * meant))
    return _richer(sorted(scored, key=lambda one: (-round(one.score, 6), one.key)))


def _richer(ranked: Sequence[Candidate]) -> list[Candidate]:
    """Longer phrases moved to just before the first of their words, when nearly as good as it."""
    result: dict[Key, Candidate] = {}
    for shorter in ranked:
        for longer in ranked:
            if (
                shorter.words < longer.words
                and shorter.key[0] == longer.key[0]
                and longer.score >= _RICHER * shorter.score
            ):
                result.setdefault(longer.key, Candidate(longer.key, longer.shown, max(shorter.score, longer.score)))
        result.setdefault(shorter.key, shorter)
    return list(result.values())


def _firsts(ranked: Sequence[Sequence[Candidate]], shares: Sequence[dict[str, float]]) -> list[Candidate | None]:
    """The name of each theme, all different: where two want the same, the one it suits better has it."""
    wishes = [_by_language(options, share) for options, share in zip(ranked, shares, strict=True)]
    firsts: list[Candidate | None] = [None] * len(ranked)
    taken: set[frozenset[str]] = set()
    seen: set[str] = set()
    order = sorted(
        ((one, label, rank) for label, wish in enumerate(wishes) for rank, one in enumerate(wish)),
        key=lambda item: (item[2], -item[0].score, item[1]),
    )
    for candidate, label, _ in order:
        if firsts[label] is None and candidate.words not in taken and candidate.shown.casefold() not in seen:
            firsts[label] = candidate
            taken.add(candidate.words)
            seen.add(candidate.shown.casefold())
    return firsts


def _by_language(options: Sequence[Candidate], shares: dict[str, float]) -> list[Candidate]:
    """Candidates of the language that most mentions speak, then those of the others."""
    place = {code: at for at, code in enumerate(shares)}
    return sorted(options, key=lambda one: place[one.key[0]])


def _varied(
    options: Sequence[Candidate],
    first: Candidate | None,
    shares: dict[str, float],
    vectors: Vectors,
    place: dict[tuple[str, str], int],
) -> tuple[str, ...]:
    """The name and up to four more: telling, unlike those chosen (Carbonell and Goldstein, 1998), in fair languages."""
    if first is None:
        return ()
    chosen = [first]
    rows = {one.key: vectors[place[one.key[0], one.shown]] for one in options}
    quota = _quota(shares, {one.key[0] for one in options})
    while len(chosen) < PHRASES:
        short = [code for code, wanted in quota.items() if sum(one.key[0] == code for one in chosen) < wanted]
        best, score = None, -math.inf
        for option in options:
            if (short and option.key[0] not in short) or _overlaps(option, chosen):
                continue
            alike = max(
                (float(rows[option.key] @ rows[c.key]) for c in chosen if c.key[0] == option.key[0]), default=0.0
            )
            if option.score - _VARIETY * max(0.0, alike) * option.score > score:
                best, score = option, option.score - _VARIETY * max(0.0, alike) * option.score
        if best is None:
            if not short:
                break
            quota = {code: wanted for code, wanted in quota.items() if code not in short}
            continue
        chosen.append(best)
    return tuple(dict.fromkeys(one.shown for one in chosen))


def _quota(shares: dict[str, float], available: Iterable[str]) -> dict[str, int]:
    """How many phrases each language should have at least."""
    known = set(available)
    return {
        code: max(1, math.floor(PHRASES * share))
        for code, share in shares.items()
        if code in known and share >= _SECOND_LANGUAGE
    }


def _overlaps(one: Candidate, chosen: Sequence[Candidate]) -> bool:
    return any(one.words <= other.words or other.words <= one.words for other in chosen)


def centres_of_labels(vectors: Vectors, labels: Sequence[int], count: int) -> Vectors:
    """The unit mean of each label 0..count-1; zeros for a label without rows."""
    given = np.asarray(labels)
    rows = [vectors[given == label].sum(axis=0) for label in range(count)]
    return unit(np.asarray(rows, dtype=np.float32).reshape(count, vectors.shape[1]))
