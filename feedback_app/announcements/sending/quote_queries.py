"""Reading, before a sending: whose words stand in whose letter, and why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, func, select

from feedback_app.announcements.models import Announcement, AnnouncementChange
from feedback_app.announcements.sending import audience
from feedback_app.announcements.sending.choose_quotes import Spoken, choose
from feedback_app.changes.voices.models import Voice
from feedback_app.contacts.models import Contact
from feedback_app.database import Page, page_of
from feedback_app.extensions import db
from feedback_app.responses.models import Answer
from feedback_app.themes.models import Mention

SAMPLE = 30  # people whom an approver sees, drawn at random
PAGE_SIZE = 30


@dataclass(frozen=True)
class Quoted:
    """One person of a draft: their words as the letter prints them, with the mention behind each, and why.

    ``answers`` holds the whole answer behind each quote, to widen it from.
    """

    contact_id: int
    name: str
    email: str
    language: str
    why: str
    quotes: list[dict[str, Any]]
    answers: dict[int, str]


def page(announcement: Announcement, number: int) -> Page[Quoted]:
    """Return one page of the people whose words would be quoted, in the order of their names."""
    rows = _rows(announcement).order_by(Contact.name, Contact.id)
    found: Page[Row[Any]] = page_of(rows, number, PAGE_SIZE, scalars=False)
    return Page(_with_words(announcement, found.items), found.number, found.size, found.total)


def some(one: Announcement, count: int = SAMPLE) -> list[Quoted]:
    """Return so many of them, drawn at random anew each time."""
    return _with_words(one, db.session.execute(_rows(one).order_by(func.random()).limit(count)).all())


def everybody(one: Announcement) -> list[Quoted]:
    """Return all of them; for commands."""
    rows = db.session.execute(_rows(one).order_by(Contact.id)).all()
    return _quoted(rows, audience.spoken_by(db.session(), one.id, None))


def _rows(one: Announcement) -> Any:
    rows = audience.recipients(one)
    statement = select(rows, Contact.name, Contact.email).join(Contact, Contact.id == rows.c.contact_id)
    return statement.where(rows.c.why == "mentioned", rows.c.excluded_because == "")


def _with_words(one: Announcement, rows: Sequence[Row[Any]]) -> list[Quoted]:
    return _quoted(rows, audience.spoken(db.session(), one.id, [row.contact_id for row in rows]))


def _quoted(rows: Sequence[Row[Any]], said: Mapping[int, Sequence[Spoken]]) -> list[Quoted]:
    return [
        Quoted(
            row.contact_id, row.name, row.email, row.language, row.why, choose(said[row.contact_id]),
            {piece.mention_id: piece.answer for piece in said[row.contact_id]},
        )
        for row in rows
    ]  # fmt: skip


def left_out(announcement: Announcement) -> list[Row[Any]]:
    """Return (mention id, text, contact name, address) of the words that were left out by hand."""
    statement = (
        select(Mention.id, Mention.text, Contact.name, Contact.email)
        .join(Voice, Voice.mention_id == Mention.id)
        .join(Contact, Contact.id == Mention.contact_id)
        .where(Voice.change_id.in_(_changes(announcement.id)), Voice.left_out.is_(True))
        .order_by(Voice.id)
    )
    return list(db.session.execute(statement))


def voices_behind(announcement_id: int, mention_id: int) -> list[int]:
    """Return the voices that are printed together with a mention: those of its answer, under the announced changes."""
    answer = select(Mention.answer_id).where(Mention.id == mention_id)
    statement = (
        select(Voice.id)
        .join(Mention, Mention.id == Voice.mention_id)
        .join(Answer, Answer.id == Mention.answer_id)
        .where(Voice.change_id.in_(_changes(announcement_id)), Mention.answer_id.in_(answer))
        .where(Voice.state.in_(("yes", "part", "proposed")))
        .order_by(Voice.mention_id != mention_id, Voice.id)
    )
    return list(db.session.scalars(statement))


def _changes(announcement_id: int) -> Any:
    return select(AnnouncementChange.change_id).where(AnnouncementChange.announcement_id == announcement_id)


def as_rows(people: Sequence[Quoted]) -> list[dict[str, Any]]:
    """Return people and their words as a program reads them: a row for each quotation."""
    return [
        {"person": one.email, "words": quote["text"], "why": one.why, "mention": quote["mention"]}
        for one in people
        for quote in one.quotes
    ]
