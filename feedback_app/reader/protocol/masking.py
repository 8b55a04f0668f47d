"""What never leaves the house: names, addresses and numbers of people are masked before words are sent. Pure.

What is masked: names as :mod:`feedback_app.themes.engine.quoting.naming` finds them with the family name after them,
every name that is handed in (the respondent's own, staff's), e-mail and web addresses, handles, streets with a house
number, and numbers of five digits or more (telephones, orders, cards, postal codes). What is not: rare names of third
persons without a title, which no list knows.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from feedback_app.themes.engine.quoting.naming import names_in

NAME, EMAIL, LINK, STREET, NUMBER = "[name]", "[e-mail]", "[link]", "[street]", "[number]"
MARK = re.compile(r"\[(?:name|e-mail|link|street|number)\]")

_UPPER = "A-ZÀ-ÖØ-ÞĄĆĘŁŃÓŚŹŻ"
_EMAIL = re.compile(r"[^\s@<>()\[\],;:\"]{1,64}\s?(?:@|\(at\)|\[at\]|＠)\s?[\w.-]{1,253}\.\w{2,}", re.IGNORECASE)
_LINK = re.compile(r"(?:https?://|www\.)\S+|(?<!\w)@\w{2,}", re.IGNORECASE)
_STREET = re.compile(
    rf"\b(?:[Uu]l|[Aa]l|[Oo]s|[Pp]l)\.\s*[\w.’'-]+(?:\s+[{_UPPER}][\w.’'-]*){{0,3}}\s+\d+\w?(?:\s*/\s*\d+)?"
    rf"|\b\d{{1,5}}\w?,?\s+(?:[{_UPPER}][\w’'-]+\s+){{1,3}}(?:Street|St|Road|Rd|Avenue|Ave|Lane|Drive|Close|Way|Court)\b"
)
_NUMBER = re.compile(r"\+?\d(?:[\s().–-]{0,2}\d){4,}")
_POSTCODE = re.compile(rf"\b\d{{2}}-\d{{3}}\b|\b[{_UPPER}]{{1,2}}\d[A-Z\d]?\s?\d[A-Z]{{2}}\b")
_FAMILY = re.compile(rf"(?:\s+(?:(?:van|von|de|di|da|O['’])\s*)?[{_UPPER}][\w’'-]+|-[{_UPPER}]\w+)")


def mask(text: str, known: Iterable[str] = ()) -> str:
    """Return ``text`` with a mark in place of each name, address and number; ``known``: names to look for as well.

    A known name is found in any case and with up to three more letters, as Polish declines it.
    """
    for pattern, mark in ((_EMAIL, EMAIL), (_LINK, LINK), (_STREET, STREET), (_NUMBER, NUMBER), (_POSTCODE, NUMBER)):
        text = pattern.sub(mark, text)
    for pattern in _known(known):
        text = pattern.sub(NAME, text)
    return _without_names(text)


def _known(names: Iterable[str]) -> list[re.Pattern[str]]:
    parts = {part.strip("-’'.,").casefold() for name in names for part in re.split(r"[\s,@]+", name)}
    stems = {part[:-1] if len(part) > 4 and part[-1] in "aoeiy" else part for part in parts if len(part) > 2}
    ordered = [(re.escape(one), 3 if len(one) > 3 else 1) for one in sorted(stems, key=len, reverse=True)]
    return [re.compile(rf"(?<!\w){one}\w{{0,{more}}}(?!\w)", re.IGNORECASE) for one, more in ordered]


def _without_names(text: str) -> str:
    pieces, at = [], 0
    for start, end in names_in(text):
        if start < at:
            continue
        family = _FAMILY.match(text, end)
        pieces += [text[at:start], NAME]
        at = family.end() if family else end
    return "".join([*pieces, text[at:]])


def words_in(text: str) -> int:
    """Return how many words a text has: what the log says was sent."""
    return len(text.split())
