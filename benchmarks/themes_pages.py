# ruff: noqa: E501, S106, S311 - rows are told in one line each; nothing here is secret
"""Server time of every page of themes with 50,000 mentions; fails when one takes more than 400 ms.

    python benchmarks/themes_pages.py [--mentions 50000] [--limit 400]

Uses a fresh SQLite file in a temporary folder, or the empty database named by BENCH_DATABASE_URL. Times are medians of
five requests, signed in, after one that warms templates up. Mentions are made up; themes and dates are spread as in
real life: a few large themes and many small ones, over eighteen months.
"""

from __future__ import annotations

import argparse
import os
import random
import statistics
import sys
import tempfile
import time
import uuid
from datetime import timedelta
from pathlib import Path

from sqlalchemy import insert

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from feedback_app import clock, create_app
from feedback_app.accounts.models import Role, Staff
from feedback_app.contacts.models import Contact
from feedback_app.database import transaction
from feedback_app.extensions import db
from feedback_app.responses.models import Answer, Response
from feedback_app.settings import Settings
from feedback_app.surveys.models import Question, Section, Survey
from feedback_app.themes.models import Codebook, CodebookSurvey, Mention, Placement, Theme
from feedback_app.themes.search_words import search_words

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


def fill(mentions: int) -> None:
    """Insert two surveys, half as many responses as mentions, and 40 themes of very different sizes."""
    dice, now = random.Random(7), clock.now()
    with transaction() as session:
        surveys = [
            Survey(slug=f"s{n}", state="published", languages=["en", "pl"], title={"en": f"S{n}"}) for n in (1, 2)
        ]
        session.add_all(surveys)
        codebook = Codebook(name="Bench", grouped_at=now)
        session.add(codebook)
        session.flush()
        questions = {}
        for survey in surveys:
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
            survey, kind = surveys[n % 2].id, dice.choice(KINDS)
            language = dice.choice(("en", "pl"))
            email = f"p{n}@example.org"
            people.append({"id": n, "email": email, "email_key": email, "kind": kind, "language": language, "name": "", "stage_lost": "", "attributes": {}, "source": ""})  # fmt: skip
            stage = dice.choice(STAGES) if kind == "lost_prospect" else ""
            at = now - timedelta(days=dice.random() * 540)
            responses.append({"id": n, "survey_id": survey, "contact_id": n, "language": language, "kind": kind, "stage_lost": stage, "submitted_at": at})  # fmt: skip
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


def pages() -> list[str]:
    book = "/themes/codebooks/1"
    return [
        "/themes",
        "/themes?kind=lost_prospect&q=dostawa",
        "/themes/1",
        "/themes/1?q=kurier&sort=unsure",
        "/themes/1?page=40",
        "/themes/1/grid",
        "/themes/1/history",
        f"{book}/history",
        f"{book}/mentions/all",
        f"{book}/mentions/all?q=reklamacja+dostawa",
        f"{book}/mentions/all?page=900",
        f"{book}/mentions/ungrouped",
        f"{book}/suggestions",
        f"{book}/settings",
        f"{book}/export.json",
        f"{book}/progress",
    ]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--mentions", type=int, default=50_000)
    parser.add_argument("--limit", type=float, default=400.0, help="milliseconds a page may take")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        url = os.environ.get("BENCH_DATABASE_URL") or f"sqlite:///{folder}/bench.sqlite3"
        settings = Settings(
            secret_key="a-secret-for-benchmarks-only-0123456789", base_url="http://localhost", database_url=url,
            mail_from="hello@velo.example", organisation="Bench", postal_address="", development=True, var=folder,
            rate_limits=False, log_level="error",
        ).completed()  # fmt: skip
        app = create_app(settings)
        app.config["TESTING"] = True
        with app.app_context():
            db.create_all()
            with transaction() as session:
                role = Role(name="admin")
                person = Staff(email="a@velo.example", name="Ada", password="-", fs_uniquifier="ada", roles=[role])
                session.add(person)
            fill(options.mentions)
            db.session.remove()
        return measure(app.test_client(), options)


def measure(client: object, options: argparse.Namespace) -> int:
    with client.session_transaction() as session:  # type: ignore[attr-defined]
        session.update(
            {
                "_user_id": "ada",
                "_fresh": True,
                "fs_cc": "set",
                "fs_paa": time.time(),
                "identity.id": "ada",
                "language": "en",
            }
        )
    worst = 0.0
    print(f"{options.mentions} mentions; medians of 5 in milliseconds: wall, processor")
    for url in pages():
        client.get(url)  # type: ignore[attr-defined]
        times, busy = [], []
        for _ in range(5):
            start, spent = time.perf_counter(), time.process_time()
            answer = client.get(url)  # type: ignore[attr-defined]
            times.append((time.perf_counter() - start) * 1000)
            busy.append((time.process_time() - spent) * 1000)
            assert answer.status_code == 200, (url, answer.status_code)
        median = statistics.median(times)
        worst = max(worst, median)
        print(f"{median:8.1f} {statistics.median(busy):8.1f}  {url}")
    print(f"slowest {worst:.1f} ms, limit {options.limit:.0f} ms")
    return int(worst > options.limit)


if __name__ == "__main__":
    sys.exit(main())
