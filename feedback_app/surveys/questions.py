"""The kinds of question. Each is a small object with the same verbs; nothing else asks which kind it has. Pure.

A form sends, for each question, the list of strings of its inputs; ``clean`` turns it into a ``Reply`` (what the answer
will hold) or a ``Problem`` (what to tell the respondent). The rest of the house asks a kind for what differs:
which column holds the answer, how it is summed up, which columns it has in an exported file.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Literal

from feedback_app.common.text import one_line, tidy
from feedback_app.errors import N_
from feedback_app.surveys.form_spec import QuestionSpec

TEXT_LIMIT = 20_000  # characters of one long answer: about eight printed pages
SHORT_TEXT_LIMIT = 300
Column = Literal["text", "number", "chosen"]
Summary = Literal["texts", "yes_no", "shares", "mean", "nps"]


@dataclass(frozen=True, slots=True)
class Reply:
    """What one answer holds: words, a number, or chosen codes. None of them: nothing was said."""

    text: str | None = None
    number: int | None = None
    chosen: tuple[str, ...] | None = None

    @property
    def empty(self) -> bool:
        """True when nothing was said, so that no answer is to be kept."""
        return self.text is None and self.number is None and self.chosen is None

    @property
    def stored_choice(self) -> str | None:
        """The chosen codes as the answer's column keeps them: ``|price|delivery|``."""
        return f"|{'|'.join(self.chosen)}|" if self.chosen else None


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


class Kind:
    """What every kind can do; the kinds below say how.

    ``title`` and ``hint`` are gettext msgids for the builder. ``needs_options``: has choices of its own.
    ``has_ends``: its scale may have words at both ends. ``column``: which column of the answer holds the reply.
    ``summary``: how replies are summed up.
    """

    code: ClassVar[str]
    title: ClassVar[str]
    hint: ClassVar[str]
    column: ClassVar[Column]
    summary: ClassVar[Summary]
    needs_options: ClassVar[bool] = False
    has_ends: ClassVar[bool] = False
    scale: ClassVar[tuple[int, ...]] = ()

    def clean(self, raw: Sequence[str], question: QuestionSpec) -> Reply | Problem:
        """Return what the respondent said, ``NOTHING`` if they said nothing, or the problem to show them.

        ``raw`` is what the form sent for this question, in order; it may hold anything.
        """
        given = [text for text in (tidy(one) for one in raw) if text]
        if not given:
            return ANSWER_THIS if question.required else NOTHING
        return self._read(given, question)

    def _read(self, given: list[str], question: QuestionSpec) -> Reply | Problem:
        raise NotImplementedError

    def columns(self, question: QuestionSpec) -> tuple[str, ...]:
        """Return the headings of this question in an exported file, stable across languages."""
        return (question.code,)

    def cells(self, question: QuestionSpec, reply: Reply) -> tuple[str | int | None, ...]:
        """Return the values below those headings; None where nothing was said."""
        return (reply.text if self.column == "text" else reply.number,)


class ShortText(Kind):
    """One line of words."""

    code = "short_text"
    title = N_("Short text")
    hint = N_("One line, such as a name or a place.")
    column = "text"
    summary = "texts"

    def _read(self, given: list[str], question: QuestionSpec) -> Reply | Problem:
        return _within(one_line(" ".join(given)), SHORT_TEXT_LIMIT)


class LongText(Kind):
    """As many words as the respondent likes; what themes are made from."""

    code = "long_text"
    title = N_("Long text")
    hint = N_("Their own words. These answers are grouped into themes.")
    column = "text"
    summary = "texts"

    def _read(self, given: list[str], question: QuestionSpec) -> Reply | Problem:
        return _within("\n".join(given), TEXT_LIMIT)


def _within(text: str, limit: int) -> Reply | Problem:
    if len(text) > limit:
        return Problem(
            N_("Please shorten this to %(limit)d characters; there are %(now)d now."),
            (("limit", limit), ("now", len(text))),
        )
    return Reply(text=text)


class YesNo(Kind):
    """Yes is kept as 1, no as 0."""

    code = "yes_no"
    title = N_("Yes or no")
    hint = N_("Two buttons.")
    column = "number"
    summary = "yes_no"
    choices: ClassVar[dict[str, str]] = {"yes": N_("Yes"), "no": N_("No")}

    def _read(self, given: list[str], question: QuestionSpec) -> Reply | Problem:
        if len(given) > 1:
            return ONLY_ONE
        return Reply(number=int(given[0] == "yes")) if given[0] in self.choices else ONE_OF_THESE


class _Choice(Kind):
    column = "chosen"
    summary = "shares"
    needs_options = True

    def cells(self, question: QuestionSpec, reply: Reply) -> tuple[str | int | None, ...]:
        """Return the chosen code."""
        return (reply.chosen[0] if reply.chosen else None,)


class SingleChoice(_Choice):
    """One of several options."""

    code = "single_choice"
    title = N_("One choice")
    hint = N_("One of several options.")

    def _read(self, given: list[str], question: QuestionSpec) -> Reply | Problem:
        if len(given) > 1:
            return ONLY_ONE
        known = {option.code for option in question.options}
        return Reply(chosen=(given[0],)) if given[0] in known else ONE_OF_THESE


class MultipleChoice(_Choice):
    """Any number of options; kept in the order in which they are offered."""

    code = "multiple_choice"
    title = N_("Several choices")
    hint = N_("Any number of the options.")

    def _read(self, given: list[str], question: QuestionSpec) -> Reply | Problem:
        wanted = set(given)
        chosen = tuple(option.code for option in question.options if option.code in wanted)
        return Reply(chosen=chosen) if len(chosen) == len(wanted) else ONE_OF_THESE

    def columns(self, question: QuestionSpec) -> tuple[str, ...]:
        """Return one heading per option, so that each can be counted in a spreadsheet."""
        return tuple(f"{question.code}.{option.code}" for option in question.options)

    def cells(self, question: QuestionSpec, reply: Reply) -> tuple[str | int | None, ...]:
        """Return 1 for each chosen option and 0 for the others; None everywhere when nothing was said."""
        if reply.chosen is None:
            return (None,) * len(question.options)
        return tuple(int(option.code in reply.chosen) for option in question.options)


class _Scale(Kind):
    column = "number"
    has_ends = True

    def _read(self, given: list[str], question: QuestionSpec) -> Reply | Problem:
        if len(given) > 1:
            return ONLY_ONE
        points = {str(point): point for point in self.scale}
        return Reply(number=points[given[0]]) if given[0] in points else ONE_OF_THESE


class Rating(_Scale):
    """From 1 (low) to 5 (high)."""

    code = "rating"
    title = N_("Rating")
    hint = N_("From 1 to 5, with words at both ends.")
    summary = "mean"
    scale = (1, 2, 3, 4, 5)


class Nps(_Scale):
    """How likely they are to recommend us, 0 to 10 (Reichheld 2003): 9 and 10 promote, 0 to 6 detract."""

    code = "nps"
    title = N_("Recommendation (NPS)")
    hint = N_("From 0 to 10: how likely they are to recommend you.")
    summary = "nps"
    scale = tuple(range(11))


KINDS: dict[str, Kind] = {
    kind.code: kind for kind in (ShortText(), LongText(), YesNo(), SingleChoice(), MultipleChoice(), Rating(), Nps())
}


def kind_of(question: QuestionSpec) -> Kind:
    """Return the kind of ``question``."""
    return KINDS[question.kind]


def clean(raw: Sequence[str], question: QuestionSpec) -> Reply | Problem:
    """Return the reply to ``question`` in what a form sent, or the problem with it; see ``Kind.clean``."""
    return KINDS[question.kind].clean(raw, question)
