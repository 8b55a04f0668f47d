# ruff: noqa: E501, S311 - rows are told in one line each; nothing here is secret
"""Fifty thousand mentions as rows, spread as in real life: a few large themes, many small ones, eighteen months."""

from __future__ import annotations

import random
import uuid
from datetime import timedelta

from sqlalchemy import insert

from feedback_app import clock
from feedback_app.contacts.models import Contact
from feedback_app.database import is_postgresql, transaction
from feedback_app.extensions import db
from feedback_app.responses.models import Answer, Response
from feedback_app.surveys.models import Question, Section, Survey
from feedback_app.themes.models import Codebook, CodebookSurvey, Mention, Placement, Theme
from feedback_app.themes.search.normalise import search_words

WORDS = [
    "delivery",
    "courier",
    "late",
    "price",
    "invoice",
    "refund",
    "waiting",
    "phone",
    "call",
    "rower",
    "dostawa",
    "kurier",
    "drogo",
    "reklamacja",
    "faktura",
    "czekałam",
    "telefon",
    "zwrot",
    "obsługa",
    "miła",
    "szybko",
    "wolno",
    "aplikacja",
    "hasło",
    "login",
    "umowa",
    "termin",
    "serwis",
    "części",
    "naprawa",
]
THEMES = 40
KINDS = ("customer", "customer", "prospect", "lost_prospect", "former_customer")
STAGES = ("offer", "price", "trial", "contract")


def fill(mentions: int, surveys: int = 2) -> None:
    """Insert surveys that share a codebook, half as many responses as mentions, 40 themes of very different sizes."""
    dice, now = random.Random(7), clock.now()
    with transaction() as session:
        asked = [
            Survey(slug=f"s{n + 1}", state="published", languages=["en", "pl"], title={"en": f"S{n + 1}"})
            for n in range(surveys)
        ]
        session.add_all(asked)
        codebook = Codebook(name="Bench", grouped_at=now)
        session.add(codebook)
        session.flush()
        questions = {}
        for survey in asked:
            section = Section(survey_id=survey.id, position=1)
            session.add(section)
            session.flush()
            for code, kind in (("why", "long_text"), ("nps", "nps")):
                question = Question(survey_id=survey.id, section_id=section.id, position=1, code=code, kind=kind)
                session.add(question)
                session.flush()
                questions[survey.id, code] = question.id
            session.add(CodebookSurvey(survey_id=survey.id, codebook_id=codebook.id))
        themes = [Theme(codebook_id=codebook.id, name=f"{WORDS[n % len(WORDS)]} {n}", phrases=dice.sample(WORDS, 5)) for n in range(THEMES)]  # fmt: skip
        session.add_all(themes)
        session.flush()
        weights = [1 / (n + 1) ** 0.8 for n in range(THEMES)]
        people, responses, answers, rows, placed = [], [], [], [], []
        for n in range(1, mentions // 2 + 1):
            survey, kind = asked[n % surveys].id, dice.choice(KINDS)
            language = dice.choice(("en", "pl"))
            email = f"p{n}@example.org"
            people.append({"id": n, "email": email, "email_key": email, "kind": kind, "language": language, "name": "", "stage_lost": "", "attributes": {}, "source": ""})  # fmt: skip
            stage = dice.choice(STAGES) if kind == "lost_prospect" else ""
            at = now - timedelta(days=dice.random() * 540)
            responses.append({"id": n, "survey_id": survey, "contact_id": n, "language": language, "kind": kind, "stage_lost": stage, "source": "import", "submitted_at": at})  # fmt: skip
            answers.append(
                {"id": 2 * n, "response_id": n, "question_id": questions[survey, "why"], "text": "x", "number": None}
            )
            answers.append({"id": 2 * n + 1, "response_id": n, "question_id": questions[survey, "nps"], "text": None, "number": dice.randint(0, 10)})  # fmt: skip
            for piece in (0, 1):
                mention = 2 * n + piece - 1
                text = " ".join(dice.choices(WORDS, k=dice.randint(4, 18)))
                rows.append({"id": mention, "answer_id": 2 * n, "response_id": n, "survey_id": survey, "contact_id": n, "start": piece * 500, "end": piece * 500 + len(text), "text": text, "words": search_words(text, language, (), lambda word, _: word), "text_key": uuid.uuid4().hex, "language": language, "state": "open", "judged_at": now, "closest": []})  # fmt: skip
                if dice.random() < 0.97:
                    theme = dice.choices(themes, weights)[0].id
                    placed.append({"mention_id": mention, "theme_id": theme, "confidence": dice.random()})
        for table, data in (
            (Contact, people),
            (Response, responses),
            (Answer, answers),
            (Mention, rows),
            (Placement, placed),
        ):
            session.execute(insert(table), data)
        session.execute(db.text("ANALYZE"))
    _count_on()


def _count_on() -> None:
    """Let new rows have numbers behind those that were brought; SQLite does by itself."""
    if not is_postgresql():
        return
    with transaction() as session:
        for name in ("contact", "response", "answer", "mention"):
            session.execute(db.text(f"SELECT setval(pg_get_serial_sequence('{name}', 'id'), max(id)) FROM {name}"))
