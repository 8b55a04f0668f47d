"""A survey summed up, question by question, by the database: no response is loaded for it. Reads only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from sqlalchemy import ColumnElement, func, select

from feedback_app.extensions import db
from feedback_app.responses.models import Answer, Response
from feedback_app.responses.queries import conditions_of, how_many
from feedback_app.responses.reading import statistics
from feedback_app.responses.reading.filters import Filter
from feedback_app.surveys.form_spec import FormSpec, QuestionSpec
from feedback_app.surveys.models import Option, Question
from feedback_app.surveys.questions import kind_of

LATEST = 5  # texts shown of each question
SHOWN = 600  # characters of each


@dataclass(frozen=True, slots=True)
class Words:
    """One free text: whose, when, and how it begins."""

    response_id: int
    submitted_at: datetime
    kind: str
    text: str


@dataclass(frozen=True)
class Group:
    """Some of those who answered, summed up: how many they are, and the counts that the questions are made from.

    ``numbers`` by question and number; ``options`` by question and option code; ``answered`` and ``texts`` by question.
    """

    kind: str
    stage: str
    responses: int
    answered: Mapping[int, int]
    numbers: Mapping[int, Mapping[int, int]]
    options: Mapping[int, Mapping[str, int]]
    texts: Mapping[int, list[Words]]

    def of(self, question: QuestionSpec) -> Tally:
        """Return this group's answers to ``question``."""
        return Tally(question, self)


@dataclass(frozen=True)
class Tally:
    """One question as one group answered it."""

    question: QuestionSpec
    group: Group

    @property
    def answered(self) -> int:
        """How many answered this question."""
        return self.group.answered.get(self.question.id, 0)

    @cached_property
    def counts(self) -> dict[int, int]:
        """For scales and yes/no: how many gave each number, nought included."""
        given = self.group.numbers.get(self.question.id, {})
        points = kind_of(self.question).scale or (1, 0)
        return {point: given.get(point, 0) for point in points}

    @cached_property
    def choices(self) -> dict[str, int]:
        """For choices: how many took each option, in the order of the options."""
        given = self.group.options.get(self.question.id, {})
        return {option.code: given.get(option.code, 0) for option in self.question.options}

    @property
    def mean(self) -> float | None:
        """The mean of a scale."""
        return statistics.mean(self.counts)

    @property
    def median(self) -> float | None:
        """The median of a scale."""
        return statistics.median(self.counts)

    @property
    def recommendation(self) -> statistics.Recommendation:
        """The recommendation score of an NPS question."""
        return statistics.recommendation(self.counts)

    @property
    def latest(self) -> list[Words]:
        """The latest texts, newest first."""
        return self.group.texts.get(self.question.id, [])


def group(spec: FormSpec, kind: str = "", stage: str = "") -> Group:
    """Sum up those who answered the survey of ``spec`` and are of ``kind`` and ``stage`` (empty: everybody).

    Four statements, whatever the number of questions and of responses.
    """
    wanted = Filter(survey=spec.slug, kind=kind, stage=stage)
    conditions = [Response.survey_id == spec.survey_id, *conditions_of(wanted.only(survey=""))]
    answered: dict[int, int] = {}
    numbers: dict[int, dict[int, int]] = {}
    for question_id, number, count in db.session.execute(
        select(Answer.question_id, Answer.number, func.count())
        .join(Response)
        .where(*conditions)
        .group_by(Answer.question_id, Answer.number)
    ):
        answered[question_id] = answered.get(question_id, 0) + count
        if number is not None:
            numbers.setdefault(question_id, {})[number] = count
    return Group(kind, stage, how_many(wanted), answered, numbers, _options(conditions, spec), _latest(conditions))


def _options(conditions: list[ColumnElement[bool]], spec: FormSpec) -> dict[int, dict[str, int]]:
    within = "|" + Option.code + "|"
    found: dict[int, dict[str, int]] = {}
    for question_id, code, count in db.session.execute(
        select(Option.question_id, Option.code, func.count())
        .join(Question, Question.id == Option.question_id)
        .join(Answer, Answer.question_id == Option.question_id)
        .join(Response, Response.id == Answer.response_id)
        # replace() instead of LIKE: an underscore in a code would match any sign
        .where(Question.survey_id == spec.survey_id, func.replace(Answer.chosen, within, "") != Answer.chosen)
        .where(*conditions)
        .group_by(Option.question_id, Option.code)
    ):
        found.setdefault(question_id, {})[code] = count
    return found


def _latest(conditions: list[ColumnElement[bool]]) -> dict[int, list[Words]]:
    place = func.row_number().over(
        partition_by=Answer.question_id, order_by=(Response.submitted_at.desc(), Response.id.desc())
    )
    ranked = (
        select(Answer.id, place.label("place")).join(Response).where(*conditions, Answer.text.is_not(None)).subquery()
    )
    found: dict[int, list[Words]] = {}
    for question_id, *words in db.session.execute(
        select(
            Answer.question_id,
            Response.id,
            Response.submitted_at,
            Response.kind,
            func.substr(Answer.text, 1, SHOWN),
        )
        .join(ranked, ranked.c.id == Answer.id)
        .join(Response, Response.id == Answer.response_id)
        .where(ranked.c.place <= LATEST)
        .order_by(Answer.question_id, ranked.c.place)
    ):
        found.setdefault(question_id, []).append(Words(*words))
    return found
