"""Where one thing said ends and the next begins: sentences, list items, clauses. English and Polish.

Rules, not a model: a cut must be explainable to the person whose words it quotes. Every rule looks at a few
neighbouring tokens, so that the time is linear in the length of the text.
"""

from collections.abc import Sequence

from feedback_app.themes.engine.clause_words import (
    ADDITION,
    ALWAYS,
    CONTRAST,
    DETERMINERS,
    JOINERS,
    ONLY_AFTER_COMMA,
    PRONOUNS,
    SAYING,
    SUBORDINATE,
    is_verb,
)
from feedback_app.themes.engine.tokens import Token

_LEAST = 2
_NEAR = 4
_RUN_ON = 9
_LOOK_BACK = 40
"""No rule looks further back than this, however long a sentence goes on."""

_NOT_IN_LISTS = frozenset(("nie", "brak", "to", "nic", "need", "work", "no", "może"))
"""Verbs, or words like them, that an enumeration without a verb may contain."""

Sentence = Sequence[Token]
"""The tokens of one sentence without spaces and line breaks."""


def clause_starts(sentence: Sentence) -> list[int]:
    """Indices (into the sentence, ascending, never 0) of the tokens that begin a further mention."""
    words = [token.lower if token.kind == "word" else "" for token in sentence]
    items = _list_items(sentence, words)
    if items:
        return items
    starts: list[int] = []
    begin = 0
    for at in range(1, len(sentence)):
        if words[at] and any(words[begin : begin + 1] + words[max(begin, at - 2) : at]):
            if _opens(sentence, words, begin, at):
                starts.append(at)
                begin = at
    return starts


def _count(words: Sequence[str], start: int, end: int) -> int:
    return sum(1 for word in words[max(start, end - _LOOK_BACK) : end] if word)


def _opens(sentence: Sentence, words: Sequence[str], begin: int, at: int) -> bool:
    """Does a new mention begin at this word, given that the current one began at `begin`?"""
    after_comma = sentence[at - 1].kind in ("comma", "dash") or sentence[at - 1].text == ":"
    room = _room_after(words, at)
    if room < _LEAST:
        return False
    if words[at] in CONTRAST and (after_comma or words[at] not in ONLY_AFTER_COMMA):
        return not _exception(words, at)
    if _addition(words, at, after_comma):
        return True
    if words[at] in JOINERS:
        return _joined(words, begin, at)
    if after_comma:
        return _comma_clause(sentence, words, begin, at)
    return _run_on(words, begin, at)


def _room_after(words: Sequence[str], at: int) -> int:
    return sum(1 for word in words[at + 1 : at + 8] if word)


def _exception(words: Sequence[str], at: int) -> bool:
    """ "nothing but", "not only ... but also", "nie tylko ... ale też": no contrast of two things."""
    before = words[max(0, at - 12) : at]
    if words[at] == "but" and before[-1:] and before[-1] in ("nothing", "anything", "all"):
        return True
    return words[at] == "tylko" and "nie" in before[-1:]


def _addition(words: Sequence[str], at: int, after_comma: bool) -> bool:
    for opening in ADDITION if after_comma else ALWAYS:
        if tuple(words[at : at + len(opening)]) == opening:
            return True
    return False


def _has_verb(words: Sequence[str], start: int, end: int) -> bool:
    return any(is_verb(word) for word in words[max(start, end - _LOOK_BACK) : end] if word)


def _clause_ahead(words: Sequence[str], at: int) -> bool:
    """Do a subject and a verb of its own follow within a few words?"""
    window = [word for word in words[at : at + _NEAR + 2] if word]
    if not window or window[0] in SUBORDINATE - {"that", "what"}:
        return False
    for offset, word in enumerate(window[: _NEAR + 1]):
        if offset and word in SUBORDINATE | JOINERS:
            return False
        if is_verb(word):
            return offset > 0 or word not in ("to", "be")
    return False


def _joined(words: Sequence[str], begin: int, at: int) -> bool:
    """ "... and the staff was rude": both sides say something. "... and left": the same subject goes on."""
    if not _has_verb(words, begin, at) or _subordinate_start(words, begin):
        return False
    following = [word for word in words[at + 1 : at + _NEAR + 3] if word]
    if not following or following[0] in SUBORDINATE:
        return False
    if words[at] in ("and", "&"):
        subject = following[0] in PRONOUNS | DETERMINERS or not is_verb(following[0])
        return subject and _clause_ahead(words, at + 1)
    if words[at] == "a":
        return _has_polish(words) and _clause_ahead(words, at + 1)
    return _clause_ahead(words, at + 1) and not is_verb(following[0])


def _has_polish(words: Sequence[str]) -> bool:
    return not any(word in ("the", "was", "is", "and", "it", "of", "with", "for") for word in words)


def _subordinate_start(words: Sequence[str], begin: int) -> bool:
    return words[begin] in SUBORDINATE - {"that", "what", "co", "by", "as", "so"}


def _comma_clause(sentence: Sentence, words: Sequence[str], begin: int, at: int) -> bool:
    if words[at] in SUBORDINATE or not _has_verb(words, begin, at):
        return False
    if _subordinate_start(words, begin) and not any(
        t.kind == "comma" for t in sentence[max(begin, at - _LOOK_BACK) : at - 1]
    ):
        return False
    return _clause_ahead(words, at) and _count(words, begin, at) >= _LEAST


def _run_on(words: Sequence[str], begin: int, at: int) -> bool:
    """A new clause without any mark: "the app is slow the staff is nice". Only after a finished clause."""
    if words[at] not in PRONOUNS | DETERMINERS or words[at] in ("no", "all", "you", "that", "his", "her"):
        return False
    before = words[at - 1]
    if not before or before in SAYING or before in SUBORDINATE or is_verb(before):
        return False
    if _count(words, begin, at) < 4 or not _has_verb(words, begin, at - 1):
        return False
    return len(words) >= _RUN_ON and _clause_ahead(words, at) and not _relative(words, begin, at)


def _relative(words: Sequence[str], begin: int, at: int) -> bool:
    """ "the things they did": a pronoun right after a noun with an article may be a relative clause."""
    return words[at] in PRONOUNS and any(word in DETERMINERS | {"a", "an"} for word in words[max(begin, at - 3) : at])


def _list_items(sentence: Sentence, words: Sequence[str]) -> list[int]:
    """A verbless enumeration ("long queue, rude staff, no parking"): the start of each item but the first."""
    commas = [at for at, token in enumerate(sentence) if token.kind == "comma"]
    if not commas or any(token.kind in ("dash", "other") and token.text in ":–—" for token in sentence):
        return []
    if any(is_verb(w) for w in words if w not in _NOT_IN_LISTS):
        return []
    starts = [0, *(at + 1 for at in commas if at + 1 < len(sentence))]
    sizes = [_count(words, a, b) for a, b in zip(starts, [*starts[1:], len(sentence)], strict=True)]
    if max(sizes) > _NEAR + 2 or 0 in sizes or any(words[at] in SUBORDINATE for at in starts[1:]):
        return []
    if len(sizes) == 2 and min(sizes) < 2:
        return []
    if max(sizes[:-1]) == 1 and sizes[-1] > 1:
        return []
    return starts[1:]
