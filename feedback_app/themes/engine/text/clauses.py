"""Where one thing said ends and the next begins within a sentence. English and Polish.

Rules, not a model: a cut must be explainable to the person whose words it quotes. Every rule looks at a bounded
number of neighbouring tokens, so that the time is linear in the length of the text.
"""

from collections.abc import Sequence

from feedback_app.themes.engine.text.clause_words import (
    ADDITION,
    ADVERBS,
    ALWAYS,
    CONTRAST,
    DETERMINERS,
    FIRST_PERSON_PL,
    IMPERSONAL_PL,
    JOINERS,
    ONLY_AFTER_COMMA,
    POLISH,
    PREPOSITIONS,
    PRONOUNS,
    SAYING,
    SUBJECTS_PL,
    SUBORDINATE,
    is_verb,
)
from feedback_app.themes.engine.text.tokens import Token

_LEAST = 2
_NEAR = 5
_RUN_ON = 6
_LOOK_BACK = 40
"""No rule looks further back than this, however long a sentence goes on."""

_ITEM = 6
_PAIR = 8
_NOT_IN_LISTS = frozenset(("nie", "brak", "to", "nic", "need", "work", "no", "może", "open", "close"))
"""Verbs, or words like them, that an enumeration without a verb may contain."""

_POLISH_LETTERS = frozenset("ąćęłńśźż")


def clause_starts(sentence: Sequence[Token]) -> list[int]:
    """Indices (into the sentence, ascending, never 0) of the tokens that begin a further mention."""
    clauses = _Clauses(sentence)
    return clauses.items() or clauses.starts()


class _Clauses:
    """One sentence (tokens without spaces) and the questions the rules ask about it."""

    def __init__(self, sentence: Sequence[Token]) -> None:
        self.tokens = sentence
        self.words = [token.lower if token.kind == "word" else "" for token in sentence]
        self.polish = self._is_polish()
        self.joiners = JOINERS if self.polish else JOINERS - {"i", "a"}

    def starts(self) -> list[int]:
        """The clauses of an ordinary sentence."""
        begins: list[int] = []
        begin = 0
        for at in range(1, len(self.words)):
            if self.words[at] and self._opens(begin, at):
                begins.append(at)
                begin = at
        return begins

    def items(self) -> list[int]:
        """A verbless enumeration ("long queue, rude staff and no parking"): the start of each item but the first."""
        commas = [at for at, token in enumerate(self.tokens) if token.kind == "comma"]
        if any(token.text in ":–—-" for token in self.tokens) or self.words[0] in SUBORDINATE:
            return []
        if any(token.kind == "stop" for token in self.tokens[:-1]):  # "e.g.", "np.": examples of one thing
            return []
        if (len(self.words) > _PAIR and not commas) or any(map(self._spoken, self.words)):
            return []
        starts = [0, *(at + 1 for at in commas if at + 1 < len(self.words))]
        sizes = [self._count(a, b) for a, b in zip(starts, [*starts[1:], len(self.words)], strict=True)]
        if max(sizes) > _ITEM + 1 or 0 in sizes or any(self.words[at] in SUBORDINATE for at in starts[1:]):
            return []
        if len(sizes) > 1 and (min(sizes) < _LEAST if len(sizes) == _LEAST else max(sizes[:-1]) == 1 < sizes[-1]):
            return []
        return [*starts[1:], *self._last_item(starts[-1], len(sizes) > 1)]

    def _last_item(self, begin: int, listed: bool) -> list[int]:
        """ "... and no apology": two things of two words each, or the last of a list."""
        for at in range(begin + 1, len(self.words) - 1):
            if self.words[at] in self.joiners:
                left, right = at - begin, len(self.words) - at - 1
                apart = left >= _LEAST and self._count(at + 1, len(self.words)) >= _LEAST
                return [at] if (apart and max(left, right) <= _PAIR // 2) or (listed and right == left == 1) else []
        return []

    def _spoken(self, word: str) -> bool:
        return bool(word) and word not in _NOT_IN_LISTS and is_verb(word, self.polish)

    def _is_polish(self) -> bool:
        window = self.words[:_LOOK_BACK]
        if any(_POLISH_LETTERS & set(word) for word in window):
            return True
        return bool(POLISH.intersection(window))

    def _count(self, start: int, end: int) -> int:
        return sum(1 for word in self.words[max(start, end - _LOOK_BACK) : end] if word)

    def _has_verb(self, start: int, end: int) -> bool:
        return any(is_verb(word, self.polish) for word in self.words[max(start, end - _LOOK_BACK) : end] if word)

    def _opens(self, begin: int, at: int) -> bool:
        """Does a new mention begin at this word, given that the current one began at `begin`?"""
        after_comma = self.tokens[at - 1].kind in ("comma", "dash")
        word = self.words[at]
        if not any(self.words[begin : begin + 2]) or not any(self.words[at + 1 : at + 3]):
            return False
        if word in CONTRAST and (after_comma or word not in ONLY_AFTER_COMMA):
            return not self._exception(at)
        if self._addition(at, after_comma):
            return True
        if word in self.joiners:
            return self._joined(begin, at)
        return self._comma_clause(begin, at) if after_comma else self._run_on(begin, at)

    def _exception(self, at: int) -> bool:
        """ "nothing but", "nie tylko": no contrast of two things."""
        before = self.words[at - 1]
        if self.words[at] in ("but", "except"):
            return before in ("nothing", "anything", "everything", "none") or self.words[at + 1] in ("also", "for")
        return self.words[at] == "tylko" and before == "nie"

    def _addition(self, at: int, after_comma: bool) -> bool:
        openings = ADDITION if after_comma else ALWAYS
        return any(tuple(self.words[at : at + len(opening)]) == opening for opening in openings)

    def _clause_ahead(self, at: int) -> bool:
        """Do a subject and a verb of its own follow within a few words?"""
        window = [word for word in self.words[at : at + _NEAR + 2] if word]
        while window and window[0] in ADVERBS:
            window = window[1:]
        if not window or window[0] in SUBORDINATE - {"that", "what"}:
            return False
        for offset, word in enumerate(window[:_NEAR]):
            if offset and word in SUBORDINATE | self.joiners:
                return False
            if is_verb(word, self.polish) and not (offset and window[offset - 1] in DETERMINERS | {"a", "an"}):
                return offset > 0 or word == "nie"
        return False

    def _joined(self, begin: int, at: int) -> bool:
        """ "... and the staff was rude": both sides say something. "... and left": the same subject goes on."""
        if not self._has_verb(begin, at) or self._waits(begin, at):
            return False
        following = [word for word in self.words[at + 1 : at + _NEAR + 2] if word and word not in ADVERBS]
        if len(following) < _LEAST or following[0] in SUBORDINATE:
            return False
        if not self.polish:
            pronoun = following[0] in PRONOUNS - {"this", "these", "that", "everything"}
            return pronoun or (not is_verb(following[0], False) and self._clause_ahead(at + 1))
        if following[0] in SUBJECTS_PL or following[0] in IMPERSONAL_PL or FIRST_PERSON_PL.fullmatch(following[0]):
            return True
        return self._clause_ahead(at + 1) or (self.words[at] == "a" and self._has_verb(at, at + _NEAR + 1))

    def _waits(self, begin: int, at: int) -> bool:
        """Is the main clause still to come ("if ..., ")?"""
        if self.words[begin] not in SUBORDINATE - {"that", "what", "co", "by", "as", "so", "po"}:
            return False
        return not any(token.kind == "comma" for token in self.tokens[max(begin, at - _LOOK_BACK) : at - 1])

    def _comma_clause(self, begin: int, at: int) -> bool:
        if self.words[at] in SUBORDINATE or not self._has_verb(begin, at) or self._waits(begin, at):
            return False
        if self._count(begin, at) < _LEAST or self._inserted(begin, at):
            return False
        if self.polish and (self.words[at] in SUBJECTS_PL - {"to"} or FIRST_PERSON_PL.fullmatch(self.words[at])):
            return True
        return self._clause_ahead(at)

    def _inserted(self, begin: int, at: int) -> bool:
        """ "The man, who came yesterday, was ...": this comma closes a clause inside a clause."""
        for back in range(at - 2, max(begin, at - _LOOK_BACK), -1):
            if self.tokens[back].kind == "comma":
                return self.words[back + 1] in SUBORDINATE and not self._has_verb(begin, back)
        return False

    def _run_on(self, begin: int, at: int) -> bool:
        """A new clause without any mark: "the app is slow the staff is nice". Only after a finished clause."""
        before = self.words[at - 1]
        if len(self.words) < _RUN_ON or not before or self._count(begin, at) < _LEAST + 1:
            return False
        if not self._has_verb(begin, at) or self._waits(begin, at):
            return False
        return self._run_on_polish(begin, at) if self.polish else self._run_on_english(begin, at)

    def _run_on_english(self, begin: int, at: int) -> bool:
        word, before = self.words[at], self.words[at - 1]
        if word not in PRONOUNS | DETERMINERS or word in ("no", "all", "you", "that", "his", "her", "some", "each"):
            return False
        if before in SAYING or before in SUBORDINATE or is_verb(before, False) or self._count(begin, at) <= _LEAST + 1:
            return False
        return self._clause_ahead(at) and not self._relative(begin, at)

    def _relative(self, begin: int, at: int) -> bool:
        """ "the things they did": a pronoun right after a noun with an article may be a relative clause."""
        near = self.words[max(begin, at - 3) : at]
        return self.words[at] in PRONOUNS and any(word in DETERMINERS | {"a", "an"} for word in near)

    def _run_on_polish(self, begin: int, at: int) -> bool:
        """ "aplikacja się zacina logowanie nie działa": a subject right before its verb, in a text without commas."""
        word, before = self.words[at], self.words[at - 1]
        if any(token.kind == "comma" for token in self.tokens[max(0, at - _LOOK_BACK) : at + _LOOK_BACK]):
            return False
        if before in PREPOSITIONS or before in SUBORDINATE or word in PREPOSITIONS or word in SUBORDINATE:
            return False
        near = self.words[max(begin, at - 2) : at]
        if word == "nikt" or (FIRST_PERSON_PL.fullmatch(word) and not (SUBJECTS_PL | PREPOSITIONS).intersection(near)):
            return True
        following = self.words[at + 1 : at + 3]
        main = following[:1] in (["nie"], ["jest"], ["są"], ["był"], ["była"], ["było"], ["były"])
        return main and not is_verb(word, True) and word not in SUBJECTS_PL | ADVERBS
