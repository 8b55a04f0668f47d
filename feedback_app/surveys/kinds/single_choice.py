"""One choice of several options. Pure."""

from __future__ import annotations

from feedback_app.errors import N_
from feedback_app.imports.headings import fold
from feedback_app.surveys.form_spec import QuestionSpec
from feedback_app.surveys.kinds.base.choice import ChoiceKind, codes_by_word
from feedback_app.surveys.kinds.base.kind import Problem, Reply, one_of


class SingleChoice(ChoiceKind):
    """One of several options."""

    code = "single_choice"
    title = N_("One choice")
    hint = N_("One of several options.")
    position = 40
    seconds = 10

    def _read(self, texts: list[str], question: QuestionSpec) -> Reply | Problem:
        return one_of(texts, {option.code: Reply(chosen=(option.code,)) for option in question.options})

    def typed(self, cell: str, question: QuestionSpec) -> list[str]:
        """Return the option that ``cell`` names by its code or its words in any language."""
        return [codes_by_word(question).get(fold(cell), cell)]


KIND = SingleChoice()
