"""The phrases of a text that could name a theme: one to three words, with a noun, neither begun nor ended by filler."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from feedback_app.themes.engine.text.lemmas import lemma
from feedback_app.themes.engine.text.texts import clean, spelled_words
from feedback_app.themes.engine.text.word_kinds import Kind, kind
from feedback_app.themes.engine.text.word_lists import LINKS

_LONGEST_PHRASE = 3
_CLAUSES = re.compile(r"[.,;:!?…()\[\]{}\"„”“|/\n•–—]+")
_POLISH_ADJECTIVE_BEFORE_OBLIQUE = re.compile(r"(?:ego|emu|ej|ą|ym|im|ymi|imi|ych|ich)$")

Key = tuple[str, ...]
"""Language, then the dictionary form of each word."""


@dataclass(frozen=True, slots=True)
class Wordings:
    """The distinct phrases of one text, key to the form used, and how its words inside clauses are written."""

    language: str
    forms: dict[Key, str]
    spelling: dict[str, str]


def wordings(text: str, language: str) -> Wordings:
    """Phrases within a clause that may name something, each with `fitness` above zero. Linear in the text."""
    forms: dict[Key, str] = {}
    spelling: dict[str, str] = {}
    read = clean(text)
    shouted = read.isupper()
    for clause in _CLAUSES.split(read):
        written = spelled_words(clause)
        spoken = [word.casefold() for word in written]
        if not shouted:
            spelling.update(zip(spoken[1:], written[1:], strict=True))
        keys = [lemma(word, language) for word in spoken]
        for start, end in _spans(spoken, language):
            forms.setdefault((language, *keys[start:end]), " ".join(spoken[start:end]))
    return Wordings(language, forms, spelling)


def _spans(spoken: Sequence[str], language: str) -> list[tuple[int, int]]:
    kinds = [kind(word, language) for word in spoken]
    return [
        (start, end)
        for start, first in enumerate(kinds)
        if first not in ("function", "adverb", "numeral")
        for end in range(start + 1, min(start + _LONGEST_PHRASE, len(spoken)) + 1)
        if _weight(tuple(spoken[start:end]), tuple(kinds[start:end]), language) > 0
    ]


def fitness(form: str, language: str) -> float:
    """How fit a phrase is to be a name by its grammar alone: 0 (never) to 1 (a noun with what belongs to it)."""
    spoken = tuple(form.casefold().split())
    return _weight(spoken, tuple(kind(word, language) for word in spoken), language)


@lru_cache(maxsize=100_000)
def _weight(spoken: tuple[str, ...], kinds: tuple[Kind, ...], language: str) -> float:
    links = LINKS.get(language, frozenset())
    if not spoken or any(k in ("function", "numeral") and w not in links for w, k in zip(spoken, kinds, strict=True)):
        return 0.0
    if {kinds[0], kinds[-1]} & {"function", "numeral", "adverb"} or not {"noun", "vague"} & set(kinds):
        return 0.0
    if len(spoken) == 1:
        return 0.9 if kinds[0] == "noun" else 0.03
    if len(set(spoken)) < len(spoken):
        return 0.0
    subject = 1.0 if "noun" in kinds else 0.25
    return subject * (_polish(spoken, kinds) if language == "pl" else _ending(kinds, language))


def _ending(kinds: tuple[Kind, ...], language: str) -> float:
    """English phrases have their noun at the end, or say what is done with it: loan bike, activate my card."""
    if language != "en":
        return 1.0
    noun_last = 1.0 if kinds[-1] == "noun" else 0.7 if kinds[-1] == "vague" else 0.6
    return noun_last * (0.9 if "verb" in kinds else 1.0) * (0.8 if "adverb" in kinds else 1.0)


def _polish(spoken: tuple[str, ...], kinds: tuple[Kind, ...]) -> float:
    if "verb" in kinds:
        return 0.3
    tidy = 0.6 if "adverb" in kinds else 1.0
    return tidy * (1.0 if is_base(spoken, kinds) else 0.6)


def is_base(spoken: tuple[str, ...], kinds: tuple[Kind, ...]) -> bool:
    """Is a Polish phrase in the form in which a dictionary or a menu would have it: zimowa pauza, zwrot kaucji?"""
    for word, what in zip(spoken, kinds, strict=True):
        if what in ("noun", "vague"):
            return lemma(word, "pl") == word
        if what == "adjective" and _POLISH_ADJECTIVE_BEFORE_OBLIQUE.search(word) and lemma(word, "pl") != word:
            return False
    return False
