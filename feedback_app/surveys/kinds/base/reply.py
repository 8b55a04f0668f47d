"""What was said to one question, or why it cannot be taken. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from feedback_app.errors import N_

Column = Literal["text", "number", "chosen", "parts"]
AnswerValue = str | int | Sequence[str] | Mapping[str, int | str]
"""One answer as plain data tells it: words, a number, yes or no, a code, several of them, or a value for each part."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What one answer holds: words, a number, chosen codes, or a value for each of several parts (a row of a matrix,
    the place of an option in a ranking). None of them: nothing was said.
    """

    text: str | None = None
    number: int | None = None
    chosen: tuple[str, ...] | None = None
    parts: Mapping[str, int | str] | None = None

    @property
    def empty(self) -> bool:
        """True when nothing was said, so that no answer is to be kept."""
        return self.text is None and self.number is None and self.chosen is None and self.parts is None

    @property
    def stored_choice(self) -> str | None:
        """The chosen codes as the answer's column keeps them: ``|price|delivery|``."""
        return f"|{'|'.join(self.chosen)}|" if self.chosen else None

    def as_columns(self) -> dict[str, object]:
        """Return what the columns of the answer's row keep, by name; ``stored_reply`` is the way back."""
        return {"text": self.text, "number": self.number, "chosen": self.stored_choice, "parts": self.parts}


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a reply cannot be taken: an untranslated message (a gettext msgid) and the values that fill it."""

    message: str
    values: tuple[tuple[str, object], ...] = ()

    def __str__(self) -> str:
        return self.message % dict(self.values) if self.values else self.message


NOTHING = Reply()
ANSWER_THIS = Problem(N_("Please answer this question."))
ONE_OF_THESE = Problem(N_("Please choose one of the answers offered."))
ONLY_ONE = Problem(N_("Please choose only one answer."))


def chosen_of(stored: str | None) -> tuple[str, ...]:
    """Return the codes in an answer's column ``chosen``: the way back from ``Reply.stored_choice``."""
    return tuple(code for code in (stored or "").split("|") if code)


def stored_reply(
    text: str | None, number: int | None, chosen: str | None, parts: Mapping[str, int | str] | None
) -> Reply:
    """Return what the columns of an answer's row hold."""
    return Reply(text, number, chosen_of(chosen) if chosen is not None else None, parts)
