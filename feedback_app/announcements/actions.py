"""What can be done with a draft of an announcement: begin it, write its words, test it, discard it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import delete, select, update
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
)
from feedback_app.announcements.render import SCOPE
from feedback_app.announcements.wording import default_texts, letter_text
from feedback_app.announcements.wording.phrases import phrases
from feedback_app.changes.models import Change
from feedback_app.changes.queries import surveys_concerned
from feedback_app.common.text import one_line, tidy
from feedback_app.database import transaction, updated_one
from feedback_app.delivery import outbox
from feedback_app.delivery.outbox import Words
from feedback_app.errors import N_, NotFound, Refused
from feedback_app.events.actions import record
from feedback_app.events.actor import Actor
from feedback_app.organisation.queries import current as organisation
from feedback_app.settings import LANGUAGES
from feedback_app.surveys.models import Survey

TEST_KIND = "announcement_test"


def draft(
    change_ids: Sequence[int],
    by: Actor,
    *,
    audience: str = "respondents",
    survey_ids: Sequence[int] | None = None,
) -> int:
    """Draft an announcement of changes that are in one and the same state, and return its id.

    It starts with the shipped wording in each of our languages in which all the changes have words, to ``audience``,
    one of AUDIENCES, for ``survey_ids``: by default every survey that is grouped by the codebook of a linked theme.
    Refused when there is nothing to tell.
    """
    with transaction() as session:
        changes = _changes(session, change_ids)
        about = _about(changes)
        texts = [one for one in organisation().languages if render.tellable(changes, one)]
        if not texts:
            raise Refused(N_("These changes have no language in common. Add translations to them first."))
        made = Announcement(about=about, audience=_known_audience(audience), created_by_id=by.staff_id)
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
    audience: str,
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
        about = _open(session, announcement_id, seen, audience=_known_audience(audience))
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


def _known_audience(audience: str) -> str:
    if audience not in AUDIENCES:
        raise Refused(
            N_("There is no audience “%(kind)s”. Use one of: %(known)s."), kind=audience, known=", ".join(AUDIENCES)
        )
    return audience


def _open(session: Session, announcement_id: int, seen: datetime | None, **values: object) -> str:
    """Take a draft in hand for writing and return the state its words speak of; refuse when it is none any more."""
    guarded = update(Announcement).where(Announcement.id == announcement_id, Announcement.state == "draft")
    if seen is not None:
        guarded = guarded.where(Announcement.changed_at == seen)
    if not updated_one(guarded.values(changed_at=clock.now(), **values)):
        raise not_a_draft(session, announcement_id)
    return session.scalars(select(Announcement.about).where(Announcement.id == announcement_id)).one()


def not_a_draft(session: Session, announcement_id: int) -> Refused:
    """Return what to say of an announcement that is no draft any more, or not the one that was looked at."""
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
