"""What kinds with a row of numbers share, and what numbers say about many answers: mean and median. Pure."""

from __future__ import annotations

import re
from abc import ABC
from collections.abc import Mapping
from dataclasses import dataclass

from feedback_app.surveys.form_spec import QuestionSpec
from feedback_app.surveys.kinds.base.counts import Counts, Summary
from feedback_app.surveys.kinds.base.kind import QuestionKind

SCORE_WORDS = "score, points, wynik, punkty"
_WHOLE = re.compile(r"(\d{1,2})(?:[.,]0+)?(?:\s*/\s*\d{1,2})?")  # 9, 9.0, 9/10


@dataclass(frozen=True, slots=True)
class ScaleSummary(Summary):
    """A scale summed up: mean and median, None when nobody answered."""

    mean: float | None
    median: float | None


class ScaleKind(QuestionKind, ABC):
    """One of the numbers of ``scale``."""

    column = "number"
    has_ends = True
    score = True

    def typed(self, cell: str, question: QuestionSpec) -> list[str]:
        """Return the number in ``cell``: 9, 9.0, 9,0 and 9/10 are the same."""
        number = _WHOLE.fullmatch(cell.strip())
        return [str(int(number[1]))] if number else [cell]

    def summary(self, question: QuestionSpec, counts: Counts) -> ScaleSummary:
        """Return how many gave each number, with mean and median."""
        chart = {str(point): counts.numbers.get(point, 0) for point in self.scale}
        return ScaleSummary(counts.answered, chart, mean(counts.numbers), median(counts.numbers))


def mean(counts: Mapping[int, int]) -> float | None:
    """Return the mean of numbers given as counts; None when there are none."""
    total = sum(counts.values())
    return sum(number * count for number, count in counts.items()) / total if total else None


def median(counts: Mapping[int, int]) -> float | None:
    """Return the median of numbers given as counts (between the middle two when even); None when there are none."""
    total = sum(counts.values())
    if not total:
        return None
    return (_at(counts, (total - 1) // 2) + _at(counts, total // 2)) / 2


def _at(counts: Mapping[int, int], place: int) -> int:
    for number in sorted(counts):
        place -= counts[number]
        if place < 0:
            return number
    raise IndexError(place)
