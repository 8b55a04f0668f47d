"""The words of a company's own trade: what stands in its feedback everywhere says nothing about what people mean.

Where bikes are hired out, every second complaint holds a bike, and examples from other companies take it for how one
gets there. So known subjects are asked about texts without such words, as people of the trade leave them out.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from feedback_app.themes.engine.text.lemmas import lemma
from feedback_app.themes.engine.text.word_kinds import kind

Word = tuple[str, str]
"""Language and dictionary form."""

SHARE, TIMES = 0.04, 5.0
"""The share of texts of its language in which a noun stands at least, and how many times that of other companies'."""

_FEWEST = 3
_WORD = re.compile(r"\w+")


def shares(texts: Sequence[str], languages: Iterable[str]) -> dict[Word, float]:
    """In what share of the texts of its language each word stands, for words that stand in three or more."""
    found: Counter[Word] = Counter()
    languages = list(languages)
    for text, language in zip(texts, languages, strict=True):
        found.update({(language, lemma(word.casefold(), language)) for word in _WORD.findall(text)})
    rows = Counter(languages)
    return {word: count / rows[word[0]] for word, count in found.items() if count >= _FEWEST}


def own_words(here: Mapping[Word, float], elsewhere: Mapping[Word, float]) -> frozenset[Word]:
    """The nouns that stand in far more texts here than in those of other companies."""
    common = (word for word, share in here.items() if share >= max(SHARE, TIMES * elsewhere.get(word, 0.0)))
    return frozenset((language, form) for language, form in common if kind(form, language) == "noun")


def without(texts: Iterable[str], languages: Iterable[str], own: frozenset[Word]) -> list[str]:
    """The texts without these words; one that would have no other is left as it is."""
    return [_without(text, language, own) for text, language in zip(texts, languages, strict=True)]


def _without(text: str, language: str, own: frozenset[Word]) -> str:
    said = _WORD.sub(lambda word: "" if (language, lemma(word[0].casefold(), language)) in own else word[0], text)
    return " ".join(said.split()) if said != text and _WORD.search(said) else text
