"""Reading announcements: the list, a draft with its reach, and how far a sending is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Row, func, select
from sqlalchemy.orm import selectinload

from feedback_app.announcements import events, render
from feedback_app.announcements.models import ABOUT, STATES, Announcement, AnnouncementChange, AnnouncementText
from feedback_app.announcements.sending import audience
from feedback_app.announcements.sending.choose_quotes import choose
from feedback_app.announcements.wording import letter_text
from feedback_app.announcements.wording.names import STATE_NAMES
from feedback_app.changes.models import Change
from feedback_app.changes.queries import words_for
from feedback_app.contacts.models import Contact
from feedback_app.database import Page, page_of
from feedback_app.delivery import queries as delivery_queries
from feedback_app.delivery.compose.templates import letter_parts
from feedback_app.delivery.models import LetterHalt
from feedback_app.delivery.outbox import Words
from feedback_app.errors import N_, NotFound, Refused
from feedback_app.events.models import Event
from feedback_app.events.queries import about
from feedback_app.extensions import db
from feedback_app.organisation.queries import current as organisation
from feedback_app.responses.models import Response
from feedback_app.surveys.models import Survey

PAGE_SIZE = 25


@dataclass(frozen=True)
class News:
    """An announcement as a line of a list; ``subject`` in the reader's language where there is one."""

    id: int
    state: str
    about: str
    subject: str
    created_at: datetime
    sent_at: datetime | None
    processes: list[str] = field(default_factory=list)

    @property
    def state_name(self) -> str:
        """The state in words, to be translated."""
        return STATE_NAMES[self.state]


def get(announcement_id: int) -> Announcement:
    """Return an announcement with its texts, changes and surveys; NotFound when there is none."""
    statement = (
        select(Announcement)
        .where(Announcement.id == announcement_id)
        .options(
            selectinload(Announcement.texts), selectinload(Announcement.changes), selectinload(Announcement.surveys)
        )
        .execution_options(populate_existing=True)
    )
    announcement = db.session.scalar(statement)
    if announcement is None:
        raise NotFound(N_("There is no announcement %(id)s."), id=announcement_id)
    return announcement


def find(state: str, text: str, page: int, language: str) -> Page[News]:
    """Return one page of announcements, the newest first, each as a line in ``language``."""
    statement = select(Announcement).order_by(Announcement.id.desc())
    if state in STATES:
        statement = statement.where(Announcement.state == state)
    if text:
        subject = AnnouncementText.subject.icontains(text, autoescape=True)
        told = Change.process.icontains(text, autoescape=True) | Change.what.icontains(text, autoescape=True)
        statement = statement.where(Announcement.texts.any(subject) | Announcement.changes.any(told))
    options = selectinload(Announcement.texts), selectinload(Announcement.changes)
    found = page_of(statement.options(*options), page, PAGE_SIZE)
    return Page([_news(one, language) for one in found.items], found.number, found.size, found.total)


def _news(announcement: Announcement, language: str) -> News:
    texts = {text.language: text.subject for text in announcement.texts}
    shown_in = next((code for code in (language, organisation().language, *texts) if code in texts), "")
    processes = [words_for(change, shown_in or language).process for change in announcement.changes]
    subject = letter_text.shown_subject(texts.get(shown_in, ""), processes, organisation().name)
    return News(
        announcement.id,
        announcement.state,
        announcement.about,
        subject,
        announcement.created_at,
        announcement.sent_at,
        processes,
    )


def news_of(one: Announcement, language: str) -> News:
    """Return an announcement as a line, in ``language`` where it has a text in it."""
    return _news(one, language)


def lines(state: str, language: str) -> list[News]:
    """Return every announcement as a line in ``language``, the newest first; for commands."""
    statement = select(Announcement).order_by(Announcement.id.desc())
    if state:
        statement = statement.where(Announcement.state == state)
    options = selectinload(Announcement.texts), selectinload(Announcement.changes)
    return [_news(one, language) for one in db.session.scalars(statement.options(*options))]


def counts_by_state() -> dict[str, int]:
    """Return how many announcements are in each state, also 0."""
    rows = db.session.execute(select(Announcement.state, func.count()).group_by(Announcement.state))
    found: dict[str, int] = {row[0]: row[1] for row in rows}
    return {state: found.get(state, 0) for state in STATES}


def about_changes(change_ids: Sequence[int], language: str) -> dict[int, list[News]]:
    """Return the announcements about each of these changes, those sent last first; drafts come last."""
    statement = (
        select(AnnouncementChange.change_id, Announcement)
        .join(Announcement, Announcement.id == AnnouncementChange.announcement_id)
        .where(AnnouncementChange.change_id.in_(change_ids))
        .options(selectinload(Announcement.texts), selectinload(Announcement.changes))
        .order_by(Announcement.state == "draft", Announcement.sent_at.desc(), Announcement.id.desc())
    )
    news: dict[int, list[News]] = {}
    for change_id, announcement in db.session.execute(statement):
        news.setdefault(change_id, []).append(_news(announcement, language))
    return news


def to_announce() -> list[Change]:
    """Return the changes that can be announced, those touched last first."""
    statement = select(Change).where(Change.state.in_(ABOUT)).order_by(Change.updated_at.desc())
    return list(db.session.scalars(statement))


def surveys() -> list[tuple[Survey, int]]:
    """Return every survey that is no draft, with the number of its responses."""
    statement = (
        select(Survey, func.count(Response.id))
        .outerjoin(Response, Response.survey_id == Survey.id)
        .where(Survey.state != "draft")
        .group_by(Survey.id)
        .order_by(Survey.id)
    )
    return [(row[0], row[1]) for row in db.session.execute(statement)]


def languages(one: Announcement) -> list[str]:
    """Return the languages in which the announcement has a text."""
    return [text.language for text in one.texts]


def preview(announcement: Announcement, contact_id: int) -> tuple[Row[Any], Words]:
    """Return a real recipient (see :func:`audience.recipients`) and their letter; NotFound when not concerned."""
    person = audience.one(announcement, contact_id)
    if person is None:
        raise NotFound(N_("This person is not among those to be told."))
    text = next((text for text in announcement.texts if text.language == person.language), None)
    if text is None:
        raise Refused(N_("The announcement has no text yet."))
    said = choose(audience.spoken(db.session(), announcement.id, [contact_id])[contact_id])
    words = render.words(text.subject, text.body, announcement.changes, person.language)
    return person, letter_parts(words, render.fill(person.language, person.name, person.why, said), person.name)


def find_recipient(one: Announcement, email_key: str) -> int:
    """Return the contact with this folded address; NotFound when there is none."""
    contact_id = db.session.scalar(select(Contact.id).where(Contact.email_key == email_key))
    if contact_id is None:
        raise NotFound(N_("There is no contact with this address."))
    return contact_id


@dataclass(frozen=True)
class Moment:
    """One line of an announcement's story. ``halt``: why the machine stopped it, whichever watch saw the harm."""

    at: datetime
    code: str
    actor: str
    halt: LetterHalt | None = None


def history(announcement_id: int) -> list[Moment]:
    """Return who did what to an announcement, and when the machine halted it, the latest first."""
    # a halt tells its story itself: those that a sender made are no event
    acts = about("announcement", announcement_id).where(Event.code != events.HALTED.code)
    done = [Moment(one.at, one.code, one.actor) for one in db.session.scalars(acts)]
    halts = [
        Moment(one.since, events.HALTED.code, "worker", one)
        for one in delivery_queries.halts_of(render.KIND, announcement_id)
    ]
    return sorted(done + halts, key=lambda one: one.at, reverse=True)
