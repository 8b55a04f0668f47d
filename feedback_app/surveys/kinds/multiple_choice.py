"""Several choices: any number of options, kept in the order in which they are offered. Pure."""

from __future__ import annotations

import re

from feedback_app.errors import N_
from feedback_app.imports.headings import fold
from feedback_app.surveys.form_spec import QuestionSpec
from feedback_app.surveys.kinds.base.choice import LABEL, ChoiceKind, codes_by_word, labels
from feedback_app.surveys.kinds.base.kind import ONE_OF_THESE, Cell, Problem, Reply

_BETWEEN = re.compile(r"[|;\n]")


class MultipleChoice(ChoiceKind):
    """Any number of options."""

    code = "multiple_choice"
    title = N_("Several choices")
    hint = N_("Any number of the options.")
    position = 50
    seconds = 12

    def _read(self, given: list[str], question: QuestionSpec) -> Reply | Problem:
        wanted = set(given)
        chosen = tuple(option.code for option in question.options if option.code in wanted)
        return Reply(chosen=chosen) if len(chosen) == len(wanted) else ONE_OF_THESE

    def columns(self, question: QuestionSpec) -> tuple[str, ...]:
        """Return one heading per option, so that each can be counted in a spreadsheet, and one for the words."""
        return (*self.part_columns(question), question.code + LABEL)

    def cells(self, question: QuestionSpec, reply: Reply, language: str) -> tuple[Cell, ...]:
        """Return 1 for each chosen option and 0 for the others; None everywhere when nothing was said."""
        words = labels(question, reply, language)
        if reply.chosen is None:
            return (*((None,) * len(question.options)), words)
        return (*(int(option.code in reply.chosen) for option in question.options), words)

    def typed(self, cell: str, question: QuestionSpec) -> list[str]:
        """Return the options that ``cell`` names, with | or ; or line ends between them, else commas."""
        codes = codes_by_word(question)
        if fold(cell) in codes:
            return [codes[fold(cell)]]
        parts = _BETWEEN.split(cell) if _BETWEEN.search(cell) else cell.split(",")
        return [codes.get(fold(part), part) for part in parts if part.strip()]


KIND = MultipleChoice()
