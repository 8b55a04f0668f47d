"""Yes or no: two buttons; yes is kept as 1, no as 0. Pure."""

from __future__ import annotations

from feedback_app.errors import N_
from feedback_app.imports.headings import is_yes
from feedback_app.surveys.form_spec import QuestionSpec
from feedback_app.surveys.kinds.base.counts import Counts, Summary
from feedback_app.surveys.kinds.base.kind import Problem, QuestionKind, Reply, one_of

NUMBERS = {"yes": 1, "no": 0}


class YesNo(QuestionKind):
    """Yes is kept as 1, no as 0."""

    code = "yes_no"
    title = N_("Yes or no")
    hint = N_("Two buttons.")
    column = "number"
    position = 30
    seconds = 6

    def _read(self, texts: list[str], question: QuestionSpec) -> Reply | Problem:
        return one_of(texts, {word: Reply(number=number) for word, number in NUMBERS.items()})

    def typed(self, cell: str, question: QuestionSpec) -> list[str]:
        """Return yes or no for whatever words say it."""
        said = is_yes(cell)
        return [cell] if said is None else ["yes" if said else "no"]

    def summary(self, question: QuestionSpec, counts: Counts) -> Summary:
        """Return how many said yes and how many no."""
        return Summary(counts.answered, {word: counts.numbers.get(number, 0) for word, number in NUMBERS.items()})


KIND = YesNo()
