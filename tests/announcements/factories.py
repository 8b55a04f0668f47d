"""A small company whose customers said something: surveys, themes, mentions, a change. Each call commits."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import date
from itertools import count

from feedback_app.changes import actions as changes
from feedback_app.changes.actions import Entry
from feedback_app.changes.voices import actions as voices
from feedback_app.changes.words import Words
from feedback_app.contacts.models import Contact
from feedback_app.database import transaction
from feedback_app.delivery.models import Suppression
from feedback_app.events.actor import COMMAND
from feedback_app.extensions import db
from feedback_app.responses.models import Answer, Response
from feedback_app.surveys.models import Survey
from feedback_app.themes.models import Codebook, CodebookSurvey, Mention, Placement, Theme

_numbers = count(1)

ENGLISH = {"process": "delivery", "what": "Every delivery has a two-hour window.", "why": "You waited whole days."}
POLISH = {"process": "dostawa", "what": "Każda dostawa ma dwugodzinne okno.", "why": "Czekali Państwo całe dnie."}
REASONS = {"en": "The drivers would have no free day.", "pl": "Kierowcy nie mieliby wolnego dnia."}


def a_codebook(*surveys: Survey) -> Codebook:
    """A codebook of these surveys."""
    with transaction() as session:
        book = Codebook(name=f"codebook {next(_numbers)}")
        session.add(book)
        session.flush()
        session.add_all(CodebookSurvey(survey_id=one.id, codebook_id=book.id) for one in surveys)
    return book


def a_theme(book: Codebook, name: str = "", **more: object) -> Theme:
    """An open theme."""
    with transaction() as session:
        theme = Theme(codebook_id=book.id, name=name or f"theme {next(_numbers)}", **more)
        session.add(theme)
    return theme


def a_mention(response: Response, *themes: Theme, text: str = "", state: str = "open") -> Mention:
    """The whole first text answer of ``response`` (or ``text``) as a mention in these themes."""
    with transaction() as session:
        answer = session.query(Answer).filter(Answer.response_id == response.id, Answer.text.is_not(None)).first()
        assert answer is not None
        start = session.query(Mention).filter_by(answer_id=answer.id).count() * 10_000
        words = text or answer.text or ""
        mention = Mention(
            answer_id=answer.id,
            response_id=response.id,
            survey_id=response.survey_id,
            contact_id=response.contact_id,
            start=start,
            end=start + len(words),
            text=words,
            text_key=hashlib.sha256(words.encode()).hexdigest(),
            language=response.language,
            state=state,
        )
        session.add(mention)
        session.flush()
        session.add_all(Placement(mention_id=mention.id, theme_id=theme.id) for theme in themes)
    return mention


def a_change(*themes: Theme, state: str = "made", **more: object) -> int:
    """A change in English and Polish that answers these themes; its id."""
    polish = {**POLISH, "reason": REASONS["pl"]}
    values: dict[str, object] = {
        "words": Words(**ENGLISH, reason=REASONS["en"]),
        "language": "en",
        "state": state,
        "since": date(2026, 5, 14) if state == "made" else None,
        "theme_ids": [one.id for one in themes],
        "translations": {"pl": polish},
        **more,
    }
    return changes.log(Entry(**values), COMMAND)  # type: ignore[arg-type]


def a_voice(change_id: int, *mentions: Mention, judgement: str = "yes") -> None:
    """Judge these mentions as voices of a change."""
    for one in mentions:
        voices.judge(change_id, [one.id], judgement, COMMAND)


def suppressed(contact: Contact, scope: str = "all", reason: str = "unsubscribed") -> None:
    """Keep a contact from being written to."""
    with transaction() as session:
        session.add(Suppression(email_key=contact.email_key, scope=scope, reason=reason))


def table(model: type, *order: object) -> Sequence[object]:
    """All rows of a table, freshly read."""
    db.session.rollback()  # ends the read before, so that what others wrote since is seen
    return db.session.query(model).order_by(*order).all()
