"""What pages ask about responses. Reads only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, bindparam, func, literal, select, tuple_

from feedback_app.contacts.models import Contact
from feedback_app.database import Page, is_postgresql, page_of
from feedback_app.errors import N_, NotFound
from feedback_app.extensions import db
from feedback_app.organisation.queries import current as organisation
from feedback_app.responses.filters import Filter
from feedback_app.responses.models import Answer, Response
from feedback_app.surveys.form_spec import FormSpec, QuestionSpec
from feedback_app.surveys.kinds.base.kind import Reply, stored_reply
from feedback_app.surveys.kinds.registry import free_texts, scores
from feedback_app.surveys.models import Question, Section, Survey
from feedback_app.surveys.queries import form_spec

LINE = 180  # characters of their words in a list


@dataclass(frozen=True, slots=True)
class Said:
    """One question with what was answered to it."""

    question: QuestionSpec
    reply: Reply
    answer_id: int


@dataclass(frozen=True, slots=True)
class Row:
    """One response in a list: who, when, to what, how it begins, and the score with its upper end (0: no score)."""

    id: int
    submitted_at: datetime
    kind: str
    stage_lost: str
    language: str
    survey_title: dict[str, str]
    name: str
    email: str
    words: str = ""
    score: int | None = None
    out_of: int = 0


@dataclass(frozen=True, slots=True)
class Whole:
    """One response with everything said; ``newer`` and ``older`` are its neighbours within a filter."""

    response: Response
    spec: FormSpec
    said: list[Said]
    newer: int | None
    older: int | None


def autocommit_reads() -> None:
    """Spare the reads that follow their BEGIN and ROLLBACK on PostgreSQL: each is one statement by itself.

    For pages that read one row or two and are asked for very often. Ends when a transaction() begins.
    """
    if is_postgresql() and not db.session().in_transaction():
        db.session.connection(execution_options={"isolation_level": "AUTOCOMMIT"})


_ANSWERS = select(Answer.question_id, Answer.id, Answer.text, Answer.number, Answer.chosen, Answer.parts)
# built once: putting a statement together costs more than running it, and respondents wait for it
_OWN_ANSWERS = _ANSWERS.join(Response).where(Response.invitation_id == bindparam("wanted"))
_ANSWERS_OF = _ANSWERS.where(Answer.response_id == bindparam("wanted"))


def own_answers(invitation_id: int, spec: FormSpec) -> list[Said]:
    """Return what came back for an invitation, in the order of the questions. One statement."""
    return _said(spec, _OWN_ANSWERS, invitation_id)


def _said(spec: FormSpec, answers: Select[*tuple[Any, ...]], wanted: int) -> list[Said]:
    rows = db.session.execute(answers, {"wanted": wanted})
    found = {row[0]: (row[1], stored_reply(row[2], row[3], row[4], row[5])) for row in rows}
    return [Said(one, found[one.id][1], found[one.id][0]) for one in spec.questions if one.id in found]


def conditions_of(wanted: Filter) -> list[ColumnElement[bool]]:
    """Return the conditions of ``wanted``, its days in the organisation's time zone."""
    return wanted.conditions(organisation().timezone)


def _rows(wanted: Filter) -> Select[int, datetime, str, str, str, dict[str, str], str, str]:
    return (
        select(
            Response.id,
            Response.submitted_at,
            Response.kind,
            Response.stage_lost,
            Response.language,
            Survey.title,
            func.coalesce(Contact.name, ""),
            func.coalesce(Contact.email, ""),
        )
        .join(Survey, Survey.id == Response.survey_id)
        .outerjoin(Contact, Contact.id == Response.contact_id)
        .where(*conditions_of(wanted))
        .order_by(Response.submitted_at.desc(), Response.id.desc())
    )


def search(wanted: Filter, page: int = 1, size: int = 50) -> Page[Row]:
    """Return one page of the responses that ``wanted`` means, newest first: three statements, whatever their number."""
    found = page_of(_rows(wanted), page, size, scalars=False)
    lines = _first_words([row[0] for row in found.items])
    return Page([Row(*row, *lines.get(row[0], ())) for row in found.items], found.number, found.size, found.total)


def _first_words(ids: Sequence[int]) -> dict[int, tuple[str, int | None, int]]:
    """Return, by response, the beginning of their first words, and their score with its upper end."""
    wanted = [*free_texts(), *(kind.code for kind in scores())]
    rows = db.session.execute(
        select(Answer.response_id, Question.kind, func.substr(Answer.text, 1, LINE + 1), Answer.number)
        .join(Question, Question.id == Answer.question_id)
        .join(Section, Section.id == Question.section_id)
        .where(Answer.response_id.in_(ids), Question.kind.in_(wanted))
        .order_by(Answer.response_id, Section.position, Question.position, Question.id)
    )
    gathered: dict[int, dict[str, Any]] = {}
    for response_id, kind, text, number in rows:
        gathered.setdefault(response_id, {}).setdefault(kind, text if text is not None else number)
    return {response_id: _line(by_kind) for response_id, by_kind in gathered.items()}


def _line(by_kind: Mapping[str, Any]) -> tuple[str, int | None, int]:
    text = " ".join(next((by_kind[code] for code in free_texts() if by_kind.get(code)), "").split())
    shown = text if len(text) <= LINE else text[:LINE].rsplit(" ", 1)[0] + "…"
    scale = next((kind for kind in scores() if by_kind.get(kind.code) is not None), None)
    return (shown, by_kind[scale.code], scale.scale[-1]) if scale else (shown, None, 0)


def one(response_id: int, wanted: Filter) -> Whole:
    """Return one response with all that was said, and its neighbours in the list of ``wanted``. Raises NotFound."""
    response = db.session.get(Response, response_id)
    if response is None:
        raise NotFound(N_("There is no such response (any more). The list of responses has those that are here."))
    changed_at = db.session.scalars(select(Survey.changed_at).where(Survey.id == response.survey_id)).one()
    spec = form_spec(response.survey_id, changed_at)
    return Whole(
        response,
        spec,
        _said(spec, _ANSWERS_OF, response.id),
        _neighbour(response, wanted, newer=True),
        _neighbour(response, wanted, newer=False),
    )


def _neighbour(response: Response, wanted: Filter, *, newer: bool) -> int | None:
    place = tuple_(Response.submitted_at, Response.id)
    here = tuple_(literal(response.submitted_at, Response.submitted_at.type), literal(response.id))
    order = (Response.submitted_at, Response.id)
    return db.session.scalar(
        select(Response.id)
        .where(and_(*conditions_of(wanted), place > here if newer else place < here))
        .order_by(*(order if newer else (column.desc() for column in order)))
        .limit(1)
    )


def how_many(wanted: Filter) -> int:
    """Return how many responses ``wanted`` means."""
    return db.session.scalar(select(func.count()).select_from(Response).where(*conditions_of(wanted))) or 0


def stages(survey_id: int | None = None) -> list[str]:
    """Return the stages at which those who answered were lost, in alphabetical order."""
    wanted = [Response.stage_lost != "", *([Response.survey_id == survey_id] if survey_id else [])]
    return list(db.session.scalars(select(Response.stage_lost).where(*wanted).distinct().order_by(Response.stage_lost)))


def languages() -> list[str]:
    """Return the languages in which people answered, in alphabetical order."""
    return list(db.session.scalars(select(Response.language).distinct().order_by(Response.language)))


def surveys() -> list[Survey]:
    """Return every survey that may have responses (published or closed), newest first."""
    return list(db.session.scalars(select(Survey).where(Survey.state != "draft").order_by(Survey.id.desc())))
