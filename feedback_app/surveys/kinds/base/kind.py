"""What every kind of question can do, and the reply or the problem it gives. The rest of the house asks a kind for what
differs, never which kind it is. Pure.

A form sends, for each question, a list of strings; ``clean`` turns it into a ``Reply`` (what the answer will hold) or
a ``Problem`` (what to tell the respondent). Files and plain data are first told as a form would have sent them, so
that one set of rules decides what an answer may be.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar, Literal

from feedback_app.common.text import tidy
from feedback_app.errors import N_
from feedback_app.surveys.form_spec import QuestionSpec
from feedback_app.surveys.kinds.base.counts import Counts, Summary

Column = Literal["text", "number", "chosen", "parts"]
Cell = str | int | None
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


def one_of(texts: Sequence[str], replies: Mapping[str, Reply]) -> Reply | Problem:
    """Return the reply that the one string sent stands for, or that one, and one of these, is to be chosen."""
    if len(texts) > 1:
        return ONLY_ONE
    return replies.get(texts[0], ONE_OF_THESE)


def words_within(limit: int, text: str) -> Reply | Problem:
    """Return ``text`` as the reply, or that it has more than ``limit`` characters."""
    if len(text) <= limit:
        return Reply(text=text)
    too_long = N_("Please shorten this to %(limit)d characters; there are %(now)d now.")
    return Problem(too_long, (("limit", limit), ("now", len(text))))


def chosen_of(stored: str | None) -> tuple[str, ...]:
    """Return the codes in an answer's column ``chosen``: the way back from ``Reply.stored_choice``."""
    return tuple(code for code in (stored or "").split("|") if code)


def stored_reply(
    text: str | None, number: int | None, chosen: str | None, parts: Mapping[str, int | str] | None
) -> Reply:
    """Return what the columns of an answer's row hold."""
    return Reply(text, number, chosen_of(chosen) if chosen is not None else None, parts)


class QuestionKind(ABC):
    """One kind of question: its name for staff, what it needs, and how its answers are read, kept, filed, summed up.

    ``title`` and ``hint`` are gettext msgids for the builder, where kinds stand by ``position``. ``column``: which
    column of the answer holds the reply. ``seconds``: about how long reading and answering takes (an estimate for the
    letter, not a measurement). ``needs_options``: has choices of its own. ``has_ends``: its scale may have words at
    both ends. ``free_text``: holds people's own words, which become mentions and themes. ``score``: its number tells
    how content they are, from ``scale[0]`` to ``scale[-1]``. ``precedence``: of several free texts or scores, the
    kind with the highest stands for the whole response. ``column_words``: common headings, comma-separated, that
    mean a question of this kind in a file of answers.
    """

    code: ClassVar[str]
    title: ClassVar[str]
    hint: ClassVar[str]
    column: ClassVar[Column]
    seconds: ClassVar[int]
    position: ClassVar[int] = 1000
    precedence: ClassVar[int] = 0
    needs_options: ClassVar[bool] = False
    has_ends: ClassVar[bool] = False
    free_text: ClassVar[bool] = False
    score: ClassVar[bool] = False
    scale: ClassVar[tuple[int, ...]] = ()
    column_words: ClassVar[str] = ""

    @property
    def template(self) -> str:
        """The template with the macros ``ask``, ``said``, ``summary`` and ``build`` of this kind."""
        return f"surveys/kinds/{self.code}.html"

    def sent(self, question: QuestionSpec, values_of: Callable[[str], list[str]]) -> list[str]:
        """Return what the answering form sent for ``question``; ``values_of(name)`` gives the strings of one input."""
        return values_of(question.field)

    def clean(self, raw: Sequence[str], question: QuestionSpec) -> Reply | Problem:
        """Return what the respondent said, ``NOTHING`` if they said nothing, or the problem to show them.

        ``raw`` is what the form sent for this question, in order; it may hold anything.
        """
        texts = [text for text in (tidy(one) for one in raw) if text]
        if not texts:
            return ANSWER_THIS if question.required else NOTHING
        return self._read(texts, question)

    @abstractmethod
    def _read(self, given: list[str], question: QuestionSpec) -> Reply | Problem:
        """Return the reply in ``given``: at least one string, each tidied and not blank."""

    def of_value(self, value: AnswerValue, question: QuestionSpec) -> Reply | Problem:
        """Return the answer that plain data tells: words, a number, True or False, a code, or several codes."""
        if isinstance(value, bool):
            return self.clean(["yes" if value else "no"], question)
        if isinstance(value, str | int):
            return self.clean([str(value)], question)
        return ONE_OF_THESE if isinstance(value, Mapping) else self.clean([str(one) for one in value], question)

    def columns(self, question: QuestionSpec) -> tuple[str, ...]:
        """Return the headings of this question in an exported file, stable across languages."""
        return (question.code,)

    def cells(self, question: QuestionSpec, reply: Reply, language: str) -> tuple[Cell, ...]:
        """Return the values below those headings, None where nothing was said; words for people in ``language``."""
        return (reply.text if self.column == "text" else reply.number,)

    def of_cell(self, cell: str, question: QuestionSpec) -> Reply | Problem:
        """Return the answer that ``cell`` (not blank) of a file gives, or why a row with it cannot be taken."""
        found = self.clean(self.typed(cell, question), question)
        return self.misfit(cell, question) if isinstance(found, Problem) else found

    def typed(self, cell: str, question: QuestionSpec) -> list[str]:
        """Return what the answering form would have sent for ``cell``."""
        return [cell]

    def misfit(self, cell: str, question: QuestionSpec) -> Problem:
        """Return what to say of a cell that is no answer."""
        return Problem(
            N_("“%(word)s” is not one of the answers to “%(column)s”."),
            (("word", cell[:60]), ("column", question.code)),
        )

    def part_columns(self, question: QuestionSpec) -> dict[str, str]:
        """Return, by heading, the part of the question that a column of a file holds; empty: one column has it all."""
        return {}

    def of_parts(self, cells: Mapping[str, str], question: QuestionSpec) -> Reply | Problem:
        """Return the answer told in several columns: the cells (not blank) by part, as ``part_columns`` names them."""
        raise NotImplementedError(f"{self.code} names no columns for parts")

    def summary(self, question: QuestionSpec, counts: Counts) -> Summary:
        """Return the answers of a group summed up."""
        return Summary(counts.answered, {})
