"""What kinds with people's own words share. Pure."""

from __future__ import annotations

from abc import ABC
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from feedback_app.errors import N_
from feedback_app.surveys.form_spec import QuestionSpec
from feedback_app.surveys.kinds.base.counts import Counts, SaidText, Summary
from feedback_app.surveys.kinds.base.kind import Problem, QuestionKind

TEXT_WORDS = (
    "text, answer, comment, comments, feedback, review, opinion, message, remarks, tekst, odpowiedź, komentarz, "
    "komentarze, opinia, uwagi, uwaga, treść, wiadomość, wypowiedź"
)


@dataclass(frozen=True, slots=True)
class TextSummary(Summary):
    """Free texts summed up: the latest ones."""

    latest: Sequence[SaidText]


class TextKind(QuestionKind, ABC):
    """People's own words, at most ``limit`` characters."""

    column = "text"
    free_text = True
    column_words = TEXT_WORDS
    limit: ClassVar[int]

    def misfit(self, cell: str, question: QuestionSpec) -> Problem:
        """Return that the cell is too long."""
        return Problem(
            N_("“%(column)s” is too long: %(length)s characters, at most %(most)s fit."),
            (("column", question.code), ("length", len(cell)), ("most", self.limit)),
        )

    def summary(self, question: QuestionSpec, counts: Counts) -> TextSummary:
        """Return the latest texts."""
        return TextSummary(counts.answered, {}, counts.texts)
