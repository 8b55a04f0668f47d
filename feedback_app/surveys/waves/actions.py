"""What can be done to ask people: word the letter, plan a mailing, send it, cancel it, try it on oneself."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import case, func, literal, select, update
from sqlalchemy.orm import Session

from feedback_app import clock, tokens
from feedback_app.common.text import one_line
from feedback_app.contacts.models import Contact
from feedback_app.contacts.queries import Filter
from feedback_app.database import UtcDateTime, insert, transaction, updated_one
from feedback_app.delivery import actions as delivery_actions
from feedback_app.delivery import outbox
from feedback_app.delivery.outbox import Fill, Words
from feedback_app.errors import N_, NotFound, Refused
from feedback_app.events.actions import record
from feedback_app.events.actor import WORKER, Actor
from feedback_app.extensions import current_settings
from feedback_app.surveys import events, limits
from feedback_app.surveys.builder.survey_lock import touch
from feedback_app.surveys.models import Invitation, Survey, Wave
from feedback_app.surveys.translations import Words as Texts
from feedback_app.surveys.translations import tidy_words
from feedback_app.surveys.waves import invitation_text
from feedback_app.surveys.waves import queries as wave_queries

BATCH = 2_000  # invitations in memory at a time, whatever the size of the mailing
FURTHEST = timedelta(days=366)
CLOCK_SKEW = timedelta(minutes=5)  # "in a moment" typed slowly is not a mistake


@dataclass(frozen=True)
class Plan:
    """One mailing: which survey, whom, and the finished letter in each language (the first is the fallback).

    ``send_at`` None: now.
    """

    survey_id: int
    who: Filter
    letters: Mapping[str, Words]
    send_at: datetime | None = None


@dataclass(frozen=True)
class Sent:
    """What sending did: the mailing and how many people it asks."""

    wave_id: int
    invited: int


def word_letter(survey_id: int, subject: Texts, body: Texts, by: Actor) -> None:
    """Keep the words of a survey's invitation. Refused, naming the placeholder, unless each language's can be sent."""
    with transaction() as session:
        survey = session.get(Survey, survey_id, populate_existing=True)
        if survey is None:
            raise NotFound(N_("This survey does not exist any more."))
        subjects = {code: one_line(text) for code, text in tidy_words(subject, survey.languages).items()}
        bodies = tidy_words(body, survey.languages)
        for language, problem in invitation_text.letter_problems(subjects, bodies, survey.languages):
            raise Refused(problem.message, **{**dict(problem.values), "language": language})
        for most, texts in ((limits.SUBJECT, subjects), (limits.BODY, bodies)):
            if any(len(text) > most for text in texts.values()):
                raise Refused(N_("Please shorten this to %(limit)d characters."), limit=most)
        touch(survey_id, invitation_subject=subjects, invitation_body=bodies)
        record(events.LETTER_WORDED, by, survey_id, name=survey.slug)


def plan(wanted: Plan, by: Actor) -> int:
    """Plan a mailing for later and return its id; whom it reaches is decided when it leaves.

    Refused for a time that has passed or is more than a year away, a survey that is not open, a letter without words.
    """
    if wanted.send_at is None or wanted.send_at < clock.now() - CLOCK_SKEW:
        raise Refused(N_("This time has passed. Choose a later one, or send now."))
    if wanted.send_at > clock.now() + FURTHEST:
        raise Refused(N_("Please choose a time within a year."))
    with transaction() as session:
        wave = _add(session, wanted, wanted.send_at, by)
        record(events.MAILING_PLANNED, by, wanted.survey_id, send_at=wanted.send_at.isoformat())
        return wave.id


def send(wanted: Plan, by: Actor) -> Sent:
    """Ask everybody the plan means, now: invitations and letters in one transaction, all or nobody.

    Each contact is asked once per survey ever, so pressing twice sends once. Refused when nobody is left to ask.
    """
    with transaction() as session:
        wave = _add(session, wanted, clock.now(), by)
        invited = _start(session, wave.id)
        if not invited:
            raise Refused(
                N_("There is nobody left to ask: everybody meant has been asked already, or must not be written to.")
            )
        record(events.MAILING_SENT, by, wanted.survey_id, wave=wave.id, invited=invited)
        return Sent(wave.id, invited)


def cancel(survey_id: int, wave_id: int, by: Actor) -> None:
    """Keep a planned mailing from leaving. Refused once it has left."""
    with transaction() as session:
        mine = update(Wave).where(Wave.id == wave_id, Wave.survey_id == survey_id, Wave.state == "planned")
        if not updated_one(mine.values(state="cancelled")):
            state = session.scalar(select(Wave.state).where(Wave.id == wave_id, Wave.survey_id == survey_id))
            if state is None:
                raise NotFound(N_("This mailing does not exist."))
            raise Refused(N_("This mailing cannot be cancelled any more: it has left or was cancelled before."))
        record(events.MAILING_CANCELLED, by, survey_id, wave=wave_id)


def start_due_waves() -> int:
    """Send the planned mailings whose time has come; a job of the worker. Returns how many people were asked.

    Any number of workers may call it at once: each mailing leaves once, in one transaction of its own.
    """
    total = 0
    for wave_id in wave_queries.due_waves():
        with transaction() as session:
            invited = _start(session, wave_id)
            if invited is not None:
                survey_id = session.scalar(select(Wave.survey_id).where(Wave.id == wave_id))
                record(events.MAILING_SENT, WORKER, survey_id, wave=wave_id, invited=invited)
                total += invited
    return total


def send_test(survey_id: int, language: str, words: Words, fill: Fill, address: str, by: Actor) -> int:
    """Queue one letter of kind ``test`` to ``address`` and return its id; it invites nobody. Raises BadAddress."""
    with transaction():
        variant = outbox.add_variant("test", language, "", words)
        made = outbox.put("test", variant, address, by.name, values=fill)
        record(events.LETTER_TRIED, by, survey_id, language=language)
        return made


def _add(session: Session, wanted: Plan, send_at: datetime, by: Actor) -> Wave:
    survey = session.scalar(
        select(Survey).where(Survey.id == wanted.survey_id).with_for_update().execution_options(populate_existing=True)
    )
    if survey is None:
        raise NotFound(N_("This survey does not exist any more."))
    if survey.state != "published":
        raise Refused(N_("“%(slug)s” is not open for answers: publish it before you ask people."), slug=survey.slug)
    if not wanted.letters:
        raise Refused(N_("The letter has no words yet. Write its subject and text first."))
    wave = Wave(
        survey_id=survey.id,
        audience=wanted.who.as_dict(),
        subject=survey.invitation_subject,
        body=survey.invitation_body,
        variants={
            code: outbox.add_variant(wave_queries.LETTER, code, wave_queries.SCOPE, words)
            for code, words in wanted.letters.items()
        },
        send_at=send_at,
        created_by_id=by.staff_id,
    )
    session.add(wave)
    session.flush()
    return wave


def _start(session: Session, wave_id: int) -> int | None:
    """Turn a planned mailing into invitations and letters; None when it is not planned (any more)."""
    open_surveys = select(Survey.id).where(Survey.state == "published")
    mine = update(Wave).where(Wave.id == wave_id, Wave.state == "planned", Wave.survey_id.in_(open_surveys))
    if not updated_one(mine.values(state="sent")):
        return None
    wave = session.get_one(Wave, wave_id, populate_existing=True)
    moment = clock.now()
    _invite(session, wave, moment)
    letters = outbox.put_many(wave_queries.LETTER, _letters(wave, moment))
    delivery_actions.watch(wave_queries.LETTER, wave.id, letters)
    mailed = select(func.count()).select_from(Invitation).where(Invitation.wave_id == wave_id)
    wave.invited = session.scalar(mailed) or 0
    return wave.invited


def _invite(session: Session, wave: Wave, moment: datetime) -> None:
    """Write the invitations, a batch at a time: memory stays flat for any number of people."""
    conditions = wave_queries.would_be_asked(wave.survey_id, Filter.from_dict(wave.audience))
    statement = insert(Invitation).on_conflict_do_nothing(index_elements=["survey_id", "contact_id"])
    wave_id, survey_id = wave.id, wave.survey_id
    offered = session.scalars(select(Survey.languages).where(Survey.id == survey_id)).one()
    languages = [code for code in offered if code in wave.variants]  # JSON keeps no order of keys
    secret = current_settings().secret_key
    until = moment + timedelta(days=current_settings().invitation_days)
    last = 0
    while True:
        people = session.execute(
            select(Contact.id, Contact.language).where(*conditions, Contact.id > last).order_by(Contact.id).limit(BATCH)
        ).all()
        if not people:
            return
        last = people[-1].id
        common = {"survey_id": survey_id, "wave_id": wave_id, "created_at": moment, "expires_at": until}
        session.execute(
            statement,
            [
                {
                    **common,
                    **_secrets(secret, moment, contact_id),
                    "contact_id": contact_id,
                    "language": invitation_text.chosen_language(language, languages),
                }
                for contact_id, language in people
            ],
        )


def _secrets(secret: str, moment: datetime, contact_id: int) -> dict[str, str]:
    """Return a new nonce and the hash of its token. The nonce rises with time and contact: its index grows at one end.

    It need not be secret, only unique: the token is a MAC over it under the house key.
    """
    nonce = f"{int(moment.timestamp() * 1_000_000):014x}{contact_id:016x}{secrets.token_hex(1)}"
    return {"nonce": nonce, "token_hash": tokens.digest(tokens.derive(secret, "invitation", nonce))}


def _letters(wave: Wave, moment: datetime) -> Any:
    """Return the SELECT of one letter for each invitation of the mailing."""
    return (
        select(
            Invitation.id,
            Invitation.wave_id,
            case(wave.variants, value=Invitation.language),
            Contact.email,
            Contact.email_key,
            Contact.name,
            literal(moment, UtcDateTime),
        )
        .join(Contact, Contact.id == Invitation.contact_id)
        .where(Invitation.wave_id == wave.id)
    )
