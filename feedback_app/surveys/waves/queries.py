"""Who would be asked, who was, and what became of it. Reads only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, exists, false, func, or_, select

from feedback_app import clock
from feedback_app.contacts.models import Contact
from feedback_app.contacts.queries import Filter
from feedback_app.database import Page, page_of
from feedback_app.delivery.models import OutgoingEmail
from feedback_app.delivery.suppression import stopping
from feedback_app.extensions import db
from feedback_app.settings import LANGUAGES
from feedback_app.surveys.models import Invitation, Survey, Wave

LETTER = "invitation"  # kind of the letters
SCOPE = "surveys"


@dataclass(frozen=True)
class Audience:
    """What a filter means for one survey, in people.

    ``matching`` = ``would`` + ``asked`` + ``suppressed``; ``by_language``: the letters those who would be asked get,
    by language; ``falling_back``: how many of them get it in another language than their own.
    """

    matching: int = 0
    would: int = 0
    asked: int = 0
    suppressed: int = 0
    falling_back: int = 0
    by_language: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Progress:
    """Invitations of a survey: ``asked`` = ``answered`` + ``waiting`` + ``expired``; letters by their state."""

    asked: int = 0
    answered: int = 0
    waiting: int = 0
    expired: int = 0
    letters: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Line:
    """One survey in the list."""

    survey: Survey
    asked: int
    answered: int


def asked_already(survey_id: int) -> ColumnElement[bool]:
    """Return the condition on ``Contact`` "has an invitation to this survey"."""
    return exists(select(Invitation.id).where(Invitation.survey_id == survey_id, Invitation.contact_id == Contact.id))


def would_be_asked(survey_id: int, who: Filter) -> list[ColumnElement[bool]]:
    """Return the conditions on ``Contact`` that the next mailing with this filter goes by."""
    return [*who.conditions(), ~asked_already(survey_id), ~stopping(SCOPE, Contact.email_key)]


def audience(survey_id: int, who: Filter, written: Sequence[str]) -> Audience:
    """Count whom ``who`` means, in one statement; ``written``: languages of the letter, the first is the fallback."""
    asked, stopped = asked_already(survey_id), stopping(SCOPE, Contact.email_key)
    people = (
        select(
            Contact.language,
            case((asked, "asked"), (stopped, "suppressed"), else_="would").label("fate"),
        )
        .where(*who.conditions())
        .subquery()
    )
    rows = db.session.execute(
        select(people.c.fate, people.c.language, func.count()).group_by(people.c.fate, people.c.language)
    ).all()
    fates = {"asked": 0, "suppressed": 0, "would": 0}
    by_language = dict.fromkeys(written, 0)
    falling_back = 0
    for fate, language, count in rows:
        fates[fate] += count
        if fate == "would" and written:
            by_language[language if language in by_language else written[0]] += count
            falling_back += 0 if language in by_language else count
    return Audience(sum(fates.values()), fates["would"], fates["asked"], fates["suppressed"], falling_back, by_language)


def sample(survey_id: int, who: Filter, fate: str, most: int = 5) -> Sequence[Contact]:
    """Return some of those who ``would`` be asked, were ``asked`` already, or are ``suppressed``, oldest first."""
    asked, stopped = asked_already(survey_id), stopping(SCOPE, Contact.email_key)
    fates = {"would": and_(~asked, ~stopped), "asked": asked, "suppressed": and_(~asked, stopped)}
    return db.session.scalars(
        select(Contact).where(*who.conditions(), fates[fate]).order_by(Contact.id).limit(most)
    ).all()


def progress(survey_id: int) -> Progress:
    """Return what became of a survey's invitations and their letters: two statements."""
    answered = Invitation.answered_at.is_not(None)
    expired = and_(Invitation.answered_at.is_(None), Invitation.expires_at <= clock.now())
    row = db.session.execute(
        select(func.count(), _how_many(answered), _how_many(expired)).where(Invitation.survey_id == survey_id)
    ).one()
    letters = db.session.execute(
        select(OutgoingEmail.state, func.count().label("many"))
        .join(Wave, Wave.id == OutgoingEmail.group_id)
        .where(OutgoingEmail.kind == LETTER, Wave.survey_id == survey_id)
        .group_by(OutgoingEmail.state)
        .order_by(OutgoingEmail.state)
    )
    total, done, gone = row
    return Progress(total, done, total - done - gone, gone, {row.state: row.many for row in letters})


def _how_many(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.coalesce(func.sum(case((condition, 1), else_=0)), 0)


def waves(survey_id: int) -> Sequence[Wave]:
    """Return the mailings of a survey, newest first."""
    return db.session.scalars(select(Wave).where(Wave.survey_id == survey_id).order_by(Wave.id.desc())).all()


def due_waves() -> Sequence[int]:
    """Return the ids of the planned mailings whose time has come, the longest waiting first."""
    return db.session.scalars(
        select(Wave.id).where(Wave.state == "planned", Wave.send_at <= clock.now()).order_by(Wave.send_at, Wave.id)
    ).all()


def _listed(text: str, state: str) -> Select[Any]:
    """Return the SELECT of the surveys in ``state`` whose name or title has every word of ``text``, newest first."""
    wanted = select(Survey).order_by(Survey.created_at.desc(), Survey.id.desc())
    if state:
        wanted = wanted.where(Survey.state == state)
    for word in text.split()[:10]:
        titles = [Survey.title[code].as_string().icontains(word, autoescape=True) for code in LANGUAGES]
        wanted = wanted.where(or_(Survey.slug.icontains(word, autoescape=True), *titles))
    return wanted


def index(text: str = "", state: str = "", page: int = 1, size: int = 50) -> Page[Line]:
    """Return one page of the surveys with how many were asked and how many of those answered: three statements."""
    surveys: Page[Survey] = page_of(_listed(text, state), page, size)
    answered = Invitation.answered_at.is_not(None)
    counts = db.session.execute(
        select(Invitation.survey_id, func.count(), _how_many(answered))
        .where(Invitation.survey_id.in_([survey.id for survey in surveys.items]) if surveys.items else false())
        .group_by(Invitation.survey_id)
    )
    by_id = {survey_id: (asked, answered) for survey_id, asked, answered in counts}
    lines = [Line(survey, *by_id.get(survey.id, (0, 0))) for survey in surveys.items]
    return Page(lines, surveys.number, surveys.size, surveys.total)


def contact_in(who: Filter, survey_id: int, contact_id: int | None) -> Contact | None:
    """Return the contact asked for, else the first who would be asked, else anybody; None when there is nobody."""
    if contact_id:
        found = db.session.get(Contact, contact_id)
        if found:
            return found
    likely = list(sample(survey_id, who, "would", 1))
    return likely[0] if likely else db.session.scalar(select(Contact).order_by(Contact.id).limit(1))
