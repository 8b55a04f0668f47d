"""What kind of word is this? Enough grammar of English and Polish to tell what can name a theme.

Word lists for what no rule tells; dictionary forms (simplemma) and endings for the rest. A word of another
language is a noun until shown otherwise: there, only how telling a word is decides.
"""

import re
from functools import lru_cache
from typing import Literal

from feedback_app.themes.engine.text import word_lists as lists
from feedback_app.themes.engine.text.lemmas import lemma
from feedback_app.themes.engine.text.stopwords import is_stop_word

Kind = Literal["function", "numeral", "adverb", "verb", "adjective", "vague", "noun"]

_VERBAL_NOUN = re.compile(r"(.{2,}[ae]n|.{3,}(?:[yiu]c|ęc))(?:ie|ia|iu|iem|iom|iach|iami)$")
_NOUNS_IN_LY = lists.words_of(
    "family fly supply reply assembly july italy monopoly ally belly jelly lily anomaly butterfly bully"
)
_ENGLISH_ADJECTIVE = re.compile(r".{3,}(?:able|ible|ful|less|ous|ish)$")
_NOUNS_IN_ISH = lists.words_of("finish rubbish polish english spanish british irish swedish fish dish table vegetable")
_BACK_TO_ADJECTIVE = (("o", "ego", "y"), ("o", "iego", "i"), ("ie", "ego", "y"))
_PAST = re.compile(r"(?:[łl](?:em|am|eś|aś)|[łl]iśmy|[łl]yśmy|jcie|ując|uję)$")

_LISTED: dict[Kind, frozenset[str]] = {"numeral": lists.NUMERALS, "vague": lists.VAGUE, "adverb": lists.ADVERBS}


@lru_cache(maxsize=200_000)
def kind(word: str, language: str) -> Kind:
    """The likeliest kind of a lower-case word form."""
    base = lemma(word, language)
    if is_stop_word(word) or is_stop_word(base) or word in lists.FUNCTION or base in lists.FUNCTION:
        return "function"
    if len(word) > 2 and len(set(word)) == 1:
        return "function"  # a name blacked out: xxxx
    if language not in ("en", "pl"):
        return "noun"
    listed = next((what for what, known in _LISTED.items() if word in known or base in known), None)
    return listed or (_english(word, base) if language == "en" else _polish(word, base))


def base_form(word: str, language: str) -> str:
    """The form in which a noun is shown alone: in Polish the dictionary form, elsewhere the word as used."""
    if language != "pl" or word in lists.PLURAL_NOUNS:
        return word
    verbal = _VERBAL_NOUN.match(word)
    base = lemma(word, language)
    return f"{verbal[1]}ie" if verbal and _is_infinitive(base) else base


def _english(word: str, base: str) -> Kind:
    if word.endswith("ly") and base not in _NOUNS_IN_LY:
        return "adverb"
    if word in lists.ADJECTIVES or base in lists.ADJECTIVES:
        return "adjective"
    if base in lists.VERBS or (word.endswith("ed") and base != word):
        return "verb"
    if _ENGLISH_ADJECTIVE.match(word) and base not in _NOUNS_IN_ISH:
        return "adjective"
    return "verb" if "'" in word.replace("’", "'") and not word.endswith(("'s", "’s")) else "noun"


def _polish(word: str, base: str) -> Kind:
    if word in lists.PLURAL_NOUNS or base in lists.PLURAL_NOUNS:
        return "noun"
    if _is_infinitive(base):
        return "noun" if word != base and _VERBAL_NOUN.match(word) else "verb"
    if _is_adjective(base):
        return "adjective"
    if _is_adverb(word):
        return "adverb"
    return "verb" if _PAST.search(word) else "noun"


def _is_adjective(base: str) -> bool:
    """Does this dictionary form inflect as adjectives do: nowy (nowego), drogi (drogiego)?"""
    return (base.endswith("y") and _inflects(f"{base[:-1]}ego", base)) or (
        base.endswith("i") and _inflects(f"{base}ego", base)
    )


def _inflects(form: str, base: str) -> bool:
    import simplemma  # noqa: PLC0415  # pages import this module and look nothing up

    return simplemma.is_known(form, lang="pl", low_memory=True) and lemma(form, "pl") == base


def _is_infinitive(base: str) -> bool:
    if base in lists.NOUNS_LIKE_VERBS or base.endswith("ość") or len(base) < 3:
        return False
    return base.endswith("ć") or base in ("móc", "pomóc", "piec", "biec", "strzec", "wlec", "ciec", "rzec", "tłuc")


def _is_adverb(word: str) -> bool:
    """Is there an adjective of which this is the adverb: szybko (szybkiego), wygodnie (wygodnego)?"""
    if word.endswith("o") and lemma(f"{word[:-1]}a", "pl") == word:
        return False  # a neuter noun: dziecko, dziecka
    for ending, oblique, base in _BACK_TO_ADJECTIVE:
        stem = word.removesuffix(ending)
        if word.endswith(ending) and len(stem) > 2 and _inflects(stem + oblique, stem + base):
            return ending == "o" or lemma(word, "pl") in (word, stem + base)
    return False
