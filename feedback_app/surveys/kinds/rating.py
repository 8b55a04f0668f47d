"""Rating: from 1 (low) to 5 (high). Pure."""

from __future__ import annotations

from feedback_app.errors import N_
from feedback_app.surveys.form_spec import QuestionSpec
from feedback_app.surveys.kinds.base.kind import Problem, Reply, one_of
from feedback_app.surveys.kinds.base.scale import SCORE_WORDS, ScaleKind


class Rating(ScaleKind):
    """From 1 (low) to 5 (high)."""

    code = "rating"
    title = N_("Rating")
    hint = N_("From 1 to 5, with words at both ends.")
    position = 60
    seconds = 6
    scale = (1, 2, 3, 4, 5)
    column_words = f"{SCORE_WORDS}, rating, stars, grade, satisfaction, ocena, gwiazdki, nota, zadowolenie, satysfakcja"

    def _read(self, texts: list[str], question: QuestionSpec) -> Reply | Problem:
        return one_of(texts, {str(point): Reply(number=point) for point in self.scale})


KIND = Rating()
