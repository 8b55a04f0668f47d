"""Words reduced to their dictionary form, so that inflected forms count as one. For counting, never for show."""

from functools import lru_cache

from feedback_app.themes.engine.text.texts import words

_SUPPORTED = frozenset(
    [
        "ast",
        "bg",
        "ca",
        "cs",
        "cy",
        "da",
        "de",
        "el",
        "en",
        "enm",
        "es",
        "et",
        "fa",
        "fi",
        "fr",
        "ga",
        "gd",
        "gl",
        "gv",
        "hbs",
        "hi",
        "hu",
        "hy",
        "id",
        "is",
        "it",
        "ka",
        "la",
        "lb",
        "lt",
        "lv",
        "mk",
        "ms",
        "nb",
        "nl",
        "nn",
        "pl",
        "pt",
        "ro",
        "ru",
        "se",
        "sk",
        "sl",
        "sq",
        "sv",
        "sw",
        "tl",
        "tr",
        "uk",
    ]
)


@lru_cache(maxsize=200_000)
def lemma(word: str, language: str) -> str:
    """The dictionary form of one lower-case word; the word itself where the language or word is unknown."""
    if language not in _SUPPORTED or len(word) > 40:
        return word
    # The compact store: Polish in 70 MB and two seconds instead of 400 MB and four. Words are cached here anyway.
    import simplemma  # noqa: PLC0415  # pages import this module and look nothing up

    base = simplemma.lemmatize(word, lang=language, low_memory=True).casefold()
    return _singular(word) if base == word and language == "en" else base


def _singular(word: str) -> str:
    """An English word that no dictionary knows, without the s of its plural: ATMs, IDs, top-ups."""
    plural = len(word) > 3 and word.endswith("s") and word[-2] not in "sui'’"
    import simplemma  # noqa: PLC0415

    return word[:-1] if plural and not simplemma.is_known(word, lang="en", low_memory=True) else word


def lemmas(text: str, language: str) -> list[str]:
    """The dictionary forms of the words of a text, in order."""
    return [lemma(word, language) for word in words(text)]
