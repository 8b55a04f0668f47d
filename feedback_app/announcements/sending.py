"""The steps of sending an announcement. Each joins the transaction of the verb that takes them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, cast

from sqlalchemy import Column, Connection, Integer, MetaData, Table, case, func, literal, select, text
from sqlalchemy.orm import Session

from feedback_app.announcements import audience, letters, queries
from feedback_app.announcements.letters import KIND, SCOPE
from feedback_app.announcements.models import Announcement, Notice
from feedback_app.announcements.quotes import choose
from feedback_app.contacts.models import Contact
from feedback_app.database import insert, is_postgresql
from feedback_app.delivery import actions as letter_desk
from feedback_app.delivery import outbox
from feedback_app.delivery.models import OutgoingEmail
from feedback_app.errors import N_, Refused

if TYPE_CHECKING:
    import psycopg

_json = json.JSONEncoder(ensure_ascii=False).encode
SAID = Table(
    "announcement_said",
    MetaData(),
    Column("contact_id", Integer, primary_key=True, autoincrement=False),
    Column("quotes", Notice.quotes.type, nullable=False),
    prefixes=["TEMPORARY"],
)


@dataclass(frozen=True)
class Sent:
    """What a sending set in motion: letters queued, and people left out."""

    letters: int
    left_out: int


def notify(session: Session, one: Announcement) -> None:
    """Write one notice per person concerned, told or left out, each told one's own words frozen into theirs.

    Words are chosen a batch of people at a time into a table of this transaction's own, then one INSERT .. SELECT
    writes every notice once: changing a million rows that were written a moment ago costs more than writing them.
    """
    _collect(session, one.id)
    rows = audience.recipients(*queries.choice(one))
    told = rows.c.excluded_because == ""
    nothing = literal([], Notice.quotes.type)
    quotes = case(((rows.c.why == "mentioned") & told, func.coalesce(SAID.c.quotes, nothing)), else_=nothing)
    source = (
        select(literal(one.id), rows.c.contact_id, rows.c.language, rows.c.why, told, rows.c.excluded_because, quotes)
        .outerjoin(SAID, SAID.c.contact_id == rows.c.contact_id)
        .where(rows.c.contact_id.is_not(None))
    )
    names = ["announcement_id", "contact_id", "language", "why", "included", "excluded_because", "quotes"]
    statement = insert(Notice).from_select(names, source, include_defaults=False)
    session.execute(statement.on_conflict_do_nothing(index_elements=["announcement_id", "contact_id"]))
    SAID.drop(session.connection())
    if is_postgresql():
        session.execute(text("ANALYZE notice"))  # else the letters are planned as if there were no notice


def _collect(session: Session, announcement_id: int) -> None:
    """Choose everybody's quotes into SAID."""
    connection = session.connection()
    SAID.create(connection)
    write = _copy if is_postgresql() else _write
    for batch in audience.spoken_by_all(session, announcement_id):
        write(connection, [(contact_id, _json(choose(said))) for contact_id, said in batch.items()])


def _write(connection: Connection, rows: list[tuple[int, str]]) -> None:
    if rows:  # straight to the driver: a million rows spend half their time in the layers above it
        connection.exec_driver_sql("INSERT INTO announcement_said VALUES (?, ?)", rows)


def _copy(connection: Connection, rows: list[tuple[int, str]]) -> None:
    raw = cast("psycopg.Connection[Any]", connection.connection.driver_connection)
    with raw.cursor() as cursor, cursor.copy("COPY announcement_said FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)


def counted(session: Session, announcement_id: int) -> Sent:
    """Return how many are to be told and how many are left out, by the notices."""
    statement = select(Notice.included, func.count()).where(Notice.announcement_id == announcement_id)
    found = {bool(row[0]): int(row[1]) for row in session.execute(statement.group_by(Notice.included))}
    return Sent(found.get(True, 0), found.get(False, 0))


def agree(sent: Sent, expected: int | None) -> None:
    """Refuse to write to nobody, and to another number of people than was agreed to."""
    if not sent.letters:
        raise Refused(N_("Nobody would get this letter. Look at the audience and the surveys it concerns."))
    if expected is not None and expected != sent.letters:
        message = N_("Meanwhile the number of letters changed from %(was)d to %(now)d. Look again, then send.")
        raise Refused(message, was=expected, now=sent.letters)


def queue(session: Session, one: Announcement, now: datetime) -> None:
    """Write the letters: one variant per language in use, then one INSERT .. SELECT from the notices."""
    mine = (Notice.announcement_id == one.id) & Notice.included
    used = set(session.scalars(select(Notice.language).where(mine).distinct()))
    variants = {
        each.language: outbox.add_variant(
            KIND, each.language, SCOPE, letters.words(each.subject, each.body, one.changes, each.language)
        )
        for each in one.texts
        if each.language in used
    }
    rows = (
        select(
            Notice.id,
            literal(one.id),
            case(variants, value=Notice.language),
            Contact.email,
            Contact.email_key,
            Contact.name,
            literal(now, OutgoingEmail.not_before.type),
        )
        .join(Contact, Contact.id == Notice.contact_id)
        .where(mine)
    )
    letter_desk.watch(KIND, one.id, outbox.put_many(KIND, rows))
