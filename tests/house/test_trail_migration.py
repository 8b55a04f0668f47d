"""Trails written before events had codes: nothing is lost on the way up, and the way down gives it back."""

from __future__ import annotations

import json
from typing import Any

import flask_migrate
import pytest
from flask import Flask
from sqlalchemy import text

from feedback_app import registry
from feedback_app.events.catalogue import LEGACY, Catalogue
from feedback_app.extensions import db
from tests.house.test_migrations import AT

BEFORE, AFTER = "0009", "0010"
OLD = [  # actor, action, target, target_id, summary, details
    ("ada@velo.example", "merged", "theme", 7, "", {"codebook": 1, "mentions": 12, "name": "Queues"}),
    ("ada@velo.example", "undone", "theme", 7, "taken out", {"step": 3, "mentions": 2}),
    ("stranger", "failed to sign in (recovery code)", "staff", 1, "ada@velo.example", {}),
    ("ada@velo.example", "moved", "change", 4, "We open at seven", {"was": "planned", "state": "made"}),
    ("ada@velo.example", "edited a question", "survey", 2, "stage", {}),
    ("reader", "chose letters", "contact", 9, "", {"stopped": ["surveys"], "wanted": [], "letter": 5}),
    ("worker", "halted", "announcement", 3, "Too many came back", {}),
    ("command", "tested", "letters", 8, "", {}),
    ("command", "filled", "demo", None, "Koło Domu", {"responses": 344}),
    ("ada@velo.example", "changed the name of", "organisation", 1, "Velo → Vela", {"before": "Velo", "after": "Vela"}),
    ("ada@velo.example", "whistled at", "moon", 6, "softly", {"times": 2}),
]
NEW = [
    ("theme.merged", "staff", "theme", {"codebook": 1, "mentions": 12, "name": "Queues"}),
    ("theme.step_undone", "staff", "theme", {"step": 3, "mentions": 2, "undone": "mention.taken_out"}),
    ("staff.sign_in_failed", "stranger", "staff", {"name": "ada@velo.example", "step": "recovery code"}),
    ("change.made", "staff", "change", {"was": "planned", "state": "made", "name": "We open at seven"}),
    ("survey.question_edited", "staff", "survey", {"question": "stage"}),
    ("contact.letters_chosen", "respondent", "contact", {"stopped": ["surveys"], "wanted": [], "letter": 5}),
    ("announcement.halted", "worker", "announcement", {"why": "Too many came back"}),
    ("letter.tested", "command", "letter", {}),
    ("demo.filled", "command", "demo", {"name": "Koło Domu", "responses": 344}),
    ("organisation.name_changed", "staff", "organisation", {"before": "Velo", "after": "Vela"}),
    (LEGACY, "staff", "moon", {"text": "whistled at", "name": "softly", "times": 2}),
]


@pytest.fixture
def old_trail(empty_app: Flask) -> None:
    flask_migrate.upgrade(revision=BEFORE)
    insert = text(
        "INSERT INTO audit_entry (id, at, actor, action, target, target_id, summary, details)"
        f" VALUES (:id, {AT}, :actor, :action, :target, :target_id, :summary, :details)"
    )
    names = ("actor", "action", "target", "target_id", "summary", "details")
    with db.engine.begin() as connection:
        for number, row in enumerate(OLD, 41):
            values = dict(zip(names, row, strict=True)) | {"id": number, "details": json.dumps(row[-1])}
            connection.execute(insert, values)


def _read(columns: str, table: str) -> list[tuple[Any, ...]]:
    with db.engine.connect() as connection:
        rows = connection.execute(text(f"SELECT {columns} FROM {table} ORDER BY id")).all()
    return [tuple(json.loads(one) if isinstance(one, str) and one.startswith("{") else one for one in r) for r in rows]


@pytest.mark.usefixtures("old_trail")
def test_every_line_gets_its_code_and_keeps_its_key() -> None:
    flask_migrate.upgrade(revision=AFTER)
    assert _read("code, actor_kind, subject, payload", "event") == NEW
    assert [number for (number,) in _read("id", "event")] == list(range(41, 41 + len(OLD)))


@pytest.mark.usefixtures("old_trail")
def test_the_next_event_takes_the_next_key() -> None:
    flask_migrate.upgrade(revision=AFTER)
    with db.engine.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO event (at, code, actor_kind, actor, subject, payload)"
                f" VALUES ({AT}, 'x.y', 'worker', 'worker', 'x', '{{}}')"
            )
        )
    assert _read("id", "event")[-1] == (41 + len(OLD),)


@pytest.mark.usefixtures("old_trail")
def test_the_way_down_gives_back_every_word() -> None:
    flask_migrate.upgrade(revision=AFTER)
    flask_migrate.downgrade(revision=BEFORE)
    assert _read("actor, action, target, target_id, summary, details", "audit_entry") == OLD


@pytest.mark.usefixtures("old_trail")
def test_each_code_a_trail_turned_into_has_words(empty_app: Flask) -> None:
    flask_migrate.upgrade(revision=AFTER)
    catalogue = Catalogue(registry.EVENT_ROOMS)
    assert {code for (code,) in _read("code", "event")} - catalogue.types.keys() == {LEGACY}
