"""The past of the demo company: staff, contacts, surveys, who was asked and what they answered, months back."""

from __future__ import annotations

import secrets
import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from feedback_app import clock, tokens
from feedback_app.accounts.models import Role, Staff
from feedback_app.common.strict_json import BadDocument
from feedback_app.contacts.models import Contact
from feedback_app.database import transaction
from feedback_app.delivery.addresses import key
from feedback_app.demo import data, events
from feedback_app.demo.data import DemoResponse
from feedback_app.events.actions import record
from feedback_app.events.actor import COMMAND
from feedback_app.extensions import current_settings
from feedback_app.organisation.queries import current as organisation
from feedback_app.responses.actions import Invited, Returned, record_many
from feedback_app.surveys import actions as surveys
from feedback_app.surveys.form_spec import FormSpec, QuestionSpec
from feedback_app.surveys.kinds.base.kind import AnswerValue, Problem, Reply
from feedback_app.surveys.kinds.registry import kind_of
from feedback_app.surveys.models import Invitation, Survey
from feedback_app.surveys.queries import form_spec
from feedback_app.surveys.questionnaires.ready_made import load

SURVEYS = ("customer", "lost-prospect", "former-customer")
ASKED_BEFORE = timedelta(days=3)  # between being asked and answering, in the demo
OPENED = timedelta(days=160)
EXPIRES = timedelta(days=365)


def publish_surveys() -> None:
    """Make the three ready-made surveys and publish them, as staff would."""
    for name in SURVEYS:
        surveys.publish(surveys.create(load(name), COMMAND, slug=name), COMMAND)


def write() -> int:
    """Write staff, contacts and what they answered; return how many answered. One transaction."""
    now = clock.now().astimezone(ZoneInfo(organisation().timezone))
    with transaction() as session:
        _add_staff(session)
        opened = update(Survey).where(Survey.slug.in_(SURVEYS))
        session.execute(opened.values(published_at=now - OPENED, created_at=now - OPENED))
        contacts = _add_contacts(session, now)
        session.flush()
        number = add_responses(session, data.responses(), contacts, now)
        record(events.FILLED, COMMAND, name=data.company().organisation, responses=number)
    return number


def _add_staff(session: Session) -> None:
    roles = {role.name: role for role in session.scalars(select(Role))}
    for colleague in data.company().staff:
        session.add(
            Staff(
                email=colleague.email,
                name=colleague.name,
                language=colleague.language,
                fs_uniquifier=uuid.uuid4().hex,  # and no password: nobody signs in without a link of their own
                roles=[roles[name] for name in colleague.roles],
            )
        )


def _add_contacts(session: Session, now: datetime) -> dict[str, Contact]:
    contacts = {
        person.email: Contact(
            email=person.email,
            email_key=key(person.email),
            name=person.name,
            kind=person.kind,
            stage_lost=person.stage_lost,
            language=person.language,
            attributes=dict(person.attributes),
            source="demo",
            created_at=now - OPENED,
            updated_at=now - OPENED,
        )
        for person in data.contacts()
    }
    session.add_all(contacts.values())
    return contacts


def add_responses(
    session: Session, responses: Sequence[DemoResponse], contacts: Mapping[str, Contact], now: datetime
) -> int:
    """Write who was asked and what they answered; return how many. ``contacts`` go by address.

    Every answer is read by its question's kind; BadDocument names one that is none.
    """
    slugs = {response.survey for response in responses}
    survey_of = {response.slug: response for response in session.scalars(select(Survey).where(Survey.slug.in_(slugs)))}
    asked = [
        (response, _invitation(survey_of[response.survey], contacts[response.email], response.answered_at(now)))
        for response in responses
    ]
    session.add_all(invitation for _, invitation in asked)
    session.flush()
    forms = {survey.id: form_spec(survey.id, survey.changed_at) for survey in survey_of.values()}
    return len(
        record_many(
            [
                _returned(response, invitation, contacts[response.email], forms[invitation.survey_id])
                for response, invitation in asked
            ]
        )
    )


def _invitation(survey: Survey, contact: Contact, answered_at: datetime) -> Invitation:
    nonce = secrets.token_hex(16)
    token = tokens.derive(current_settings().secret_key, "invitation", nonce)
    return Invitation(
        survey_id=survey.id,
        contact_id=contact.id,
        nonce=nonce,
        token_hash=tokens.digest(token),
        language=contact.language,
        created_at=answered_at - ASKED_BEFORE,
        expires_at=answered_at + EXPIRES,
        answered_at=answered_at,
    )


def _returned(response: DemoResponse, invitation: Invitation, contact: Contact, form: FormSpec) -> Returned:
    asked = form.by_code
    return Returned(
        form=form,
        respondent=Invited(invitation.id, contact.id),
        source="link",
        replies={asked[code].id: _reply(asked[code], value) for code, value in response.answers.items()},
        kind=contact.kind,
        stage_lost=contact.stage_lost,
        language=response.language,
        at=invitation.answered_at or invitation.created_at,
    )


def _reply(question: QuestionSpec, value: AnswerValue) -> Reply:
    reply = kind_of(question).of_value(value, question)
    if isinstance(reply, Problem):
        raise BadDocument(f"answers.jsonl: {value!r} is no answer to {question.code}: {reply}")
    return reply
