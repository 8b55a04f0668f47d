"""What can be done with the parts of a survey: sections, questions, options.

While a survey is a draft everything can change. Once published, only words: what was asked must stay what it was,
or the answers already given would change their meaning.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TypeVar

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from feedback_app.database import transaction
from feedback_app.errors import N_, NotFound, Refused
from feedback_app.events.actions import record
from feedback_app.events.actor import Actor
from feedback_app.settings import LANGUAGES
from feedback_app.surveys import events, limits
from feedback_app.surveys.actions import new_question, question_words, require_whole
from feedback_app.surveys.builder.survey_lock import FROZEN, touch
from feedback_app.surveys.form_spec import OptionSpec, QuestionSpec
from feedback_app.surveys.kinds.registry import KINDS
from feedback_app.surveys.models import Option, Question, Section, Survey
from feedback_app.surveys.translations import (
    Words,
    is_code,
    make_code,
    tidy_words,
)

DRAFT = ("draft",)
UP, DOWN = -1, 1
Part = TypeVar("Part", Section, Question)


def add_section(survey_id: int, title: Words, by: Actor) -> int:
    """Add a section at the end of a draft and return its id."""
    with transaction() as session:
        touch(survey_id, DRAFT)
        sections = _sections(session, survey_id)
        if len(sections) >= limits.SECTIONS:
            raise Refused(N_("A survey has at most %(most)d sections."), most=limits.SECTIONS)
        section = Section(survey_id=survey_id, position=len(sections) + 1, title=tidy_words(title, LANGUAGES))
        session.add(section)
        _number([*sections, section])
        session.flush()
        record(events.SECTION_ADDED, by, survey_id)
        return section.id


def reword_section(survey_id: int, section_id: int, title: Words, by: Actor) -> None:
    """Give a section another title, in any state; an empty one shows no heading."""
    with transaction() as session:
        touch(survey_id)
        _section(session, survey_id, section_id).title = tidy_words(title, LANGUAGES)
        require_whole(session, survey_id)
        record(events.SECTION_REWORDED, by, survey_id)


def move_section(survey_id: int, section_id: int, step: int, by: Actor) -> None:
    """Move a section of a draft one place (``UP`` or ``DOWN``); at the end of the row nothing happens."""
    with transaction() as session:
        touch(survey_id, DRAFT)
        _swap(_sections(session, survey_id), _section(session, survey_id, section_id), step)
        record(events.SECTION_MOVED, by, survey_id)


def delete_section(survey_id: int, section_id: int, by: Actor) -> int:
    """Delete a section of a draft with its questions; returns how many those were."""
    with transaction() as session:
        touch(survey_id, DRAFT)
        section = _section(session, survey_id, section_id)
        gone = len(section.questions)
        session.delete(section)
        session.flush()
        _number(_sections(session, survey_id))
        record(events.SECTION_DELETED, by, survey_id, questions=gone)
        return gone


def add_question(survey_id: int, section_id: int, spec: QuestionSpec, by: Actor) -> str:
    """Add a question at the end of a section of a draft and return its code.

    An empty code is made from the words. Raises Refused for a code that is taken or not of the right form.
    """
    with transaction() as session:
        touch(survey_id, DRAFT)
        section = _section(session, survey_id, section_id)
        codes = _codes(session, survey_id)
        if len(codes) >= limits.QUESTIONS:
            raise Refused(N_("A survey has at most %(most)d questions."), most=limits.QUESTIONS)
        clean = _clean(spec, codes)
        last = session.scalar(select(func.max(Question.position)).where(Question.section_id == section_id)) or 0
        section.questions.append(new_question(survey_id, clean, last + 1))
        session.flush()
        record(events.QUESTION_ADDED, by, survey_id, question=clean.code)
        return clean.code


def save_question(survey_id: int, code: str, spec: QuestionSpec, by: Actor) -> str:
    """Replace what a question says and return its code. In a draft all of it; once published, only words.

    Raises Refused when a published survey would change its meaning (kind, code, required, the set of options) or
    would lack a text.
    """
    with transaction() as session:
        touch(survey_id)
        state = session.scalar(select(Survey.state).where(Survey.id == survey_id))
        question = _question(session, survey_id, code)
        clean = _clean(spec, _codes(session, survey_id) - {code})
        if state == "draft":
            _restructure(session, question, clean)
        else:
            _refuse_change(session, survey_id, question, clean)
        _reword(question, clean)
        require_whole(session, survey_id)
        record(events.QUESTION_EDITED, by, survey_id, question=clean.code)
        return clean.code


def move_question(survey_id: int, code: str, step: int, by: Actor) -> None:
    """Move a question of a draft one place (``UP`` or ``DOWN``), into the neighbouring section at a section's edge."""
    with transaction() as session:
        touch(survey_id, DRAFT)
        question = _question(session, survey_id, code)
        sections = _sections(session, survey_id)
        here = next(number for number, one in enumerate(sections) if one.id == question.section_id)
        row = list(sections[here].questions)
        if 0 <= row.index(question) + step < len(row):
            _swap(row, question, step)
        elif 0 <= here + step < len(sections):
            _move_over(question, sections[here + step], step)
        record(events.QUESTION_MOVED, by, survey_id, question=code)


def delete_question(survey_id: int, code: str, by: Actor) -> None:
    """Delete a question of a draft."""
    with transaction() as session:
        touch(survey_id, DRAFT)
        session.delete(_question(session, survey_id, code))
        record(events.QUESTION_DELETED, by, survey_id, question=code)


def _sections(session: Session, survey_id: int) -> list[Section]:
    asked = select(Section).where(Section.survey_id == survey_id).order_by(Section.position, Section.id)
    return list(session.scalars(asked.execution_options(populate_existing=True)))


def _section(session: Session, survey_id: int, section_id: int) -> Section:
    row = session.scalar(select(Section).where(Section.id == section_id, Section.survey_id == survey_id))
    if row is None:
        raise NotFound(N_("This section does not exist any more."))
    return row


def _question(session: Session, survey_id: int, code: str) -> Question:
    asked = select(Question).where(Question.survey_id == survey_id, Question.code == code)
    row = session.scalar(asked.execution_options(populate_existing=True))
    if row is None:
        raise NotFound(N_("There is no question “%(code)s” (any more)."), code=code)
    return row


def _codes(session: Session, survey_id: int) -> set[str]:
    return set(session.scalars(select(Question.code).where(Question.survey_id == survey_id)))


def _number(row: list[Part]) -> None:
    for position, one in enumerate(row, 1):
        one.position = position


def _swap(row: list[Part], one: Part, step: int) -> None:
    here = row.index(one)
    there = here + (1 if step > 0 else -1)
    if 0 <= there < len(row):
        row[here], row[there] = row[there], row[here]
    _number(row)


def _move_over(question: Question, section: Section, step: int) -> None:
    row = list(section.questions)
    row.insert(len(row) if step < 0 else 0, question)
    question.section = section
    _number(row)


def _clean(spec: QuestionSpec, taken: set[str]) -> QuestionSpec:
    """Return ``spec`` with tidied words and codes for what has none."""
    if spec.kind not in KINDS:
        raise Refused(N_("“%(kind)s” is not a kind of question."), kind=spec.kind)
    words = {name: tidy_words(getattr(spec, name), LANGUAGES) for name in ("text", "help", "low_label", "high_label")}
    if not words["text"]:
        raise Refused(N_("A question needs words: write it in at least one language."))
    if not KINDS[spec.kind].has_ends:
        words["low_label"] = words["high_label"] = {}
    code = spec.code or make_code(next(iter(words["text"].values())), taken, "question")
    _check_code(code, taken)
    options = _clean_options(spec.options) if KINDS[spec.kind].needs_options else ()
    return replace(spec, code=code, options=options, **words)  # type: ignore[arg-type]  # each is one of its texts


def _clean_options(typed: tuple[OptionSpec, ...]) -> tuple[OptionSpec, ...]:
    if len(typed) > limits.OPTIONS:
        raise Refused(N_("A question has at most %(most)d options."), most=limits.OPTIONS)
    codes = {option.code for option in typed if option.code}
    seen: set[str] = set()
    options: list[OptionSpec] = []
    for option in typed:
        label = tidy_words(option.label, LANGUAGES)
        code = option.code or make_code(next(iter(label.values()), ""), codes, "option")
        _check_code(code, seen)
        codes.add(code)
        seen.add(code)
        options.append(OptionSpec(code, label))
    return tuple(options)


def _check_code(code: str, taken: set[str]) -> None:
    if not is_code(code):
        message = N_("“%(code)s” cannot be a code: use small letters, digits and single underscores, at most 40.")
        raise Refused(message, code=code)
    if code in taken:
        raise Refused(N_("The code “%(code)s” is given twice. Each needs its own."), code=code)


def _restructure(session: Session, question: Question, clean: QuestionSpec) -> None:
    question.code, question.kind, question.required = clean.code, clean.kind, clean.required
    question.options.clear()
    session.flush()  # the old codes leave before the new ones come: two options may have swapped theirs
    question.options = [
        Option(position=place, code=one.code, label=dict(one.label)) for place, one in enumerate(clean.options, 1)
    ]


def _refuse_change(session: Session, survey_id: int, question: Question, clean: QuestionSpec) -> None:
    was = (question.code, question.kind, question.required, [one.code for one in question.options])
    now = (clean.code, clean.kind, clean.required, [one.code for one in clean.options])
    if was != now:
        slug = session.scalar(select(Survey.slug).where(Survey.id == survey_id))
        raise Refused(FROZEN, slug=slug)


def _reword(question: Question, clean: QuestionSpec) -> None:
    for name, words in question_words(clean).items():
        setattr(question, name, words)
    for row, one in zip(question.options, clean.options, strict=True):
        row.label = dict(one.label)
