"""Recommendation (NPS): how likely they are to recommend us, and the score with its uncertainty. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import sqrt

from feedback_app.errors import N_
from feedback_app.surveys.form_spec import QuestionSpec
from feedback_app.surveys.kinds.base.counts import Counts
from feedback_app.surveys.kinds.base.kind import Problem, Reply, one_of
from feedback_app.surveys.kinds.base.scale import SCORE_WORDS, ScaleKind, ScaleSummary, mean, median

Z95 = 1.959963984540054  # two-sided 95 % of the normal distribution


@dataclass(frozen=True, slots=True)
class NpsSummary(ScaleSummary):
    """The numbers and the score they make."""

    recommendation: Recommendation


class Nps(ScaleKind):
    """How likely they are to recommend us, 0 to 10 (Reichheld 2003): 9 and 10 promote, 0 to 6 detract."""

    code = "nps"
    title = N_("Recommendation (NPS)")
    hint = N_("From 0 to 10: how likely they are to recommend you.")
    position = 70
    precedence = 1
    seconds = 8
    scale = tuple(range(11))
    column_words = f"{SCORE_WORDS}, nps, recommendation, net promoter score, rekomendacja, polecenie"

    def _read(self, texts: list[str], question: QuestionSpec) -> Reply | Problem:
        return one_of(texts, {str(point): Reply(number=point) for point in self.scale})

    def summary(self, question: QuestionSpec, counts: Counts) -> NpsSummary:
        """Return how many gave each number, and the score."""
        numbers = counts.numbers
        chart = {str(point): numbers.get(point, 0) for point in self.scale}
        return NpsSummary(counts.answered, chart, mean(numbers), median(numbers), recommendation(numbers))


@dataclass(frozen=True, slots=True)
class Recommendation:
    """The Net Promoter Score, from -100 to 100, with the interval that holds the true one in 95 cases of 100."""

    promoters: int
    passives: int
    detractors: int

    @property
    def answers(self) -> int:
        """How many people gave a number."""
        return self.promoters + self.passives + self.detractors

    @property
    def score(self) -> float | None:
        """Share of promoters less share of detractors, in points; None when nobody answered."""
        return 100 * (self.promoters - self.detractors) / self.answers if self.answers else None

    @property
    def interval(self) -> tuple[float, float] | None:
        """The 95 % interval of the score, in points; None when nobody answered.

        Adjusted Wald: three made-up answers (3/4 promoters, 3/2 passives, 3/4 detractors) are added first, which
        keeps the promise for small samples where the plain interval is far too narrow (Rocks 2016, "Interval
        Estimation for the Net Promoter Score", The American Statistician 70:4).
        """
        if not self.answers:
            return None
        people = self.answers + 3
        plus, minus = (self.promoters + 0.75) / people, (self.detractors + 0.75) / people
        middle = plus - minus
        half = Z95 * sqrt(max(plus + minus - middle**2, 0) / people)
        return 100 * max(middle - half, -1.0), 100 * min(middle + half, 1.0)


def recommendation(counts: Mapping[int, int]) -> Recommendation:
    """Return the score of ``counts`` (people by number, 0 to 10): 9 and 10 promote, 7 and 8 pass, 0 to 6 detract."""
    return Recommendation(
        promoters=sum(count for number, count in counts.items() if number >= 9),
        passives=sum(count for number, count in counts.items() if 7 <= number <= 8),
        detractors=sum(count for number, count in counts.items() if number <= 6),
    )


KIND = Nps()
