"""Sending an announcement: notices and letters are written, whole or in pieces; a crash leaves nothing half done."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import CTE, BigInteger, case, cast, delete, func, literal, select, update
from sqlalchemy.orm import Session

from feedback_app import clock
from feedback_app.announcements import events, queries, render
from feedback_app.announcements.actions import not_a_draft
from feedback_app.announcements.models import Announcement, Notice, Piece
from feedback_app.announcements.render import KIND, SCOPE
from feedback_app.announcements.sending import audience
from feedback_app.announcements.sending.audience import Span
from feedback_app.announcements.sending.choose_quotes import choose
from feedback_app.contacts.models import Contact
from feedback_app.database import (
    insert,
    is_postgresql,
    run_on_two_connections,
    transaction,
    updated_one,
    yield_write_lock,
)
from feedback_app.delivery import actions as delivery_actions
from feedback_app.delivery import outbox
from feedback_app.delivery.models import OutgoingEmail
from feedback_app.errors import N_, Refused
from feedback_app.events.actions import record
from feedback_app.events.actor import Actor
from feedback_app.extensions import db

SIZE = 15_000  # people of a piece: on SQLite no other can write while it is written
_json = json.JSONEncoder(ensure_ascii=False).encode


@dataclass(frozen=True)
class Sent:
    """What a sending set in motion: letters queued, and people left out."""

    letters: int
    left_out: int


def send(announcement_id: int, by: Actor, expected: int | None = None) -> Sent:
    """Turn a draft into one notice per person concerned and one letter per person who may be written to.

    A second call, in whatever process, is refused. ``expected`` is the number of letters the person agreed to: when
    it is another one by now, nothing is sent and Refused says so. Up to ``SIZE`` people it is one transaction;
    more are written in pieces, each a transaction, so that on SQLite nobody waits long to write. What a crash leaves
    unwritten is written by ``write_waiting``; nobody is told twice, for the table allows it no more than the pieces do.
    """
    seen = queries.get(announcement_id)
    if seen.state != "draft":
        raise not_a_draft(db.session(), announcement_id)
    plan = audience.plan(seen, SIZE)
    with transaction() as session:
        begin = update(Announcement).where(Announcement.id == announcement_id, Announcement.state == "draft")
        begin = begin.where(Announcement.changed_at == seen.changed_at)  # else the spans may be another draft's
        if not updated_one(begin.values(state="sending", sent_at=clock.now(), sent_by_id=by.staff_id)):
            raise not_a_draft(session, announcement_id)
        announcement = queries.get(announcement_id)
        if reasons := render.troubles(announcement):
            raise reasons[0]
        variants = _variants(announcement)
        if len(plan.spans) == 1:
            _write(session, announcement, None, variants)
            sent = _counted(session, announcement_id)
        else:
            _split(session, announcement, plan.spans, variants)
            sent = Sent(plan.letters, plan.left_out)
        _agree(sent, expected)
        delivery_actions.watch(KIND, announcement_id, sent.letters)
        record(events.SENT, by, announcement_id, letters=sent.letters, left_out=sent.left_out)
    if len(plan.spans) > 1:
        run_on_two_connections(lambda: _write_pieces(announcement_id))
    return _counted(db.session(), announcement_id)


def write_waiting() -> str:
    """Write the pieces of sendings that a crash left unwritten; a job for any time (owns its transactions).

    Harmless while ``send`` is at it: then they share the work. Returns what was done, "" when there was nothing.
    """
    written = _write_pieces()
    return f"{written} pieces written" if written else ""


def _write_pieces(announcement_id: int | None = None) -> int:
    written = 0
    while _write_piece(announcement_id):
        written += 1
        yield_write_lock()
    return written


def _write_piece(announcement_id: int | None = None) -> bool:
    with transaction() as session:
        piece = _next_piece(session, announcement_id)
        if piece is None:
            return False
        # who stops it waits for us, and then cancels these letters, too
        stoppable = select(Announcement.id).where(Announcement.id == piece.announcement_id)
        session.execute(stoppable.with_for_update(read=True))
        one = queries.get(piece.announcement_id)
        _write(session, one, Span(piece.above, piece.upto), piece.variants)
        return True


def _variants(announcement: Announcement) -> dict[str, int]:
    """Write out what is the same for everybody; return the id of the variant of each language."""
    return {
        each.language: outbox.add_variant(
            KIND, each.language, SCOPE, render.words(each.subject, each.body, announcement.changes, each.language)
        )
        for each in announcement.texts
    }


def _split(session: Session, one: Announcement, spans: Sequence[Span], variants: dict[str, int]) -> None:
    """Note what is to be written, span by span: see :func:`_next_piece`."""
    session.add_all(Piece(announcement_id=one.id, variants=variants, **span._asdict()) for span in spans)


def _next_piece(session: Session, announcement_id: int | None = None) -> Piece | None:
    """Take the next piece (of one announcement) off the list and return it, None when nothing is left to write.

    Two who take at once get different ones. What a crash or an error takes back is on the list again.
    """
    first = select(Piece).order_by(Piece.id).limit(1).with_for_update(skip_locked=True)
    if announcement_id is not None:
        first = first.where(Piece.announcement_id == announcement_id)
    if (piece := session.scalar(first)) is not None:
        session.expunge(piece)
        session.execute(delete(Piece).where(Piece.id == piece.id))
    return piece


def _write(session: Session, announcement: Announcement, span: Span | None, variants: Mapping[str, int]) -> None:
    """Write the notices and the letters of the people of ``span`` (None: of all).

    When the sending was stopped meanwhile they get their notice and a letter that is cancelled, so that of everybody
    can be said what became of them.
    """
    _notify(session, announcement, span)
    _queue(session, announcement, span, variants)


def _notify(session: Session, announcement: Announcement, span: Span | None) -> None:
    """Write one notice per person concerned, told or left out, each told one's own words frozen into theirs."""
    rows = audience.recipients(announcement, span)
    said = _quotes(session, announcement.id, span)
    included = rows.c.excluded_because == ""
    nothing = literal([], Notice.quotes.type)
    quotes = case(((rows.c.why == "mentioned") & included, func.coalesce(said.c.quotes, nothing)), else_=nothing)
    source = (
        select(
            literal(announcement.id),
            rows.c.contact_id,
            rows.c.language,
            rows.c.why,
            included,
            rows.c.excluded_because,
            quotes,
        )
        .outerjoin(said, said.c.contact_id == rows.c.contact_id)
        .where(rows.c.contact_id.is_not(None))
    )
    names = ["announcement_id", "contact_id", "language", "why", "included", "excluded_because", "quotes"]
    statement = insert(Notice).from_select(names, source, include_defaults=False)
    session.execute(statement.on_conflict_do_nothing(index_elements=["announcement_id", "contact_id"]))


def _quotes(session: Session, announcement_id: int, span: Span | None) -> CTE:
    """Choose everybody's quotes and return them as rows of (contact_id, quotes)."""
    chosen = {who: choose(said) for who, said in audience.spoken_by(session, announcement_id, span).items()}
    each = func.jsonb_each if is_postgresql() else func.json_each
    document = literal(_json(chosen))
    given: Any = each(cast(document, Notice.quotes.type) if is_postgresql() else document).table_valued("key", "value")
    rows = select(cast(given.c.key, BigInteger).label("contact_id"), given.c.value.label("quotes"))
    return rows.cte("said").prefix_with("MATERIALIZED")


def _counted(session: Session, announcement_id: int) -> Sent:
    """Return how many are to be told and how many are left out, by the notices."""
    statement = select(Notice.included, func.count()).where(Notice.announcement_id == announcement_id)
    found = {bool(row[0]): int(row[1]) for row in session.execute(statement.group_by(Notice.included))}
    return Sent(found.get(True, 0), found.get(False, 0))


def _agree(sent: Sent, expected: int | None) -> None:
    """Refuse to write to nobody, and to another number of people than was agreed to."""
    if not sent.letters:
        raise Refused(N_("Nobody would get this letter. Look at the audience and the surveys it concerns."))
    if expected is not None and expected != sent.letters:
        message = N_("Meanwhile the number of letters changed from %(was)d to %(now)d. Look again, then send.")
        raise Refused(message, was=expected, now=sent.letters)


def _queue(session: Session, announcement: Announcement, span: Span | None, variants: Mapping[str, int]) -> None:
    """Write the letters by one INSERT .. SELECT from the notices."""
    included = (Notice.announcement_id == announcement.id) & Notice.included
    if span is not None:
        included &= span.holds(Notice.contact_id)
    rows = (
        select(
            Notice.id,
            literal(announcement.id),
            case(dict(variants), value=Notice.language),
            Contact.email,
            Contact.email_key,
            Contact.name,
            literal(clock.now(), OutgoingEmail.not_before.type),
        )
        .join(Contact, Contact.id == Notice.contact_id)
        .where(included)
    )
    outbox.put_many(KIND, rows, stopped=announcement.state == "stopped")
