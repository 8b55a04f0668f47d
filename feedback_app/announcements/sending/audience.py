"""Who is to be told: one set of statements for counting before, for sending, and for looking at one person."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Row, Select, Subquery, case, func, literal, or_, select, union_all
from sqlalchemy.orm import Session

from feedback_app.announcements.models import Announcement, AnnouncementChange, AnnouncementSurvey
from feedback_app.announcements.sending.choose_quotes import Spoken
from feedback_app.changes.models import Change
from feedback_app.changes.voices.models import Voice
from feedback_app.changes.voices.quote_gate import quotable
from feedback_app.contacts.models import Contact
from feedback_app.delivery.models import Suppression
from feedback_app.extensions import db
from feedback_app.organisation.queries import current as organisation
from feedback_app.responses.models import Answer, Response
from feedback_app.surveys.models import Invitation
from feedback_app.themes.models import Mention

WHY = ("mentioned", "took_part", "invited")  # the first that is true of a person
STOPPED_BY = ("erased", "complaint", "hard_bounce", "unsubscribed", "manual")  # the first that is true is named
NO_ADDRESS = "no_address"


class Span(NamedTuple):
    """People by their ids: those above ``above``, up to and with ``upto`` (None: all the others)."""

    above: int
    upto: int | None

    def holds(self, contact_id: Any) -> ColumnElement[bool]:
        """Return the condition "this contact is one of them"."""
        above: ColumnElement[bool] = contact_id > self.above
        return above if self.upto is None else above & (contact_id <= self.upto)


@dataclass
class Reach:
    """Who would get an announcement now. ``people`` = ``letters`` + all in ``left_out`` (reason -> people).

    ``languages`` counts letters by language; ``fallback`` counts letters to people whose own language (the key) has
    no text; ``own_words`` the letters that hold the person's own words; ``invited_only`` those to people who were
    asked and did not answer; ``unknown`` responses that belong to nobody we could write to.
    """

    letters: int = 0
    left_out: dict[str, int] = field(default_factory=dict)
    languages: dict[str, int] = field(default_factory=dict)
    fallback: dict[str, int] = field(default_factory=dict)
    own_words: int = 0
    invited_only: int = 0
    unknown: int = 0

    @property
    def people(self) -> int:
        """All who are concerned, told or not."""
        return self.letters + sum(self.left_out.values())


def _fallback(languages: Sequence[str]) -> str:
    """Return the language for people in whose own there is no text: the organisation's, else the first there is."""
    preferred = organisation().language
    return preferred if preferred in languages or not languages else languages[0]


def _surveys(announcement_id: int) -> Select[Any]:
    return select(AnnouncementSurvey.survey_id).where(AnnouncementSurvey.announcement_id == announcement_id)


def _changes(announcement_id: int) -> Select[Any]:
    return select(AnnouncementChange.change_id).where(AnnouncementChange.announcement_id == announcement_id)


def _within(contact_id: Any, span: Span | None) -> ColumnElement[bool]:
    condition: ColumnElement[bool] = contact_id.is_not(None) if span is None else span.holds(contact_id)
    return condition


def _of_survey(survey_id: Any, surveys: Any, span: Span | None) -> ColumnElement[bool]:
    """Return "of one of ``surveys``"; of a span it is asked so that no engine takes the survey's index.

    The ids of a span lie side by side in the index of the contacts, where a survey may have a million.
    """
    condition: ColumnElement[bool] = (survey_id if span is None else survey_id + 0).in_(surveys)
    return condition


def _speaks(announcement_id: int, span: Span | None = None) -> ColumnElement[bool]:
    """Return the condition "this mention, as this voice, may be quoted about the announced changes"."""
    return (
        (Mention.state == "open")
        & _of_survey(Mention.survey_id, _surveys(announcement_id), span)
        & quotable(_changes(announcement_id))
    )


def _people(announcement_id: int, audience: str, span: Span | None) -> Subquery:
    """Return (contact_id, place): each person once, with the place in WHY of the best reason to tell them."""
    surveys = _surveys(announcement_id)
    spoke = select(Mention.contact_id, literal(0).label("place")).join(Voice, Voice.mention_id == Mention.id)
    answered = select(Response.contact_id, literal(1)).where(_of_survey(Response.survey_id, surveys, span))
    asked = select(Invitation.contact_id, literal(2)).where(_of_survey(Invitation.survey_id, surveys, span))
    parts = [
        spoke.where(_speaks(announcement_id, span), _within(Mention.contact_id, span)),
        *([answered.where(_within(Response.contact_id, span))] if audience != "mentioned" else []),
        *([asked.where(_within(Invitation.contact_id, span))] if audience == "invited" else []),
    ]
    every = union_all(*parts).subquery()
    people = select(every.c.contact_id, func.min(every.c.place).label("place")).group_by(every.c.contact_id)
    # PostgreSQL takes a union for 200 people, and looks each up among the contacts: in their order that is quick
    return people.order_by(every.c.contact_id).subquery()


def _stopped() -> Subquery:
    place = case({reason: place for place, reason in enumerate(STOPPED_BY)}, value=Suppression.reason)
    return (
        select(Suppression.email_key, func.min(place).label("place"))
        .where(or_(Suppression.scope == "all", Suppression.scope == "announcements"))
        .group_by(Suppression.email_key)
        .subquery()
    )


def _named(names: Sequence[str], place: ColumnElement[Any]) -> ColumnElement[str]:
    return case(dict(enumerate(names)), value=place)


def recipients(announcement: Announcement, span: Span | None = None) -> Subquery:
    """Return one row per person: contact_id, why, own_language, language, excluded_because ("" = gets a letter).

    All people concerned, or those of a ``span``.
    """
    people, stopped = _people(announcement.id, announcement.audience, span), _stopped()
    languages = [text.language for text in announcement.texts]
    excluded = case(
        (stopped.c.place.is_not(None), _named(STOPPED_BY, stopped.c.place)),
        (Contact.email == "", literal(NO_ADDRESS)),
        else_=literal(""),
    )
    language = case((Contact.language.in_(languages), Contact.language), else_=literal(_fallback(languages)))
    return (
        select(
            Contact.id.label("contact_id"),
            _named(WHY, people.c.place).label("why"),
            Contact.language.label("own_language"),
            language.label("language"),
            excluded.label("excluded_because"),
        )
        .join(people, people.c.contact_id == Contact.id)
        .outerjoin(stopped, stopped.c.email_key == Contact.email_key)
        .subquery()
    )


@dataclass(frozen=True)
class Plan:
    """How an announcement would be written now: people by spans, and how many get a letter or are left out."""

    spans: list[Span]
    letters: int
    left_out: int


def plan(announcement: Announcement, size: int) -> Plan:
    """Part all people concerned into spans of ``size`` people; the last is open and takes who comes meanwhile."""
    rows = recipients(announcement)
    in_order = rows.c.contact_id
    included = case((rows.c.excluded_because == "", 1), else_=0)
    counted = select(
        in_order,
        func.row_number().over(order_by=in_order).label("place"),
        func.sum(included).over(order_by=in_order, rows=(None, 0)).label("letters"),
        func.count().over().label("people"),
    ).subquery()
    ends = (counted.c.place % size == 0) | (counted.c.place == counted.c.people)
    ends_at = db.session.execute(select(counted).where(ends).order_by(counted.c.place)).all()
    if not ends_at:
        return Plan([Span(0, None)], 0, 0)
    *inner, last = ends_at
    above = [0, *(row.contact_id for row in inner)]
    spans = [Span(low, high) for low, high in zip(above, [*above[1:], None], strict=True)]
    return Plan(spans, int(last.letters), int(last.people - last.letters))


def reach(announcement: Announcement) -> Reach:
    """Return who would get the announcement now; the same statement that sending uses, counted."""
    rows = recipients(announcement)
    keys = (rows.c.excluded_because, rows.c.why, rows.c.own_language, rows.c.language)
    reached = Reach(unknown=_unknown(announcement.id))
    for because, why, own, language, count in db.session.execute(select(*keys, func.count()).group_by(*keys)):
        if because:
            reached.left_out[because] = reached.left_out.get(because, 0) + count
            continue
        reached.letters += count
        reached.languages[language] = reached.languages.get(language, 0) + count
        if own != language:
            reached.fallback[own] = reached.fallback.get(own, 0) + count
        reached.own_words += count if why == "mentioned" else 0
        reached.invited_only += count if why == "invited" else 0
    return reached


def _unknown(announcement_id: int) -> int:
    surveys = _surveys(announcement_id)
    statement = select(func.count(Response.id)).where(Response.survey_id.in_(surveys), Response.contact_id.is_(None))
    return db.session.scalar(statement) or 0


def spoken(session: Session, announcement_id: int, contact_ids: Sequence[int]) -> dict[int, list[Spoken]]:
    """Return what these contacts (a page of them) said about the announced changes, keyed by contact."""
    return _by_person(session, _said(_speaks(announcement_id)).where(Mention.contact_id.in_(contact_ids)))


def spoken_by(session: Session, announcement_id: int, span: Span | None) -> dict[int, list[Spoken]]:
    """Return what all people of ``span`` (None: all concerned) said about the announced changes, keyed by contact."""
    return _by_person(session, _said(_speaks(announcement_id, span)).where(_within(Mention.contact_id, span)))


def _by_person(session: Session, said: Select[*tuple[Any, ...]]) -> dict[int, list[Spoken]]:
    spoken: dict[int, list[Spoken]] = defaultdict(list)
    for row in session.execute(said):
        spoken[row[0]].append(Spoken._make(row[1:]))
    return spoken


def _said(speaks: ColumnElement[bool]) -> Select[*tuple[Any, ...]]:
    return (
        select(
            Mention.contact_id,
            Mention.id,
            Mention.text,
            Change.process,
            Response.submitted_at,
            Mention.answer_id,
            Mention.start,
            func.coalesce(Answer.text, ""),
            Mention.language,
            Voice.first,
            Voice.after,
            Voice.chance,
        )
        .join(Answer, Answer.id == Mention.answer_id)
        .join(Voice, Voice.mention_id == Mention.id)
        .join(Change, Change.id == Voice.change_id)
        .join(Response, Response.id == Mention.response_id)
        .where(speaks)
    )


def one(announcement: Announcement, contact_id: int) -> Row[Any] | None:
    """Return the row of :func:`recipients` for one contact with name and address, None when they are not concerned."""
    rows = recipients(announcement)
    statement = select(rows, Contact.name, Contact.email).join(Contact, Contact.id == rows.c.contact_id)
    return db.session.execute(statement.where(rows.c.contact_id == contact_id)).first()


def some(announcement: Announcement, text: str = "", limit: int = 20) -> Sequence[Row[Any]]:
    """Return real recipients for a preview, those with own words first; ``text`` searches name and address."""
    rows = recipients(announcement)
    statement = select(rows, Contact.name, Contact.email).join(Contact, Contact.id == rows.c.contact_id)
    if text:
        fits = Contact.name.icontains(text, autoescape=True) | Contact.email.icontains(text, autoescape=True)
        statement = statement.where(fits)
    else:
        statement = statement.where(rows.c.excluded_because == "")
    order = case({name: place for place, name in enumerate(WHY)}, value=rows.c.why)
    return db.session.execute(statement.order_by(order, rows.c.contact_id).limit(limit)).all()
