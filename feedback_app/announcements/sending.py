"""The steps of sending an announcement. Each joins the transaction of the verb that takes them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, case, func, literal, select, text
from sqlalchemy.orm import Session

from feedback_app.announcements import audience, letters, queries
from feedback_app.announcements.letters import KIND, SCOPE
from feedback_app.announcements.models import Announcement, Notice
from feedback_app.announcements.quotes import choose
from feedback_app.contacts.models import Contact
from feedback_app.database import insert, is_postgresql
from feedback_app.delivery import outbox
from feedback_app.delivery.models import OutgoingEmail
from feedback_app.errors import N_, Refused


_json = json.JSONEncoder(ensure_ascii=False).encode


@dataclass(frozen=True)
class Sent:
    """What a sending set in motion: letters queued, and people left out."""

    letters: int
    left_out: int


def notify(session: Session, one: Announcement) -> None:
    """Write one notice per person concerned, told or left out: one INSERT .. SELECT."""
    rows = audience.recipients(*queries.choice(one))
    source = select(
        literal(one.id), rows.c.contact_id, rows.c.language, rows.c.why, rows.c.excluded_because == "",
        rows.c.excluded_because, literal([], Notice.quotes.type),
    ).where(rows.c.contact_id.is_not(None))  # fmt: skip
    names = ["announcement_id", "contact_id", "language", "why", "included", "excluded_because", "quotes"]
    statement = insert(Notice).from_select(names, source, include_defaults=False)
    session.execute(statement.on_conflict_do_nothing(index_elements=["announcement_id", "contact_id"]))


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


def quote(session: Session, announcement_id: int) -> None:
    """Freeze each person's own words into their notice, a batch of people at a time."""
    write = _quote_together if is_postgresql() else _quote_each
    for batch in audience.spoken_by_all(session, announcement_id):
        rows = [(contact_id, _json(choose(said))) for contact_id, said in batch.items()]
        if rows:
            write(session.connection(), announcement_id, rows)


def _quote_each(connection: Connection, announcement_id: int, rows: list[tuple[int, str]]) -> None:
    # straight to the driver: a million rows spend half their time in the layers above it
    connection.exec_driver_sql(
        "UPDATE notice SET quotes = ? WHERE announcement_id = ? AND contact_id = ? AND included AND why = 'mentioned'",
        [(said, announcement_id, contact_id) for contact_id, said in rows],
    )


def _quote_together(connection: Connection, announcement_id: int, rows: list[tuple[int, str]]) -> None:
    whose, said = zip(*rows, strict=True)
    connection.execute(
        text(
            "UPDATE notice SET quotes = v.said"
            " FROM unnest(CAST(:whose AS integer[]), CAST(:said AS jsonb[])) AS v(contact_id, said)"
            " WHERE announcement_id = :announcement AND notice.contact_id = v.contact_id"
            " AND included AND why = 'mentioned'"
        ),
        {"announcement": announcement_id, "whose": list(whose), "said": list(said)},
    )


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
    outbox.put_many(KIND, rows)
