"""Words of a mention as the search keeps them: folded forms, then their lemmas, position by position. Pure.

Reading them (``fold``, ``forms``, ``pairs``) costs nothing; ``search_words`` makes them and may load a dictionary.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable

BETWEEN = "qq0qq"  # stands between forms and lemmas, so that no phrase reaches from one into the other
MOST = 2_000  # words of one mention that can be found
LONGEST = 40  # letters of a word that count

Lemma = Callable[[str, str], str]
_WORD = re.compile(r"[^\W_]+")
_PLAIN = str.maketrans({"ł": "l", "đ": "d", "ø": "o", "ħ": "h", "ŧ": "t", "ı": "i", "æ": "ae", "œ": "oe", "þ": "th"})


def fold(text: str) -> str:
    """Return the text without case and accents: "Łódź" and "LODZ" fold to the same. Any ``str`` is accepted.

    Compatibility caseless matching (Unicode 16, D146), and then without what is combined with a letter.
    """
    letters = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text.casefold()).casefold())
    return "".join(one for one in letters.translate(_PLAIN) if not unicodedata.combining(one))


def spans(text: str) -> list[tuple[int, int, str]]:
    """Return the words of a text: start, end, and the folded form; at most 2,000."""
    places = []
    for match in _WORD.finditer(text):
        form = "".join(_WORD.findall(fold(match.group())))[:LONGEST]
        if form:
            places.append((match.start(), match.end(), form))
        if len(places) == MOST:
            break
    return places


def forms(text: str) -> list[str]:
    """Return the folded words of a text, in order."""
    return [form for _, _, form in spans(text)]


def search_words(text: str, language: str, others: Iterable[str], lemma: Lemma) -> str:
    """Return what is searched in: every folded form, a divider, every folded lemma, in the order of the text.

    A word that the mention's own language leaves as it is is looked up in ``others``: people mix languages.
    """
    there = spans(text)
    tongues = tuple(dict.fromkeys((language, *others)))
    bases = [_base(text[start:end].casefold(), form, tongues, lemma) for start, end, form in there]
    return " ".join([*(form for _, _, form in there), BETWEEN, *bases]) if there else ""


def _base(word: str, form: str, tongues: tuple[str, ...], lemma: Lemma) -> str:
    for language in tongues:
        base = "".join(forms(lemma(word, language)))[:LONGEST]
        if base and base != form:
            return base
    return form


def pairs(words: str) -> list[tuple[str, str]]:
    """Return the (form, lemma) pairs of what ``search_words`` made; none when it is empty."""
    parts = words.split()
    half = len(parts) // 2
    return list(zip(parts[:half], parts[half + 1 :], strict=False))
