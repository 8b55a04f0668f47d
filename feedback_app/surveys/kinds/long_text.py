"""Long text: as many words as the respondent likes; what themes are made from. Pure."""

from __future__ import annotations

from feedback_app.errors import N_
from feedback_app.surveys.form_spec import QuestionSpec
from feedback_app.surveys.kinds.base.kind import Problem, Reply, words_within
from feedback_app.surveys.kinds.base.text import TextKind


class LongText(TextKind):
    """As many words as the respondent likes."""

    code = "long_text"
    title = N_("Long text")
    hint = N_("Their own words. These answers are grouped into themes.")
    position = 20
    precedence = 1
    seconds = 40
    limit = 20_000  # about eight printed pages

    def _read(self, given: list[str], question: QuestionSpec) -> Reply | Problem:
        return words_within(self.limit, "\n".join(given))


KIND = LongText()
