"""Short text: one line of words. Pure."""

from __future__ import annotations

from feedback_app.common.text import one_line
from feedback_app.errors import N_
from feedback_app.surveys.form_spec import QuestionSpec
from feedback_app.surveys.kinds.base.kind import Problem, Reply, words_within
from feedback_app.surveys.kinds.base.text import TextKind


class ShortText(TextKind):
    """One line of words."""

    code = "short_text"
    title = N_("Short text")
    hint = N_("One line, such as a name or a place.")
    position = 10
    seconds = 15
    limit = 300

    def _read(self, given: list[str], question: QuestionSpec) -> Reply | Problem:
        return words_within(self.limit, one_line(" ".join(given)))


KIND = ShortText()
