"""Elementary discourse units (Mann and Thompson, 1988): the smallest pieces of which a mention may consist.

A unit ends where a sentence, a list item or a clause ends, at a comma, dash, colon or bracket, and before a
connective. Too fine on purpose: which neighbours belong together is learnt, where a mention may end is not.
"""

from __future__ import annotations

import re
from collections.abc import Container, Sequence
from dataclasses import dataclass
from itertools import pairwise

from feedback_app.themes.engine.mentions import lexicon
from feedback_app.themes.engine.text.clause_words import POLISH
from feedback_app.themes.engine.text.clauses import clause_starts
from feedback_app.themes.engine.text.sentences import sentences
from feedback_app.themes.engine.text.tokens import Token

_POLISH_LETTERS = frozenset("ąćęłńśźż")
_ENGLISH = frozenset(("the", "is", "was", "my", "it", "and", "of", "i'm", "to", "for", "you"))
_MARKS = frozenset(("comma", "dash", "semicolon"))
_LOOSE = frozenset(("comma", "dash", "semicolon"))
_SPOKEN = frozenset(("word", "emoji"))
_ITEM = re.compile(r"(?:(?:^|\n)\s*(?:[-–—•·*◦▪►●■]+|\d{1,2}\.|[a-h]\))|(?:^|\s)\d{1,2}\))\s*$")


@dataclass(frozen=True, slots=True)
class Unit:
    """`answer[start:end]`, within sentence number `sentence`; `opens` it; the sentence is an `item` of a list.

    `clause`: by its words a clause that says something of its own begins here (see `clause_starts`). `courtesy`: it
    greets or signs off.
    """

    start: int
    end: int
    sentence: int
    opens: bool
    item: bool
    clause: bool
    courtesy: bool


@dataclass(frozen=True, slots=True)
class Parsed:
    """An answer, its units in order without overlap, and start and end of each sentence; is it Polish?"""

    text: str
    polish: bool
    units: tuple[Unit, ...]
    sentences: tuple[tuple[int, int], ...]

    def words_of(self, unit: Unit) -> str:
        """What a unit says."""
        return self.text[unit.start : unit.end]


def parse(text: str) -> Parsed:
    """The units of an answer. Every word and emoji is in exactly one. Any `str` is accepted; linear in its length."""
    parted, polish = sentences(text), is_polish(text)
    connectives = lexicon.CONNECTIVES if polish else lexicon.CONNECTIVES - {"a", "i"}
    units = [unit for number, tokens in enumerate(parted) for unit in _units(text, number, tokens, connectives)]
    return Parsed(text, polish, tuple(units), tuple((tokens[0].start, tokens[-1].end) for tokens in parted))


def is_polish(text: str) -> bool:
    """By letters that only Polish has, else by its small words, unless English ones are there."""
    if _POLISH_LETTERS.intersection(text.casefold()):
        return True
    spoken = frozenset(lexicon.words(text))
    return bool(POLISH & spoken) and not _ENGLISH & spoken


def _units(text: str, number: int, tokens: Sequence[Token], connectives: Container[str]) -> list[Unit]:
    clauses = frozenset(clause_starts(tokens))
    cuts, item = [*_cuts(tokens, clauses, connectives), len(tokens)], _is_item(text, tokens[0].start)
    units = []
    for begin, end in pairwise(cuts):
        last = end
        while last > begin + 1 and tokens[last - 1].kind in _LOOSE:
            last -= 1
        units.append(
            Unit(
                tokens[begin].start,
                tokens[last - 1].end,
                number,
                begin == 0,
                item,
                begin in clauses,
                _greets(tokens[begin:last]),
            )
        )
    return units


def _greets(tokens: Sequence[Token]) -> bool:
    spoken = {token.lower for token in tokens if token.kind == "word"}
    return bool(spoken & lexicon.OPENERS) and spoken <= lexicon.COURTESY


def _cuts(tokens: Sequence[Token], clauses: Container[int], connectives: Container[str]) -> list[int]:
    """Where units begin: something is said between any two of them."""
    cuts, said = [0], False
    last = max(at for at, token in enumerate(tokens) if token.kind in _SPOKEN)
    for at, token in enumerate(tokens[: last + 1]):
        if said and (at in clauses or _may_open(tokens[at - 1], token, connectives)):
            cuts.append(at)
            said = False
        said = said or token.kind in _SPOKEN
    return cuts


def _may_open(before: Token, token: Token, connectives: Container[str]) -> bool:
    if before.kind in _MARKS or before.text in (":", "(", ")") or (before.kind == "stop" and before.text != "."):
        return True
    return token.kind == "word" and token.lower in connectives


def _is_item(text: str, start: int) -> bool:
    """Does a bullet or a number of a list stand before?"""
    return bool(_ITEM.search(text[max(0, start - 6) : start]))
