"""A survey summed up, question by question, by the database: no response is loaded for it. Reads only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import ColumnElement, func, select, true

from feedback_app.database import is_postgresql
from feedback_app.extensions import db
from feedback_app.responses.filters import Filter
from feedback_app.responses.models import Answer, Response
from feedback_app.responses.queries import conditions_of, how_many
from feedback_app.surveys.form_spec import FormSpec, QuestionSpec
from feedback_app.surveys.kinds.base.counts import Counts, SaidText, Summary
from feedback_app.surveys.kinds.registry import kind_of
from feedback_app.surveys.models import Option, Question

LATEST = 5  # texts shown of each question
SHOWN = 600  # characters of each


@dataclass(frozen=True)
class Group:
    """Some of those who answered, summed up: how many they are, and the counts that the questions are made from.

    ``numbers`` by question and number; ``options`` by question and option code; ``parts`` by question, part and value;
    ``answered`` and ``texts`` by question.
    """

    kind: str
    stage: str
    responses: int
    answered: Mapping[int, int]
    numbers: Mapping[int, Mapping[int, int]]
    options: Mapping[int, Mapping[str, int]]
    parts: Mapping[int, Mapping[str, Mapping[str, int]]]
    texts: Mapping[int, list[SaidText]]

    def of(self, question: QuestionSpec) -> Summary:
        """Return this group's answers to ``question``, summed up by its kind."""
        counts = Counts(
            self.answered.get(question.id, 0),
            self.numbers.get(question.id, {}),
            self.options.get(question.id, {}),
            self.parts.get(question.id, {}),
            self.texts.get(question.id, ()),
        )
        return kind_of(question).summary(question, counts)


def group(spec: FormSpec, kind: str = "", stage: str = "") -> Group:
    """Sum up those who answered the survey of ``spec`` and are of ``kind`` and ``stage`` (empty: everybody).

    Four statements, whatever the number of questions and of responses; one more where a question has several parts.
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
    options, parts = _options(conditions, spec), _parts(conditions, spec)
    return Group(kind, stage, how_many(wanted), answered, numbers, options, parts, _latest(conditions))


def _options(conditions: list[ColumnElement[bool]], spec: FormSpec) -> dict[int, dict[str, int]]:
    within = "|" + Option.code + "|"
    counts: dict[int, dict[str, int]] = {}
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
        counts.setdefault(question_id, {})[code] = count
    return counts


def _parts(conditions: list[ColumnElement[bool]], spec: FormSpec) -> dict[int, dict[str, dict[str, int]]]:
    ids = [one.id for one in spec.questions if kind_of(one).column == "parts"]
    if not ids:
        return {}
    each = func.jsonb_each_text if is_postgresql() else func.json_each
    part = each(Answer.parts).table_valued("key", "value")
    counts: dict[int, dict[str, dict[str, int]]] = {}
    for question_id, code, value, count in db.session.execute(
        select(Answer.question_id, part.c.key, part.c.value, func.count())
        .join(Response, Response.id == Answer.response_id)
        .join(part, true())
        .where(*conditions, Answer.question_id.in_(ids), Answer.parts.is_not(None))
        .group_by(Answer.question_id, part.c.key, part.c.value)
    ):
        counts.setdefault(question_id, {}).setdefault(code, {})[str(value)] = count
    return counts


def _latest(conditions: list[ColumnElement[bool]]) -> dict[int, list[SaidText]]:
    place = func.row_number().over(
        partition_by=Answer.question_id, order_by=(Response.submitted_at.desc(), Response.id.desc())
    )
    ranked = (
        select(Answer.id, place.label("place")).join(Response).where(*conditions, Answer.text.is_not(None)).subquery()
    )
    latest: dict[int, list[SaidText]] = {}
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
        latest.setdefault(question_id, []).append(SaidText(*words))
    return latest
