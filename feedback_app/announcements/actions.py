"""What can be done with announcements: draft, write, test, send, stop."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import delete, exists, select, update
from sqlalchemy.orm import Session

from feedback_app import clock
from feedback_app.announcements import events, queries, render
from feedback_app.announcements.models import (
    ABOUT,
    AUDIENCES,
    Announcement,
    AnnouncementChange,
    AnnouncementSurvey,
    AnnouncementText,
    Piece,
)
from feedback_app.announcements.render import KIND, SCOPE
from feedback_app.announcements.sending import audience, progress
from feedback_app.announcements.sending import steps as sending
from feedback_app.announcements.sending.audience import Span
from feedback_app.announcements.sending.steps import Sent
from feedback_app.announcements.wording import default_texts, letter_text
from feedback_app.announcements.wording.phrases import phrases
from feedback_app.changes.models import Change
from feedback_app.changes.queries import surveys_concerned
from feedback_app.common.text import one_line, tidy
from feedback_app.database import run_on_two_connections, transaction, updated_one, yield_write_lock
from feedback_app.delivery import actions as letter_desk
from feedback_app.delivery import outbox
from feedback_app.delivery.models import OutgoingEmail
from feedback_app.delivery.outbox import Words
from feedback_app.errors import N_, NotFound, Refused
from feedback_app.events.actions import record
from feedback_app.events.actor import WORKER, Actor
from feedback_app.extensions import db
from feedback_app.organisation.queries import current as organisation
from feedback_app.settings import LANGUAGES
from feedback_app.surveys.models import Survey

TEST_KIND = "announcement_test"


def draft(
    change_ids: Sequence[int],
    by: Actor,
    *,
    kind: str = "respondents",
    survey_ids: Sequence[int] | None = None,
) -> int:
    """Draft an announcement of changes that are in one and the same state, and return its id.

    It starts with the shipped wording in each of our languages in which all the changes have words, for the surveys
    whose answers the linked themes hold (or ``survey_ids``), to the audience ``kind``. Refused when there is nothing to
    tell.
    """
    with transaction() as session:
        changes = _changes(session, change_ids)
        about = _about(changes)
        texts = [one for one in organisation().languages if render.tellable(changes, one)]
        if not texts:
            raise Refused(N_("These changes have no language in common. Add translations to them first."))
        made = Announcement(about=about, audience=_known_audience(kind), created_by_id=by.staff_id)
        session.add(made)
        session.flush()
        session.add_all(AnnouncementChange(announcement_id=made.id, change_id=one.id) for one in changes)
        if survey_ids is None:
            survey_ids = [one.id for one in surveys_concerned([one.id for one in changes])]
        _concern(session, made.id, survey_ids)
        wordings = default_texts.load(about)
        _write(session, made.id, {code: (wordings.subject[code], wordings.body[code]) for code in texts}, about)
        processes = ", ".join(one.process for one in changes)[:200]
        record(events.DRAFTED, by, made.id, name=processes, changes=[one.id for one in changes])
        return made.id


def save(
    announcement_id: int,
    by: Actor,
    *,
    kind: str,
    survey_ids: Sequence[int],
    texts: Mapping[str, tuple[str, str]],
    seen: datetime | None = None,
) -> None:
    """Replace audience, surveys and texts (language -> subject, body) of a draft; a language left empty is dropped.

    ``seen`` is the version (``changed_at``) the person was looking at: a newer one is not overwritten.
    """
    written = {code: _tidied(*pair) for code, pair in texts.items() if any(part.strip() for part in pair)}
    if not written:
        raise Refused(N_("Keep a text in at least one language."))
    with transaction() as session:
        about = _open(session, announcement_id, seen, audience=_known_audience(kind))
        _concern(session, announcement_id, survey_ids)
        _write(session, announcement_id, written, about)
        record(events.WORDED, by, announcement_id, languages=sorted(written))


def write(announcement_id: int, language: str, subject: str, body: str, by: Actor) -> None:
    """Replace the text of a draft in one language; the others stay."""
    with transaction() as session:
        about = _open(session, announcement_id, None)
        kept = session.scalars(select(AnnouncementText).where(AnnouncementText.announcement_id == announcement_id))
        texts = {one.language: (one.subject, one.body) for one in kept}
        _write(session, announcement_id, {**texts, language: _tidied(subject, body)}, about)
        record(events.WORDED, by, announcement_id, languages=[language])


def discard(announcement_id: int, by: Actor) -> None:
    """Delete a draft; what was sent stays for ever."""
    with transaction() as session:
        _open(session, announcement_id, None)
        record(events.DISCARDED, by, announcement_id)
        session.execute(delete(Announcement).where(Announcement.id == announcement_id))
        session.expire_all()


def send_test(announcement_id: int, to: str, language: str, by: Actor, name: str = "") -> int:
    """Queue one test letter in ``language`` and return its id; nobody's words are in it. Raises BadAddress."""
    announcement = queries.get(announcement_id)
    text = next(
        (text for text in announcement.texts if text.language == language),
        announcement.texts[0] if announcement.texts else None,
    )
    if text is None:
        raise Refused(N_("The announcement has no text yet."))
    letter_text.check(text.subject, text.body, announcement.about)
    words = render.words(text.subject, text.body, announcement.changes, text.language)
    words = Words(phrases(text.language).test + words.subject, words.text, words.html)
    values = render.sample(text.language, name)
    with transaction():
        variant = outbox.add_variant(TEST_KIND, text.language, SCOPE, words)
        letter = outbox.put(TEST_KIND, variant, to, name, group_id=announcement_id, values=values)
        record(events.TESTED, by, announcement_id, language=text.language)
    return letter


def send(announcement_id: int, by: Actor, expected: int | None = None) -> Sent:
    """Turn a draft into one notice per person concerned and one letter per person who may be written to.

    A second call, in whatever process, is refused. ``expected`` is the number of letters the person agreed to: when
    it is another one by now, nothing is sent and Refused says so. Up to ``sending.SIZE`` people it is one transaction;
    more are written in pieces, each a transaction, so that on SQLite nobody waits long to write. What a crash leaves
    unwritten is written by ``write_waiting``; nobody is told twice, for the table allows it no more than the pieces do.
    """
    seen = queries.get(announcement_id)
    if seen.state != "draft":
        raise _not_a_draft(db.session(), announcement_id)
    plan = audience.plan(*queries.choice(seen), sending.SIZE)
    with transaction() as session:
        begin = update(Announcement).where(Announcement.id == announcement_id, Announcement.state == "draft")
        begin = begin.where(Announcement.changed_at == seen.changed_at)  # else the spans may be another draft's
        if not updated_one(begin.values(state="sending", sent_at=clock.now(), sent_by_id=by.staff_id)):
            raise _not_a_draft(session, announcement_id)
        announcement = queries.get(announcement_id)
        if reasons := queries.troubles(announcement):
            raise reasons[0]
        variants = sending.variants(announcement)
        if len(plan.spans) == 1:
            sending.write(session, announcement, None, variants)
            sent = sending.counted(session, announcement_id)
        else:
            sending.part(session, announcement, plan.spans, variants)
            sent = Sent(plan.letters, plan.left_out)
        sending.agree(sent, expected)
        letter_desk.watch(KIND, announcement_id, sent.letters)
        record(events.SENT, by, announcement_id, letters=sent.letters, left_out=sent.left_out)
    if len(plan.spans) > 1:
        run_on_two_connections(lambda: _write_pieces(announcement_id))
    return sending.counted(db.session(), announcement_id)


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
        piece = sending.next_piece(session, announcement_id)
        if piece is None:
            return False
        # who stops it waits for us, and then cancels these letters, too
        stoppable = select(Announcement.id).where(Announcement.id == piece.announcement_id)
        session.execute(stoppable.with_for_update(read=True))
        one = queries.get(piece.announcement_id)
        sending.write(session, one, Span(piece.above, piece.upto), piece.variants)
        return True


def stop(announcement_id: int, by: Actor) -> Sent:
    """Stop a sending and return how many letters had left and how many were kept back.

    A letter that is on the wire this very moment may still leave, and is counted as told then.
    """
    with transaction():
        halt = update(Announcement).where(Announcement.id == announcement_id, Announcement.state == "sending")
        if not updated_one(halt.values(state="stopped", finished_at=clock.now())):
            queries.get(announcement_id)
            raise Refused(N_("It is not being sent any more, so there is nothing to stop."))
        cancelled = letter_desk.cancel(kind=KIND, group_id=announcement_id)
        letter_desk.resume(KIND, announcement_id)  # nothing is left to be held back
        left = progress.of(announcement_id, "stopped").group("told")
        record(events.STOPPED, by, announcement_id, told=left, cancelled=cancelled)
        return Sent(left, cancelled)


def pause(announcement_id: int, by: Actor) -> None:
    """Hold back the letters of a sending that still wait. Refused when it is over; harmless when it is held back."""
    with transaction() as session:
        _being_sent(session, announcement_id)
        if letter_desk.pause(KIND, announcement_id, by.name):
            record(events.HELD_BACK, by, announcement_id)


def resume(announcement_id: int, by: Actor) -> None:
    """Let a sending go on that a person or the machine holds back. Refused when it is over."""
    with transaction() as session:
        _being_sent(session, announcement_id)
        if letter_desk.resume(KIND, announcement_id):
            record(events.LET_GO_ON, by, announcement_id)


def _being_sent(session: Session, announcement_id: int) -> None:
    state = session.scalar(select(Announcement.state).where(Announcement.id == announcement_id))
    if state is None:
        raise NotFound(N_("There is no announcement %(id)s."), id=announcement_id)
    if state != "sending":
        raise Refused(N_("It is not being sent any more, so there is nothing to hold back."))


def finish_done() -> int:
    """Mark as sent every announcement of which no letter waits any more; a job for any time. Returns how many."""
    waiting = exists().where(
        OutgoingEmail.kind == KIND,
        OutgoingEmail.group_id == Announcement.id,
        OutgoingEmail.state.in_(progress.GROUPS["waiting"]),
    )
    with transaction() as session:
        unwritten = exists().where(Piece.announcement_id == Announcement.id)
        over = select(Announcement.id).where(Announcement.state == "sending", ~unwritten, ~waiting)
        done = session.scalars(over).all()
        finished = 0
        for announcement_id in done:
            close = update(Announcement).where(Announcement.id == announcement_id, Announcement.state == "sending")
            if updated_one(close.values(state="sent", finished_at=clock.now())):
                record(events.FINISHED, WORKER, announcement_id)
                finished += 1
    return finished


def _changes(session: Session, change_ids: Sequence[int]) -> list[Change]:
    wanted = list(dict.fromkeys(change_ids))
    changes = {one.id: one for one in session.scalars(select(Change).where(Change.id.in_(wanted)))}
    if missing := [str(one) for one in wanted if one not in changes]:
        raise NotFound(N_("There is no change %(id)s."), id=", ".join(missing))
    if not wanted:
        raise Refused(N_("Choose at least one change to announce."))
    return [changes[one] for one in wanted]


def _about(changes: Sequence[Change]) -> str:
    states = {one.state for one in changes}
    if "considered" in states:
        raise Refused(N_("A change that is still considered is no news yet. Plan it, make it or decline it first."))
    if len(states) > 1:
        message = N_("A “yes” and a “no” need different words: announce changes in the same state together.")
        raise Refused(message)
    about = states.pop()
    if about not in ABOUT:
        raise ValueError(f"no wording for {about!r}")
    return about


def _known_audience(kind: str) -> str:
    if kind not in AUDIENCES:
        raise Refused(
            N_("There is no audience “%(kind)s”. Use one of: %(known)s."), kind=kind, known=", ".join(AUDIENCES)
        )
    return kind


def _open(session: Session, announcement_id: int, seen: datetime | None, **values: object) -> str:
    """Take a draft in hand for writing and return the state its words speak of; refuse when it is none any more."""
    guarded = update(Announcement).where(Announcement.id == announcement_id, Announcement.state == "draft")
    if seen is not None:
        guarded = guarded.where(Announcement.changed_at == seen)
    if not updated_one(guarded.values(changed_at=clock.now(), **values)):
        raise _not_a_draft(session, announcement_id)
    return session.scalars(select(Announcement.about).where(Announcement.id == announcement_id)).one()


def _not_a_draft(session: Session, announcement_id: int) -> Refused:
    state = session.scalar(select(Announcement.state).where(Announcement.id == announcement_id))
    if state is None:
        return NotFound(N_("There is no announcement %(id)s."), id=announcement_id)
    return Refused(
        {
            "sending": N_("It is already being sent. Nobody gets it twice."),
            "sent": N_("It was sent already. Nobody gets it twice."),
            "stopped": N_("It was stopped, and some have read it. Draft a new one to tell the others."),
        }.get(state, N_("Somebody else saved this draft meanwhile. Your words are below: compare, then save again."))
    )


def _concern(session: Session, announcement_id: int, survey_ids: Sequence[int]) -> None:
    known = set(session.scalars(select(Survey.id).where(Survey.id.in_(survey_ids))))
    if missing := [str(one) for one in survey_ids if one not in known]:
        raise NotFound(N_("There is no survey %(id)s."), id=", ".join(missing))
    session.execute(delete(AnnouncementSurvey).where(AnnouncementSurvey.announcement_id == announcement_id))
    session.add_all(AnnouncementSurvey(announcement_id=announcement_id, survey_id=one) for one in sorted(known))
    session.flush()


def _tidied(subject: str, body: str) -> tuple[str, str]:
    return one_line(subject), tidy(body)


def _write(session: Session, announcement_id: int, texts: Mapping[str, tuple[str, str]], about: str) -> None:
    for code, (subject, body) in texts.items():
        if code not in LANGUAGES:
            message = N_("“%(code)s” is no language of this service. Use one of: %(known)s.")
            raise Refused(message, code=code, known=", ".join(LANGUAGES))
        letter_text.check(subject, body, about)
    session.execute(delete(AnnouncementText).where(AnnouncementText.announcement_id == announcement_id))
    session.add_all(
        AnnouncementText(announcement_id=announcement_id, language=code, subject=subject, body=body)
        for code, (subject, body) in sorted(texts.items())
    )
    session.flush()
    session.expire_all()
