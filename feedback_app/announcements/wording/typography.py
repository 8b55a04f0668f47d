"""Small typographic rules of a language, applied to our own words in letters; never to somebody else's. Pure."""

from __future__ import annotations

import re

NBSP = "\u00a0"
# Polish keeps one-letter words with the word behind them: they must not hang at the end of a line.
_POLISH_HANGERS = re.compile(r"(?<![^\W_])([aiouwz])[ ](?=\S|\Z)", re.IGNORECASE)
_POLISH_UNITS = re.compile(r"(\d)[ ](?=(?:zł|gr|kg|km|m|min|godz\.|proc\.|r\.|%)(?!\w))")


def typeset(text: str, language: str) -> str:
    """Return ``text`` with the spaces that must not break a line made unbreakable, by the rules of ``language``."""
    if language != "pl":
        return text
    # twice, because two hangers in a row ("i w domu") share the space between them
    for _turn in range(2):
        text = _POLISH_HANGERS.sub(rf"\1{NBSP}", text)
    return _POLISH_UNITS.sub(rf"\1{NBSP}", text)
