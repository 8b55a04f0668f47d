"""Sentences and list items. Abbreviations, initials, numbers and soft line breaks do not end one."""

import re
from collections.abc import Sequence

from feedback_app.themes.engine.text.clause_words import ABBREVIATIONS, MAY_END
from feedback_app.themes.engine.text.tokens import Token, tokens

_WRAPPED = 60
_NUMBERING = re.compile(r"(?:\d{1,2}|[a-hA-H])")
_CLOSING = frozenset("\"'”’»)]")


def sentences(text: str) -> list[list[Token]]:
    """The sentences and list items of a text as tokens without spaces; each holds at least one word or emoji."""
    stream = list(tokens(text))
    ended: list[list[Token]] = []
    current: list[Token] = []
    for at, token in enumerate(stream):
        if token.kind not in ("space", "line"):
            current.append(token)
        if current and _ends(stream, at, current):
            ended.append(current)
            current = []
    return [kept for kept in map(_stripped, [*ended, current]) if kept]


def _stripped(sentence: list[Token]) -> list[Token]:
    """Without bullets and numbering at its beginning and loose commas around it; empty if nothing is said."""
    start, end = 0, len(sentence)
    while start < end and _is_lead(sentence, start):
        start += 1
    while end > start and sentence[end - 1].kind in ("comma", "dash", "semicolon", "bullet"):
        end -= 1
    kept = sentence[start:end]
    return kept if any(token.kind in ("word", "emoji") for token in kept) else []


def _is_lead(sentence: Sequence[Token], at: int) -> bool:
    token = sentence[at]
    if token.kind in ("comma", "dash", "semicolon", "bullet", "stop"):
        return True
    if token.text in ")]+>":
        return True
    return at + 1 < len(sentence) and _numbers(sentence, at)


def _numbers(sentence: Sequence[Token], at: int) -> bool:
    """ "1." "2)" "a)" before an item."""
    mark = sentence[at + 1]
    if not _NUMBERING.fullmatch(sentence[at].text) or mark.start != sentence[at].end:
        return False
    return mark.text == ")" or (mark.text == "." and sentence[at].text.isdigit())


def _ends(stream: Sequence[Token], at: int, current: Sequence[Token]) -> bool:  # noqa: PLR0911 - a rule a line
    token = stream[at]
    if token.kind == "line":
        return not _wraps(stream, at)
    if token.kind == "semicolon":
        return True
    if token.kind == "stop":
        return _full_stop(stream, at, current)
    if token.kind == "emoji":
        return _after_emoji(stream, at)
    if token.text in _CLOSING:
        return len(current) > 1 and current[-2].kind == "stop" and _next_starts(stream, at)
    following = _next(stream, at)
    if following is None:
        return False
    return following.kind == "bullet" or _numbered_item(stream, at)


def _next(stream: Sequence[Token], at: int) -> Token | None:
    """The next token that is not a space (a line break counts)."""
    for token in stream[at + 1 : at + 3]:
        if token.kind != "space":
            return token
    return None


def _next_starts(stream: Sequence[Token], at: int) -> bool:
    following = _next(stream, at)
    return following is None or following.kind != "comma"


def _wraps(stream: Sequence[Token], at: int) -> bool:
    """A line break inside a sentence: a long line without a stop, then a small letter."""
    if stream[at].text.count("\n") > 1 or at == 0:
        return False
    before, after = stream[at - 1], _next(stream, at)
    if after is None or after.kind != "word" or not after.text[:1].islower() or before.kind in ("stop", "semicolon"):
        return False
    begin = at - 1
    while begin > 0 and stream[begin].kind != "line" and stream[at].start - stream[begin].start < _WRAPPED:
        begin -= 1
    return stream[at].start - stream[begin].start >= _WRAPPED


def _full_stop(stream: Sequence[Token], at: int, current: Sequence[Token]) -> bool:
    token = stream[at]
    spaced = at + 1 >= len(stream) or stream[at + 1].kind in ("space", "line", "emoji")
    following = _next(stream, at)
    if following is None:
        return True
    if following.kind in ("stop", "comma") or following.text in _CLOSING:
        return False
    if not spaced:
        return len(token.text) > 1 or (following.text[:1].isupper() and not _initial(current))
    if following.kind == "emoji":
        return False
    if token.text in ("...", "…", ".."):
        return not following.text[:1].islower()
    return token.text != "." or not _abbreviated(stream, at, current, following)


def _abbreviated(stream: Sequence[Token], at: int, current: Sequence[Token], following: Token) -> bool:
    if len(current) < 2 or current[-2].kind != "word":
        return False
    word = current[-2].lower
    if _initial(current) or (word.isdigit() and len(current) == 2):
        return True
    if word[0].isdigit():
        return following.text[:1].islower()
    if len(current) > 3 and current[-3].text == "." and current[-3].end == current[-2].start:
        word = f"{current[-4].lower}.{word}"
    if word not in ABBREVIATIONS and word not in MAY_END:
        return False
    return word not in MAY_END or not (following.text[:1].isupper() or following.kind == "line")


def _initial(current: Sequence[Token]) -> bool:
    """ "J." in "J. Smith", "U" in "U.S."; a lone "I" or "a" ends a sentence as any word does."""
    return len(current) > 1 and len(current[-2].text) == 1 and current[-2].text.isupper() and current[-2].text != "I"


def _after_emoji(stream: Sequence[Token], at: int) -> bool:
    following = _next(stream, at)
    if following is None or following.kind in ("emoji", "stop", "comma"):
        return False
    return at > 0 and any(token.kind == "word" for token in stream[max(0, at - 6) : at])


def _numbered_item(stream: Sequence[Token], at: int) -> bool:
    """An item number ahead in running text: "1) slow 2) dear"."""
    if stream[at].kind == "line" or at + 3 >= len(stream) or stream[at + 1].kind != "space":
        return False
    number, mark = stream[at + 2], stream[at + 3]
    return bool(_NUMBERING.fullmatch(number.text)) and mark.text == ")" and stream[at].text not in "(["
