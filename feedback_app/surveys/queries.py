"""What other rooms and pages ask about surveys. Reads only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType

from sqlalchemy import bindparam, select
from sqlalchemy.orm import selectinload

from feedback_app import clock, tokens
from feedback_app.common.cache import Cache, app_cache
from feedback_app.contacts.models import Contact
from feedback_app.errors import N_, NotFound
from feedback_app.extensions import db
from feedback_app.surveys.form_spec import (
    FormSpec,
    OptionSpec,
    QuestionSpec,
    SectionSpec,
)
from feedback_app.surveys.models import Invitation, Question, Section, Survey
from feedback_app.surveys.questionnaires.document import Questionnaire

CACHED_FORMS = 200  # per process; a form is a few kilobytes


@dataclass(frozen=True, slots=True)
class Asked:
    """One invitation with what answering needs to know of its survey and contact."""

    id: int
    survey_id: int
    contact_id: int
    language: str
    expires_at: datetime
    answered_at: datetime | None
    survey_state: str
    survey_changed_at: datetime
    contact_kind: str
    stage_lost: str
    contact_name: str

    @property
    def expired(self) -> bool:
        """True when the personal link has run out."""
        return self.expires_at <= clock.now()


def by_slug(slug: str) -> Survey:
    """Return the survey called ``slug``; NotFound names it."""
    survey = db.session.scalar(select(Survey).where(Survey.slug == slug))
    if survey is None:
        raise NotFound(N_("There is no survey “%(slug)s”. The list of surveys has the names."), slug=slug)
    return survey


def by_id(survey_id: int) -> Survey:
    """Return the survey with this id; NotFound names it."""
    survey = db.session.get(Survey, survey_id)
    if survey is None:
        raise NotFound(N_("There is no survey number %(id)s (any more)."), id=survey_id)
    return survey


def form_spec(survey_id: int, changed_at: datetime) -> FormSpec:
    """Return the survey as the respondent meets it, in the version of ``changed_at``.

    Built once per process and version, then served from memory: with the two values that ``invitation_by_token``
    gives, answering reads no questions. Raises NotFound when there is no such survey.
    """
    forms: Cache[int, FormSpec] = app_cache("forms", CACHED_FORMS)
    return forms.get(survey_id, lambda: build_spec(survey_id), changed_at)


def build_spec(survey_id: int) -> FormSpec:
    """Return the survey as the respondent meets it, read from the database now: four statements, whatever its size."""
    load = selectinload(Survey.sections).selectinload(Section.questions).selectinload(Question.options)
    return spec_of(
        db.session.scalar(
            select(Survey).where(Survey.id == survey_id).options(load).execution_options(populate_existing=True)
        )
        or by_id(survey_id)
    )


def questionnaire(survey_id: int) -> Questionnaire:
    """Return the form and the letter of a survey, ready to be copied or written to a file."""
    form = build_spec(survey_id)
    survey = by_id(survey_id)
    return Questionnaire(form, _frozen(survey.invitation_subject), _frozen(survey.invitation_body))


def _frozen(words: dict[str, str] | None) -> Mapping[str, str]:
    return MappingProxyType(dict(words or {}))


def spec_of(survey: Survey) -> FormSpec:
    """Return ``survey`` frozen; reads its sections, questions and options if they are not loaded yet."""
    return FormSpec(
        survey_id=survey.id,
        slug=survey.slug,
        state=survey.state,
        changed_at=survey.changed_at,
        languages=tuple(survey.languages),
        title=_frozen(survey.title),
        intro=_frozen(survey.intro),
        thanks=_frozen(survey.thanks),
        sections=tuple(
            SectionSpec(_frozen(section.title), tuple(map(_question, section.questions)), section.id)
            for section in survey.sections
        ),
    )


def _question(question: Question) -> QuestionSpec:
    return QuestionSpec(
        id=question.id,
        code=question.code,
        kind=question.kind,
        text=_frozen(question.text),
        help=_frozen(question.help),
        required=question.required,
        options=tuple(OptionSpec(one.code, _frozen(one.label), one.id) for one in question.options),
        low_label=_frozen(question.low_label),
        high_label=_frozen(question.high_label),
    )


def question_codes(survey_id: int) -> dict[str, int]:
    """Return the id of each question of the survey by its code, in the order in which they are asked."""
    rows = db.session.execute(
        select(Question.code, Question.id)
        .join(Section)
        .where(Question.survey_id == survey_id)
        .order_by(Section.position, Section.id, Question.position, Question.id)
    )
    return {row.code: row.id for row in rows}


# built once: putting this statement together took a quarter of the time of opening a form
_BY_TOKEN = (
    select(
        Invitation.id,
        Invitation.survey_id,
        Invitation.contact_id,
        Invitation.language,
        Invitation.expires_at,
        Invitation.answered_at,
        Survey.state,
        Survey.changed_at,
        Contact.kind,
        Contact.stage_lost,
        Contact.name,
    )
    .join(Survey, Survey.id == Invitation.survey_id)
    .join(Contact, Contact.id == Invitation.contact_id)
    .where(Invitation.token_hash == bindparam("token_hash"))
)


def invitation_by_token(token: str) -> Asked | None:
    """Return the invitation whose personal link carries ``token``, or None. One statement, by the token's hash."""
    row = db.session.execute(_BY_TOKEN, {"token_hash": tokens.digest(token)}).one_or_none()
    return Asked(*row) if row else None
