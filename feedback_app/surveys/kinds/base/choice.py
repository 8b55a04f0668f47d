"""What kinds with options share. Pure."""

from __future__ import annotations

from abc import ABC
from collections.abc import Mapping

from feedback_app.imports.headings import fold, is_yes
from feedback_app.surveys.form_spec import QuestionSpec
from feedback_app.surveys.kinds.base.counts import Counts, Summary
from feedback_app.surveys.kinds.base.kind import NOTHING, Cell, Problem, QuestionKind, Reply

LABEL = ".label"  # ends the heading of the column with the words of what was chosen


class ChoiceKind(QuestionKind, ABC):
    """Options, of which codes are kept."""

    column = "chosen"
    needs_options = True

    def columns(self, question: QuestionSpec) -> tuple[str, ...]:
        """Return a heading for the code, and one for its words."""
        return (question.code, question.code + LABEL)

    def cells(self, question: QuestionSpec, reply: Reply, language: str) -> tuple[Cell, ...]:
        """Return the chosen code, and its words."""
        return (reply.chosen[0] if reply.chosen else None, labels(question, reply, language))

    def part_columns(self, question: QuestionSpec) -> dict[str, str]:
        """Return a column for each option: ``why.price`` says whether it was chosen."""
        return {f"{question.code}.{option.code}": option.code for option in question.options}

    def of_parts(self, cells: Mapping[str, str], question: QuestionSpec) -> Reply | Problem:
        """Return the options whose cell says yes, in whatever words."""
        codes = [code for code, cell in cells.items() if is_yes(cell)]
        return self.of_cell("|".join(codes), question) if codes else NOTHING

    def summary(self, question: QuestionSpec, counts: Counts) -> Summary:
        """Return how many took each option, in the order of the options."""
        return Summary(counts.answered, {one.code: counts.options.get(one.code, 0) for one in question.options})


def labels(question: QuestionSpec, reply: Reply, language: str) -> str:
    """Return the words of the chosen options in ``language`` (else the first there is), with semicolons between."""
    chosen = reply.chosen or ()
    words = (one.label.get(language) or next(iter(one.label.values()), one.code) for one in question.options
             if one.code in chosen)  # fmt: skip
    return "; ".join(words)


def codes_by_word(question: QuestionSpec) -> dict[str, str]:
    """Return the option codes by every word that may stand for one in a file, folded; codes win over labels."""
    codes = {fold(words): one.code for one in question.options for words in one.label.values()}
    return codes | {fold(one.code): one.code for one in question.options}
