"""Plain functions that put believable rows into the database; each commits."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from itertools import count

from feedback_app import clock, tokens
from feedback_app.contacts.models import Contact
from feedback_app.database import transaction
from feedback_app.responses.models import Answer, Response
from feedback_app.surveys.models import Invitation, Option, Question, Section, Survey

SECRET = "a-secret-for-tests-only-0123456789abcdef"
_numbers = count(1)


def a_contact(email: str = "", **more: object) -> Contact:
    """A customer reading English, unless told otherwise."""
    email = email or f"person{next(_numbers)}@example.org"
    values: dict[str, object] = {"kind": "customer", "language": "en", "name": "Ada Nowak", **more}
    with transaction() as session:
        contact = Contact(email=email, email_key=email.lower(), **values)
        session.add(contact)
    return contact


def a_survey(slug: str = "", state: str = "published", **more: object) -> Survey:
    """A bilingual survey: long text ``expected``, ``missing``; NPS ``nps``; choice ``area`` (price, delivery)."""
    slug = slug or f"survey-{next(_numbers)}"
    with transaction() as session:
        survey = Survey(
            slug=slug,
            state=state,
            languages=["en", "pl"],
            title={"en": "How was it?", "pl": "Jak było?"},
            intro={"en": "Three questions.", "pl": "Trzy pytania."},
            thanks={"en": "Thank you.", "pl": "Dziękujemy."},
            invitation_subject={"en": "A question", "pl": "Pytanie"},
            invitation_body={"en": "Hello {{name}}\n\n{{link}}", "pl": "Dzień dobry {{name}}\n\n{{link}}"},
            published_at=clock.now() if state != "draft" else None,
            **more,
        )
        section = Section(position=1, title={"en": "You and us", "pl": "Wy i my"}, survey=survey)
        session.add_all([survey, section])
        session.flush()
        wanted = [
            ("expected", "long_text", "What did you expect?", "Czego się spodziewaliście?"),
            ("missing", "long_text", "What did you not get?", "Czego zabrakło?"),
            ("nps", "nps", "Would you recommend us?", "Czy polecisz nas?"),
            ("area", "single_choice", "What is it about?", "Czego to dotyczy?"),
        ]
        for position, (code, kind, english, polish) in enumerate(wanted, 1):
            question = Question(
                survey_id=survey.id,
                section=section,
                position=position,
                code=code,
                kind=kind,
                text={"en": english, "pl": polish},
            )
            if kind == "single_choice":
                question.options = [
                    Option(position=1, code="price", label={"en": "Price", "pl": "Cena"}),
                    Option(position=2, code="delivery", label={"en": "Delivery", "pl": "Dostawa"}),
                ]
            session.add(question)
    return survey


def an_invitation(survey: Survey, contact: Contact, days: int = 30) -> tuple[Invitation, str]:
    """An invitation and the plain token of its personal link."""
    nonce = secrets.token_hex(16)
    token = tokens.derive(SECRET, "invitation", nonce)
    with transaction() as session:
        invitation = Invitation(
            survey_id=survey.id,
            contact_id=contact.id,
            nonce=nonce,
            token_hash=tokens.digest(token),
            language=contact.language,
            expires_at=clock.now() + timedelta(days=days),
        )
        session.add(invitation)
    return invitation, token


def a_response(survey: Survey, contact: Contact | None, at: datetime | None = None, **answers: object) -> Response:
    """A response: ``a_response(survey, contact, expected="A call back", nps=7, area="price")``."""
    with transaction() as session:
        questions = {one.code: one for one in session.query(Question).filter_by(survey_id=survey.id)}
        response = Response(
            survey_id=survey.id,
            contact_id=contact.id if contact else None,
            language=contact.language if contact else "en",
            source="link",
            kind=contact.kind if contact else "customer",
            stage_lost=contact.stage_lost or "" if contact else "",
            submitted_at=at or clock.now(),
        )
        for code, value in answers.items():
            question = questions[code]
            column = "number" if isinstance(value, int) else "chosen" if "choice" in question.kind else "text"
            shown = f"|{value}|" if column == "chosen" else value
            response.answers.append(Answer(question_id=question.id, **{column: shown}))
        session.add(response)
    return response
