"""Ranking: a made-up kind of question that does not ship; its options are put in order, 1 for the most important."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from feedback_app.errors import N_
from feedback_app.imports.headings import fold
from feedback_app.surveys.form_spec import QuestionSpec
from feedback_app.surveys.kinds.base.choice import codes_by_word
from feedback_app.surveys.kinds.base.counts import Counts, Summary
from feedback_app.surveys.kinds.base.kind import ONE_OF_THESE, AnswerValue, Cell, Problem, QuestionKind, Reply
from feedback_app.surveys.kinds.base.scale import mean

EACH_ONCE = Problem(N_("Please give each place once, beginning with 1."))


@dataclass(frozen=True, slots=True)
class RankingSummary(Summary):
    """The chart counts who put an option first; ``places``: the mean place of each, None where nobody placed it."""

    places: Mapping[str, float | None]


class Ranking(QuestionKind):
    """Options in their order; kept as the place of each: ``{"price": 2, "delivery": 1}``."""

    code = "ranking"
    title = N_("Ranking")
    hint = N_("Options put in order, the most important first.")
    column = "parts"
    needs_options = True
    seconds = 20

    def sent(self, question: QuestionSpec, values_of: Callable[[str], list[str]]) -> list[str]:
        """Return ``price=2`` for each option that was given a place: one input an option."""
        fields = {option.code: f"{question.field}.{option.code}" for option in question.options}
        return [f"{code}={place}" for code, field in fields.items() for place in values_of(field) if place]

    def _read(self, given: list[str], question: QuestionSpec) -> Reply | Problem:
        told = [(code, place) for code, _, place in (one.partition("=") for one in given)]
        known = {str(place): place for place in range(1, len(question.options) + 1)}
        codes = [option.code for option in question.options]
        if any(code not in codes or place not in known for code, place in told):
            return ONE_OF_THESE
        if sorted(known[place] for _, place in told) != list(range(1, len({code for code, _ in told}) + 1)):
            return EACH_ONCE
        return Reply(parts={code: known[place] for code, place in sorted(told, key=lambda one: codes.index(one[0]))})

    def of_value(self, value: AnswerValue, question: QuestionSpec) -> Reply | Problem:
        """Return the answer that a list of codes tells, the most important first, or the place of each code."""
        places: Mapping[str, Any] = (
            value if isinstance(value, Mapping) else {str(one): at for at, one in enumerate(_several(value), 1)}
        )
        return self.clean([f"{code}={place}" for code, place in places.items()], question)

    def columns(self, question: QuestionSpec) -> tuple[str, ...]:
        """Return a column for each option."""
        return tuple(self.part_columns(question))

    def cells(self, question: QuestionSpec, reply: Reply, language: str) -> tuple[Cell, ...]:
        """Return the place of each option."""
        return tuple((reply.parts or {}).get(option.code) for option in question.options)

    def part_columns(self, question: QuestionSpec) -> dict[str, str]:
        """Return ``order.price`` for the option price."""
        return {f"{question.code}.{option.code}": option.code for option in question.options}

    def of_parts(self, cells: Mapping[str, str], question: QuestionSpec) -> Reply | Problem:
        """Return the answer told by the place of each option."""
        found = self.clean([f"{code}={cell.strip()}" for code, cell in cells.items()], question)
        return self.misfit(", ".join(cells.values()), question) if isinstance(found, Problem) else found

    def typed(self, cell: str, question: QuestionSpec) -> list[str]:
        """Return the places of ``Delivery > Price``."""
        codes = codes_by_word(question)
        return [f"{codes.get(fold(word), word)}={place}" for place, word in enumerate(cell.split(">"), 1)]

    def summary(self, question: QuestionSpec, counts: Counts) -> RankingSummary:
        """Return how often each option came first, and its mean place."""
        first = {one.code: counts.parts.get(one.code, {}).get("1", 0) for one in question.options}
        places = {
            one.code: mean({int(place): people for place, people in counts.parts.get(one.code, {}).items()})
            for one in question.options
        }
        return RankingSummary(counts.answered, first, places)


def _several(value: Any) -> list[Any]:
    return list(value) if isinstance(value, list | tuple) else [value]


KIND = Ranking()
