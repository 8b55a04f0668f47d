"""Which language each text is written in, chosen among the languages that the whole collection speaks."""

from collections import Counter
from collections.abc import Sequence
from copy import copy
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from py3langid.langid import MODEL_FILE, LanguageIdentifier

Languages = Sequence[str] | NDArray[np.object_]
"""One language code per text."""

_SAMPLE = 600
_SURE = 0.5
_SHARE = 0.02
_FEW = 3


@lru_cache(maxsize=4)
def _identifier(languages: tuple[str, ...]) -> LanguageIdentifier:
    if not languages:
        return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    identifier = copy(_identifier(()))  # it takes a second to read, and is only looked through differently
    identifier.set_languages(set(languages))
    return identifier


@lru_cache(maxsize=1)
def known_languages() -> frozenset[str]:
    """Codes (ISO 639-1 mostly) that can be told apart."""
    return frozenset(_identifier(()).labels)


def plausible(texts: Sequence[str], hints: Sequence[str | None] = ()) -> tuple[str, ...]:
    """The languages that this collection plausibly speaks, most frequent first.

    A language counts when an even sample of the texts holds at least 2 % (and three) sure cases of it, or when
    a hint names it. Short texts are easily mistaken, so that rare "languages" are mostly noise.
    """
    step = max(1, len(texts) // _SAMPLE)
    sure = Counter(_sure_language(text) for text in texts[::step])
    del sure[""]
    needed = max(min(_FEW, sure.total() // 3), _SHARE * sure.total())
    likely = [code for code, count in sorted(sure.items(), key=lambda item: (-item[1], item[0])) if count >= needed]
    hinted = Counter(hint for hint in hints if hint in known_languages())
    named = [str(code) for code, count in sorted(hinted.items()) if count >= _SHARE * len(texts)]
    return tuple(dict.fromkeys(likely + named)) or ("en",)


def _sure_language(text: str) -> str:
    code, probability = _identifier(()).classify(text)
    return code if probability >= _SURE else ""


def language_of(text: str, languages: tuple[str, ...], hint: str | None = None) -> str:
    """The likeliest of `languages` for this text; the hint settles texts that could be in any of them."""
    if len(languages) == 1:
        return languages[0]
    identifier = _identifier(languages)
    code, probability = identifier.classify(text)
    if hint in languages and probability < max(_SURE, 1.5 / len(languages)):
        return str(hint)
    return str(code)


def languages_of(
    texts: Sequence[str], languages: tuple[str, ...], hints: Sequence[str | None] = ()
) -> NDArray[np.object_]:
    """One code of `languages` per text, as an array of strings."""
    known = list(hints) or [None] * len(texts)
    return np.array([language_of(t, languages, h) for t, h in zip(texts, known, strict=True)], dtype=object)
