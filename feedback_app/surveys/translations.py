"""Words in several languages: tidied, compared with the languages a survey promises, turned into codes. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable, Mapping, Sequence

from feedback_app.common.text import tidy

Words = Mapping[str, str]
"""One text in several languages: language code to wording."""

CODE_LENGTH = 40
CODE_PATTERN = re.compile(r"[a-z0-9]+(?:_[a-z0-9]+)*")
SLUG_PATTERN = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
SLUG_LENGTH = 60

# Letters that Unicode does not take apart into a base letter and a mark (UAX 15), as they are commonly written.
_UNMARKED = str.maketrans({"ł": "l", "đ": "d", "ø": "o", "ß": "ss", "æ": "ae", "œ": "oe", "ı": "i", "þ": "th"})


def tidy_words(words: object, languages: Iterable[str]) -> dict[str, str]:
    """Return the texts of ``words`` in ``languages``, tidied, blanks left out; anything else is dropped."""
    given = words if isinstance(words, Mapping) else {}
    return {code: text for code in languages if (text := tidy(given.get(code)))}


def missing(words: Words, languages: Iterable[str]) -> tuple[str, ...]:
    """Return the languages in which ``words`` says nothing."""
    return tuple(code for code in languages if not words.get(code, "").strip())


def half_said(words: Words, languages: Sequence[str]) -> tuple[str, ...]:
    """Return the languages missing from a text that may be left out altogether: empty when it is."""
    gaps = missing(words, languages)
    return gaps if len(gaps) < len(languages) else ()


def plain(text: str) -> str:
    """Return ``text`` in lower case ASCII letters, digits and single blanks: ``Łódź, centrum`` is ``lodz centrum``."""
    folded = unicodedata.normalize("NFKD", text.lower().translate(_UNMARKED)).encode("ascii", "ignore").decode()
    return " ".join(re.findall(r"[a-z0-9]+", folded))


def _unused(base: str, taken: Collection[str], joint: str, limit: int) -> str:
    number = 1
    candidate = base[:limit].rstrip(joint)
    while candidate in taken:
        number += 1
        ending = f"{joint}{number}"
        candidate = base[: limit - len(ending)].rstrip(joint) + ending
    return candidate


def make_code(text: str, taken: Collection[str] = (), fallback: str = "item") -> str:
    """Return a code made from ``text`` that is not ``taken``: ``Too expensive!`` becomes ``too_expensive``."""
    return _unused("_".join(plain(text).split()) or fallback, taken, "_", CODE_LENGTH)


def make_slug(text: str, taken: Collection[str] = ()) -> str:
    """Return a slug made from ``text`` that is not ``taken``: ``Why did you go?`` becomes ``why-did-you-go``."""
    return _unused("-".join(plain(text).split()) or "survey", taken, "-", SLUG_LENGTH)


def is_code(text: str) -> bool:
    """True for small letters, digits and single underscores, at most 40 of them."""
    return len(text) <= CODE_LENGTH and CODE_PATTERN.fullmatch(text) is not None


def is_slug(text: str) -> bool:
    """True for small letters, digits and single hyphens, at most 60 of them."""
    return len(text) <= SLUG_LENGTH and SLUG_PATTERN.fullmatch(text) is not None
