"""Whether a sentence can be understood without the one before it, in English and Polish. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


CONNECTING = _words(
    """
    and but so then or because though although yet also however plus otherwise instead therefore which whereas
    nor except besides afterwards later eventually meanwhile finally anyway apparently
    a ale i oraz lub albo więc wiec bo że ze żeby zeby czyli potem później pozniej wtedy dlatego jednak natomiast
    lecz zaś zas także takze też tez ponadto poza tym zresztą zreszta mimo wprawdzie dopiero aż az następnie nastepnie
    tymczasem inaczej tylko gorzej który która które którego której którzy które
    """
)
"""First words that hang on what was said before."""

PERSONS = _words("he she him her his hers himself herself ona on jej jego jemu niego niej nią nia nim")
"""Words for a person who was named before: the sentence that names them is wanted, too."""

_LINKING = _words("to i ale więc wiec a")
"""What makes of a Polish "no" a word that goes on: "No to dzwonię"."""

POINTING = _words(
    """
    it its they them their theirs this that these those itself themselves there such
    one ones another both latter former same neither either
    ono oni je ich im nimi nich ten ta te tego tej tym tą temu tych tymi tamten tamta tamto tam stamtąd
    reszta resztę reszte reszty obie oba obu oboje drugi druga drugie drugą druga drugiego drugiej inny inna
    """
)
"""Words that stand for a thing named before."""

QUESTIONING = _words("what who where when why how co kto gdzie kiedy dlaczego czemu jak po")
PREPOSITIONS = _words(
    "on in at for by with from after before of to o na w we z ze za po do od u przy przez dla pod nad bez"
)
TURNING = _words("but however although though ale jednak lecz tylko natomiast only except")
"""First words of a sentence that takes back a part of the one before."""

PEOPLE = re.compile(
    r"\b(?:lady|man|woman|guy|chap|girl|boy|receptionist|manager|doctor|dentist|physio\w*|nurse|driver|fitter|courier|"
    r"assistant|consultant|technician|hygienist|therapist|mrs?|ms|dr|pan[ia]?|panią|panem|kierownik\w*|lekark?\w*|"
    r"doktor\w*|kierowc\w*|kurier\w*|monter\w*|konsultant\w*|rejestratork\w*|dentyst\w*|fizjoterapeut\w*|siostr\w*|"
    r"córk\w*|syn\w*|mam\w*|tat\w*|mąż|żon\w*|daughter|son|mum|mother|dad|father|wife|husband|friend)\b",
    re.IGNORECASE,
)

_EXPLETIVE = re.compile(
    r"(?:it(?:'s|’s| is| was| took| takes| would| will| used)|there(?:'s|’s| is| are| was| were)|this time|that said|"
    r"to (?:jest|był|była|było|już|nie|po co)|tam gdzie)\b",
    re.IGNORECASE,
)
"""Beginnings in which the pointing word points at nothing: "it is hard to park"."""

_UNFINISHED = re.compile(r"(?:…|\.\.\.?)\W*$")
_WITHOUT_OBJECT = re.compile(
    r"(?:\b(?:nie da(?:ło|lo)? si[eę]|si[eę] nie da(?:ło|lo)?|nie mo(?:ż|z)na|nie chcieli)|"
    r"\b(?:didn|couldn|wouldn|can|don|won|isn|wasn|hasn|haven)['’]t)\s*(?:[,.;!?]|$)",
    re.IGNORECASE,
)
_SHE_DID = re.compile(r"^(?:(?!mia[łl]o)\w{2,}(?:a[łl]a?|e[łl]a?|i[łl]a?|y[łl]a?))$", re.IGNORECASE)
_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")

_HEAD, _SHORT, _FEW = 4, 6, 3


def words_of(text: str) -> list[str]:
    """The words of a text, small."""
    return [word.replace("’", "'") for word in _WORD.findall(text.casefold())]


def needs_before(sentence: str, language: str, before: str) -> bool:
    """True when a reader needs ``before``, the sentence ahead of it, to understand ``sentence``."""
    words = words_of(sentence)
    if not words:
        return True
    return (
        words[0] in CONNECTING
        or (words[0] == "no" and bool(_LINKING.intersection(words[1:2])))
        or _points_back(sentence, words)
        or _is_fragment(sentence, words, before)
        or (language == "pl" and bool(_SHE_DID.match(words[0])))
    )


def _points_back(sentence: str, words: Sequence[str]) -> bool:
    head = words[:_HEAD]
    bare = [word.split("'")[0] for word in head]
    if _EXPLETIVE.match(sentence.lstrip(" \"'„“”«(-")):
        return bool(PERSONS.intersection(bare))
    if PERSONS.intersection(bare) or POINTING.intersection(bare):
        return True
    return bool({"second", "rest"} & set(words)) and "one" in words


def _is_fragment(sentence: str, words: Sequence[str], before: str) -> bool:
    asks, ends_asking = "?" in sentence, before.rstrip(" \"'”»)").endswith("?")
    return (
        (words[0] in PREPOSITIONS and len(words) <= _SHORT)
        or (words[0] in QUESTIONING and not asks and sentence[:1].islower() and len(words) > 1)
        or (ends_asking and not asks and len(words) <= _SHORT)
        or bool(_UNFINISHED.search(sentence))
        or bool(_WITHOUT_OBJECT.search(sentence))
    )


def names_no_person(sentence: str, language: str) -> bool:
    """True when ``sentence`` speaks of "her" or "him" and does not say who that is."""
    words = words_of(sentence)
    bare = {word.split("'")[0] for word in words[:_HEAD]}
    return bool(PERSONS & bare) and not PEOPLE.search(sentence) and language in ("en", "pl", "")


def says_little(sentence: str) -> bool:
    """True when so few words stand there that the next sentence is needed: "The phones."."""
    return len(words_of(sentence)) < _FEW


def turns_meaning(sentence: str) -> bool:
    """True when ``sentence`` takes back a part of the one before it."""
    words = words_of(sentence)
    return bool(words) and words[0] in TURNING
