"""Where the loop stands, and where it is open."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select

from feedback_app.announcements.models import Announcement, AnnouncementChange, Notice
from feedback_app.changes.models import Change
from feedback_app.contacts.models import Contact
from feedback_app.database import Page, page_of
from feedback_app.delivery.models import OutgoingEmail, Suppression
from feedback_app.desk.theme_queries import ungrouped
from feedback_app.extensions import db
from feedback_app.responses.models import Answer, Response
from feedback_app.surveys.kinds.registry import free_texts
from feedback_app.surveys.models import Invitation, Question, Survey
from feedback_app.themes.models import Codebook, CodebookSurvey, Mention, Placement, Theme


@dataclass(frozen=True)
class Loop:
    """The five steps in numbers, each of people or things as its name says."""

    contacts: int
    asked: int  # people invited at least once
    answered: int  # people (and unlinked responses) who answered
    responses: int
    mentions: int  # pieces of free text with content
    grouped: int  # of these, in a theme
    themes: int
    made: int
    declined: int
    under_way: int  # considered or planned
    told: int  # people whose announcement left
    announcements: int


@dataclass(frozen=True)
class OpenEnd:
    """People who told us something and have not heard back."""

    people: int
    oldest: datetime | None
    unreachable: int  # of these, people who may not be written to


@dataclass(frozen=True)
class Todo:
    """What is waiting for a person, counted."""

    unread_texts: int  # free-text answers not yet cut into mentions, of surveys that have a codebook
    homeless_texts: int  # those of surveys without one
    ungrouped: list[tuple[Codebook, int]]  # mentions in no theme, of each codebook that has some
    drafts: int  # announcements written and not sent
    untold_changes: int  # made or declined, and in no announcement that was sent
    letters_waiting: int
    letters_in_trouble: int  # failed or in doubt


def _count(statement: Select[int]) -> int:
    return db.session.scalar(statement) or 0


def heard_back() -> ColumnElement[bool]:
    """SQL: an announcement reached the person behind ``Response`` after they answered."""
    return exists(
        select(1)
        .select_from(Notice)
        .join(OutgoingEmail, and_(OutgoingEmail.kind == "announcement", OutgoingEmail.ref_id == Notice.id))
        .where(
            Notice.contact_id == Response.contact_id,
            OutgoingEmail.state == "sent",
            OutgoingEmail.sent_at >= Response.submitted_at,
        )
        .correlate(Response)
    )


def _suppressed() -> ColumnElement[bool]:
    return exists(
        select(1).where(
            Suppression.email_key == Contact.email_key, Suppression.scope.in_(("all", "announcements"))
        ).correlate(Contact)
    )  # fmt: skip


def loop() -> Loop:
    """Return how far the loop has come, over everything there is."""
    states: dict[str, int] = dict(db.session.execute(select(Change.state, func.count()).group_by(Change.state)).all())
    content = select(func.count()).select_from(Mention).where(Mention.state == "open")
    sent = select(func.count(Notice.contact_id.distinct())).join(
        OutgoingEmail, and_(OutgoingEmail.kind == "announcement", OutgoingEmail.ref_id == Notice.id)
    )
    return Loop(
        contacts=_count(select(func.count()).select_from(Contact)),
        asked=_count(select(func.count(Invitation.contact_id.distinct()))),
        answered=_count(select(func.count(Response.contact_id.distinct())))
        + _count(select(func.count()).where(Response.contact_id.is_(None))),
        responses=_count(select(func.count()).select_from(Response)),
        mentions=_count(content),
        grouped=_count(content.where(exists(select(1).where(Placement.mention_id == Mention.id)))),
        themes=_count(select(func.count()).where(Theme.state == "open")),
        made=states.get("made", 0),
        declined=states.get("declined", 0),
        under_way=states.get("considered", 0) + states.get("planned", 0),
        told=_count(sent.where(OutgoingEmail.state == "sent")),
        announcements=_count(select(func.count()).where(Announcement.state.in_(("sending", "sent")))),
    )


def open_end() -> OpenEnd:
    """Return how many people are waiting to hear back, and since when."""
    waiting = _waiting().subquery()
    people, oldest = db.session.execute(select(func.count(), func.min(waiting.c.since)).select_from(waiting)).one()
    unreachable = _count(
        select(func.count()).select_from(waiting).join(Contact, Contact.id == waiting.c.contact_id).where(_suppressed())
    )
    return OpenEnd(people, oldest, unreachable)


def _waiting() -> Select[int | None, datetime]:
    return (
        select(Response.contact_id, func.min(Response.submitted_at).label("since"))
        .where(Response.contact_id.is_not(None), ~heard_back())
        .group_by(Response.contact_id)
    )


def waiting_people(number: int, kind: str = "", size: int = 50) -> Page[tuple[Contact, datetime, int, bool]]:
    """Return those who wait, the longest first: contact, since when, their first open response's id, suppressed."""
    waiting = _waiting().subquery()
    first = (
        select(func.min(Response.id))
        .where(Response.contact_id == Contact.id, Response.submitted_at == waiting.c.since)
        .correlate(Contact, waiting)
        .scalar_subquery()
    )
    statement = select(Contact, waiting.c.since, first.label("response_id"), _suppressed().label("suppressed")).join(
        waiting, Contact.id == waiting.c.contact_id
    )
    if kind:
        statement = statement.where(Contact.kind == kind)
    return page_of(statement.order_by(waiting.c.since, Contact.id), number, size, scalars=False)


def todo() -> Todo:
    """Return what waits for a person."""
    announced = exists(
        select(1)
        .select_from(AnnouncementChange)
        .join(Announcement, Announcement.id == AnnouncementChange.announcement_id)
        .where(AnnouncementChange.change_id == Change.id, Announcement.state.in_(("sending", "sent")))
    )
    texts = (
        select(func.count())
        .select_from(Answer)
        .join(Question, Question.id == Answer.question_id)
        .where(Question.kind.in_(free_texts()), Answer.text.is_not(None))
        .where(~exists(select(1).where(Mention.answer_id == Answer.id)))
    )
    at_home = Question.survey_id.in_(select(CodebookSurvey.survey_id))
    letters = select(func.count()).select_from(OutgoingEmail)
    return Todo(
        unread_texts=_count(texts.where(at_home)),
        homeless_texts=_count(texts.where(~at_home)),
        ungrouped=ungrouped(),
        drafts=_count(select(func.count()).where(Announcement.state == "draft")),
        untold_changes=_count(select(func.count()).where(Change.state.in_(("made", "declined")), ~announced)),
        letters_waiting=_count(letters.where(OutgoingEmail.state.in_(("queued", "leased")))),
        letters_in_trouble=_count(letters.where(OutgoingEmail.state.in_(("failed", "in_doubt")))),
    )


@dataclass(frozen=True)
class SurveyLine:
    """One survey on the desk: how many were asked, how many answered."""

    survey: Survey
    asked: int
    answered: int


def running_surveys(limit: int = 6) -> list[SurveyLine]:
    """Return the surveys that are open, with asked and answered, the newest first."""
    asked = select(func.count()).where(Invitation.survey_id == Survey.id).correlate(Survey).scalar_subquery()
    answered = select(func.count()).where(Response.survey_id == Survey.id).correlate(Survey).scalar_subquery()
    rows = db.session.execute(
        select(Survey, asked, answered)
        .where(or_(Survey.state == "published", answered > 0))
        .order_by(Survey.published_at.desc().nulls_last(), Survey.id.desc())
        .limit(limit)
    )
    return [SurveyLine(*row) for row in rows]


def answers_by_month(months: int = 6) -> list[tuple[str, dict[str, int]]]:
    """Return ``(2026-11, {customer: 12, lost_prospect: 4})`` for the last months with responses, oldest first."""
    month = (
        func.to_char(Response.submitted_at, "YYYY-MM")
        if db.engine.dialect.name == "postgresql"
        else func.strftime("%Y-%m", Response.submitted_at)
    )
    dated = select(month.label("month"), Response.kind).subquery()  # grouping by a bound format fails on PostgreSQL
    rows = db.session.execute(select(dated.c.month, dated.c.kind, func.count()).group_by(dated.c.month, dated.c.kind))
    table: dict[str, dict[str, int]] = {}
    for label, kind, number in rows:
        table.setdefault(label, {})[kind] = number
    return sorted(table.items())[-months:]
