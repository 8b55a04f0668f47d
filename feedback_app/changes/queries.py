"""Reading changes: lists, one change with what stands behind it, and how many people that is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Subquery, func, or_, select
from sqlalchemy.orm import selectinload

from feedback_app.accounts.models import Staff
from feedback_app.changes import events
from feedback_app.changes.evidence import linked, open_mentions
from feedback_app.changes.models import STATES, Change, ChangeTheme
from feedback_app.changes.words import Words
from feedback_app.database import Page, page_of
from feedback_app.errors import N_, NotFound
from feedback_app.events.models import Event
from feedback_app.events.queries import about
from feedback_app.extensions import db
from feedback_app.responses.models import Response
from feedback_app.settings import LANGUAGES
from feedback_app.surveys.models import Survey
from feedback_app.themes.models import CodebookSurvey, Theme

PAGE_SIZE = 25


@dataclass(frozen=True)
class Filter:
    """Which changes to list; an empty field asks for nothing. ``owner`` and ``theme`` are ids."""

    text: str = ""
    state: str = ""
    process: str = ""
    owner: int = 0
    theme: int = 0
    look_again: bool = False  # only those whose date to look again has come


@dataclass(frozen=True)
class Behind:
    """How many people stand behind a change: who spoke about its themes, and who answered the surveys concerned."""

    spoke: int = 0
    answered: int = 0


def get(change_id: int) -> Change:
    """Return a change with its owner; NotFound when there is none."""
    statement = select(Change).where(Change.id == change_id).options(selectinload(Change.owner))
    change = db.session.scalar(statement)
    if change is None:
        raise NotFound(N_("There is no change %(id)s."), id=change_id)
    return change


def words_in(change: Change, language: str) -> Words | None:
    """Return the words of ``change`` in ``language``, None when nobody has written them."""
    if change.language == language:
        return Words(change.process, change.what, change.why, change.reason)
    given = change.translations.get(language)
    return Words.read(given) if given else None


def words_for(change: Change, language: str) -> Words:
    """Return the words of ``change`` for a reader of ``language``: translated as far as they are, else its own."""
    own = Words(change.process, change.what, change.why, change.reason)
    translated = words_in(change, language)
    return Words.read({**own.as_dict(), **translated.as_dict()}) if translated else own


def find(wanted: Filter, page: int, today: date) -> Page[Change]:
    """Return one page of changes, the latest touched first; ``today`` decides which are to be looked at again."""
    statement = select(Change).where(*_conditions(wanted, today)).options(selectinload(Change.owner))
    return page_of(statement.order_by(Change.updated_at.desc(), Change.id.desc()), page, PAGE_SIZE)


def _conditions(wanted: Filter, today: date) -> list[ColumnElement[bool]]:
    clauses: list[ColumnElement[bool]] = []
    if wanted.text:
        clauses.append(_speaks_of(wanted.text))
    if wanted.state in STATES:
        clauses.append(Change.state == wanted.state)
    if wanted.process:
        clauses.append(Change.process == wanted.process)
    if wanted.owner:
        clauses.append(Change.owner_id == wanted.owner)
    if wanted.theme:
        pairs = linked()
        clauses.append(Change.id.in_(select(pairs.c.change_id).where(pairs.c.theme_id == wanted.theme)))
    if wanted.look_again:
        clauses.append((Change.look_again_on <= today) & (Change.state == "declined"))
    return clauses


def _speaks_of(text: str) -> ColumnElement[bool]:
    own = [Change.process, Change.what, Change.why, Change.reason]
    other = [Change.translations[code][name].as_string() for code in LANGUAGES for name in Words().__dict__]
    return or_(*(column.icontains(text, autoescape=True) for column in (*own, *other)))


def counts_by_state() -> dict[str, int]:
    """Return how many changes are in each state, also 0."""
    rows = db.session.execute(select(Change.state, func.count()).group_by(Change.state))
    found: dict[str, int] = {row[0]: row[1] for row in rows}
    return {state: found.get(state, 0) for state in STATES}


def behind(change_ids: Sequence[int]) -> dict[int, Behind]:
    """Return for each change how many distinct contacts spoke and answered: two statements for any number."""
    spoke = _per_change(_spoke(), change_ids)
    answered = _per_change(_answered(), change_ids)
    return {one: Behind(spoke.get(one, 0), answered.get(one, 0)) for one in change_ids}


def people_behind(change_id: int) -> Behind:
    """Return how many people stand behind one change."""
    return behind([change_id])[change_id]


def _per_change(pairs: Subquery, change_ids: Sequence[int]) -> dict[int, int]:
    statement = (
        select(pairs.c.change_id, func.count(pairs.c.contact_id.distinct()))
        .where(pairs.c.change_id.in_(change_ids))
        .group_by(pairs.c.change_id)
    )
    return {row[0]: row[1] for row in db.session.execute(statement)}


def _spoke() -> Subquery:
    pairs, mentions = linked(), open_mentions()
    return (
        select(pairs.c.change_id, mentions.c.contact_id)
        .join(mentions, mentions.c.theme_id == pairs.c.theme_id)
        .subquery()
    )


def _answered() -> Subquery:
    pairs = linked()
    return (
        select(pairs.c.change_id, Response.contact_id)
        .join(Theme, Theme.id == pairs.c.theme_id)
        .join(CodebookSurvey, CodebookSurvey.codebook_id == Theme.codebook_id)
        .join(Response, Response.survey_id == CodebookSurvey.survey_id)
        .subquery()
    )


def surveys_concerned(change_ids: Sequence[int]) -> list[Survey]:
    """Return the surveys that these changes answer: those grouped by the codebooks of the linked themes."""
    pairs = linked()
    concerned = (
        select(CodebookSurvey.survey_id)
        .join(Theme, Theme.codebook_id == CodebookSurvey.codebook_id)
        .join(pairs, pairs.c.theme_id == Theme.id)
        .where(pairs.c.change_id.in_(change_ids))
    )
    return list(db.session.scalars(select(Survey).where(Survey.id.in_(concerned)).order_by(Survey.id)))


def theme_ids(change_id: int) -> list[int]:
    """Return the ids of the themes linked to a change, merged ones as what they were merged into."""
    pairs = linked()
    return list(db.session.scalars(select(pairs.c.theme_id).where(pairs.c.change_id == change_id)))


def processes() -> list[str]:
    """Return the names of the processes that changes have named so far, in alphabetical order."""
    return list(db.session.scalars(select(Change.process).distinct().order_by(Change.process)))


def owners() -> list[Staff]:
    """Return the people who may own a change, by name."""
    return list(db.session.scalars(select(Staff).where(Staff.active).order_by(Staff.name, Staff.email)))


def staff_by_email(email: str) -> Staff:
    """Return an active member of staff by address; NotFound when there is none."""
    person = db.session.scalar(select(Staff).where(func.lower(Staff.email) == email.strip().lower(), Staff.active))
    if person is None:
        raise NotFound(N_("Nobody on the staff has the address %(email)s."), email=email)
    return person


def history(change_id: int) -> list[Event]:
    """Return who did what to a change, the latest first."""
    judged = [what.code for what in events.VOICES]  # told on the page of voices, and far too many here
    return list(db.session.scalars(about("change", change_id).where(Event.code.not_in(judged))))


def described(changes: Sequence[Change]) -> list[dict[str, Any]]:
    """Return changes as a program reads them."""
    ids = [change.id for change in changes]
    counted = behind(ids)
    links = _links(ids)
    return [
        {
            "id": change.id,
            "state": change.state,
            "process": change.process,
            "what": change.what,
            "why": change.why,
            "reason": change.reason,
            "language": change.language,
            "translations": change.translations,
            "since": change.since,
            "look_again_on": change.look_again_on,
            "owner": change.owner.email if change.owner else None,
            "themes": links.get(change.id, []),
            "people": {"spoke": counted[change.id].spoke, "answered": counted[change.id].answered},
        }
        for change in changes
    ]


def _links(change_ids: Sequence[int]) -> dict[int, list[int]]:
    statement = select(ChangeTheme.change_id, ChangeTheme.theme_id).where(ChangeTheme.change_id.in_(change_ids))
    theme_ids: dict[int, list[int]] = {}
    for change_id, theme_id in db.session.execute(statement.order_by(ChangeTheme.theme_id)):
        theme_ids.setdefault(change_id, []).append(theme_id)
    return theme_ids


def all_of(wanted: Filter, today: date) -> list[Change]:
    """Return every change that ``wanted`` asks for, by number; for commands."""
    statement = select(Change).where(*_conditions(wanted, today))
    return list(db.session.scalars(statement.options(selectinload(Change.owner)).order_by(Change.id)))
