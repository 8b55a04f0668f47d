"""What can be done with a survey as a whole: create, reword, publish, close, reopen, copy, delete."""

from __future__ import annotations

from dataclasses import dataclass, field

from sqlalchemy import delete, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from feedback_app import clock
from feedback_app.database import transaction
from feedback_app.errors import N_, NotFound, Refused
from feedback_app.events.actions import record
from feedback_app.events.actor import Actor
from feedback_app.settings import LANGUAGES
from feedback_app.surveys import events, queries
from feedback_app.surveys.builder import completeness
from feedback_app.surveys.builder.survey_lock import touch
from feedback_app.surveys.form_spec import FormSpec, QuestionSpec
from feedback_app.surveys.models import Option, Question, Section, Survey, Wave
from feedback_app.surveys.questionnaires.document import Questionnaire
from feedback_app.surveys.translations import (
    Words,
    is_slug,
    make_slug,
    tidy_words,
)

TAKEN = N_("The short name “%(slug)s” is taken. Choose another one.")
RESERVED = ("new", "import")  # addresses of pages


@dataclass(frozen=True, slots=True)
class Cover:
    """What a survey says around its questions."""

    languages: tuple[str, ...]
    title: Words
    intro: Words = field(default_factory=dict)
    thanks: Words = field(default_factory=dict)


def create(questionnaire: Questionnaire, by: Actor, slug: str = "") -> int:
    """Make a draft of ``questionnaire`` and return its id.

    ``slug`` names it; empty: made from the questionnaire's own, with a number behind it where that one is taken.
    Raises Refused for a slug that is taken or cannot be part of an address.
    """
    with transaction() as session:
        form = questionnaire.form
        survey = Survey(
            slug=_free_slug(session, slug, form.slug),
            languages=list(form.languages),
            title=dict(form.title),
            intro=dict(form.intro),
            thanks=dict(form.thanks),
            invitation_subject=dict(questionnaire.subject),
            invitation_body=dict(questionnaire.body),
            created_by_id=by.staff_id,
        )
        session.add(survey)
        _flush_slug(session, survey.slug)
        _add_sections(session, survey, form)
        record(events.CREATED, by, survey.id, name=survey.slug)
        return survey.id


def blank(cover: Cover) -> Questionnaire:
    """Return a questionnaire with one empty section, to begin with."""
    form = FormSpec(
        slug=make_slug(next(iter(cover.title.values()), "")),
        languages=cover.languages,
        title=cover.title,
        intro=cover.intro,
        thanks=cover.thanks,
        sections=(),
    )
    return Questionnaire(form)


def _free_slug(session: Session, wish: str, otherwise: str) -> str:
    taken = {*RESERVED, *session.scalars(select(Survey.slug))}
    if not wish:
        return make_slug(otherwise, taken)
    if not is_slug(wish):
        message = N_("“%(slug)s” cannot be a short name: use small letters, digits and single hyphens, at most 60.")
        raise Refused(message, slug=wish)
    if wish in taken:
        raise Refused(TAKEN, slug=wish)
    return wish


def _flush_slug(session: Session, slug: str) -> None:
    try:
        session.flush()
    except IntegrityError as error:  # somebody took it since we looked
        raise Refused(TAKEN, slug=slug) from error


def _add_sections(session: Session, survey: Survey, form: FormSpec) -> None:
    for position, part in enumerate(form.sections, 1):
        section = Section(survey_id=survey.id, position=position, title=dict(part.title))
        section.questions = [new_question(survey.id, one, place) for place, one in enumerate(part.questions, 1)]
        session.add(section)
    if not form.sections:
        session.add(Section(survey_id=survey.id, position=1))
    session.flush()


def new_question(survey_id: int, spec: QuestionSpec, position: int) -> Question:
    """Return the row of a question, not yet in any section."""
    question = Question(survey_id=survey_id, position=position, code=spec.code, kind=spec.kind, **question_words(spec))
    question.required = spec.required
    question.options = [
        Option(position=place, code=one.code, label=dict(one.label)) for place, one in enumerate(spec.options, 1)
    ]
    return question


def question_words(spec: QuestionSpec) -> dict[str, dict[str, str]]:
    """Return the texts of a question as its row keeps them."""
    return {name: dict(getattr(spec, name)) for name in ("text", "help", "low_label", "high_label")}


def reword(survey_id: int, cover: Cover, by: Actor) -> None:
    """Set title, introduction and thanks; and, while it is a draft, the languages.

    Raises Refused when the title would be empty everywhere or, once published, when a text is missing in a language.
    """
    if not cover.languages or any(code not in LANGUAGES for code in cover.languages):
        raise Refused(N_("A survey needs at least one language."))
    if not tidy_words(cover.title, cover.languages):
        raise Refused(N_("A survey needs a title."))
    texts = {name: tidy_words(getattr(cover, name), LANGUAGES) for name in ("title", "intro", "thanks")}
    with transaction() as session:
        touch(survey_id)
        survey = session.get_one(Survey, survey_id, populate_existing=True)
        if survey.state == "draft":
            survey.languages = list(cover.languages)
        elif tuple(survey.languages) != cover.languages:
            raise Refused(N_("The languages of a published survey stay as they are. Copy it to add one."))
        for name, words in texts.items():
            setattr(survey, name, words)
        require_whole(session, survey_id)
        record(events.REWORDED, by, survey_id, name=survey.slug)


def require_whole(session: Session, survey_id: int) -> None:
    """Refuse what would leave a survey that has been published with something missing; a draft may be unfinished."""
    session.flush()
    form = queries.build_spec(survey_id)
    if form.state != "draft":
        _refuse_gaps(form)


def _refuse_gaps(form: FormSpec) -> None:
    for gap in completeness.gaps(form):
        raise Refused(gap.message, **gap.filled())


def publish(survey_id: int, by: Actor) -> None:
    """Open a draft for answers. Refused, naming the first gap, unless every text and option is there."""
    with transaction():
        touch(survey_id, ("draft",), state="published", published_at=clock.now(), closed_at=None)
        form = queries.build_spec(survey_id)
        _refuse_gaps(form)
        record(events.PUBLISHED, by, survey_id, name=form.slug, questions=len(form.questions))


def close(survey_id: int, by: Actor) -> int:
    """Take no more answers; mailings still planned are cancelled. Returns how many of those there were."""
    with transaction() as session:
        touch(survey_id, ("published",), state="closed", closed_at=clock.now())
        planned = update(Wave).where(Wave.survey_id == survey_id, Wave.state == "planned")
        cancelled = int(getattr(session.execute(planned.values(state="cancelled")), "rowcount", 0))
        record(events.CLOSED, by, survey_id, name=_slug(session, survey_id), cancelled=cancelled)
        return cancelled


def reopen(survey_id: int, by: Actor) -> None:
    """Take answers again; personal links that have not run out work again at once."""
    with transaction() as session:
        touch(survey_id, ("closed",), state="published", closed_at=None)
        record(events.REOPENED, by, survey_id, name=_slug(session, survey_id))


def copy(survey_id: int, by: Actor, slug: str = "") -> int:
    """Make a draft with the same questions and letter, and return its id; nobody is asked by it yet."""
    return create(queries.questionnaire(survey_id), by, slug)


def delete_draft(survey_id: int, by: Actor) -> None:
    """Delete a draft for good. Refused once it has been published: people's answers may hang on it."""
    with transaction() as session:
        slug = session.scalar(select(Survey.slug).where(Survey.id == survey_id))
        asked = delete(Survey).where(Survey.id == survey_id, Survey.state == "draft")
        if getattr(session.execute(asked), "rowcount", 0) != 1:
            if slug is None:
                raise NotFound(N_("This survey does not exist any more."))
            raise Refused(N_("Only drafts can be deleted. Close “%(slug)s” instead."), slug=slug)
        record(events.DELETED, by, survey_id, name=slug or "")


def rename(survey_id: int, slug: str, by: Actor) -> None:
    """Give a draft another short name. Refused once published: letters and files know the old one."""
    with transaction() as session:
        was = _slug(session, survey_id)
        if slug == was:
            return
        free = _free_slug(session, slug, slug)
        try:
            touch(survey_id, ("draft",), slug=free)
        except IntegrityError as error:
            raise Refused(TAKEN, slug=slug) from error
        record(events.RENAMED, by, survey_id, name=slug, was=was)


def _slug(session: Session, survey_id: int) -> str:
    return session.scalar(select(Survey.slug).where(Survey.id == survey_id)) or ""
