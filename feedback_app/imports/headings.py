"""The words by which a table says what its columns and cells hold, in English and Polish. Pure.

Every word is compared folded: lower case, without accents, blanks and punctuation.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence

from feedback_app.errors import N_, Refused

_SIGNS = re.compile(r"[\W_]+")
_STROKES = str.maketrans("łŁ", "lL")  # the one Polish letter that has no decomposition
_DATE = re.compile(r"\d{1,4}[-./]\d{1,2}[-./]\d{1,4}([ T].*)?")
_YES_AND_NO = {
    "yes": "yes, y, true, t, 1, x, on, tak, prawda, unsubscribed, opted out, wypisany, wypisana, zgoda",
    "no": "no, n, false, f, 0, off, nie, falsz, brak, subscribed, brak zgody, none",
}


def fold(text: str) -> str:
    """Return ``text`` folded for comparing: "Adres E-mail" and "adres_email" become "adresemail"."""
    plain = unicodedata.normalize("NFKD", text.translate(_STROKES)).encode("ascii", "ignore").decode()
    return _SIGNS.sub("", plain).lower()


def by_word(words: Mapping[str, str]) -> dict[str, str]:
    """Turn a vocabulary, code to words with commas between, round: every word, folded, leads to its code."""
    return {fold(word): code for code, line in words.items() for word in line.split(",")}


YES_AND_NO = by_word(_YES_AND_NO)


def is_yes(text: str) -> bool | None:
    """Return what a cell says to a question of yes or no; a date means "yes, since then"; None when it says neither."""
    if _DATE.fullmatch(text.strip()):
        return True
    said = YES_AND_NO.get(fold(text))
    return None if said is None else said == "yes"


def refuse_twice(columns: Iterable[tuple[str, str]]) -> None:
    """Raise Refused when two columns mean the same. ``columns``: heading and meaning; "" means that it is left out."""
    seen: dict[str, str] = {}
    for heading, meaning in columns:
        if meaning in seen:
            raise Refused(
                N_("The columns “%(one)s” and “%(other)s” mean the same. Leave one of them out and try again."),
                one=seen[meaning][:60],
                other=heading[:60],
            )
        if meaning:
            seen[meaning] = heading


def no_addresses(headings: Sequence[str]) -> Refused:
    """Return what to say when no column holds addresses."""
    return Refused(
        N_("No column holds email addresses. Call one “email” (the first row is taken for the heading: %(seen)s)."),
        seen=", ".join(heading[:30] for heading in headings[:8] if heading),
    )
