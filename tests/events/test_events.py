"""Events: one code for each thing that can happen, words for every code, and a trail nobody can fill from outside."""

from __future__ import annotations

import ast
import re

import pytest
from flask import Flask, url_for

from feedback_app import registry
from feedback_app.accounts.events import SIGN_IN_FAILED
from feedback_app.database import transaction
from feedback_app.events.actions import record_once
from feedback_app.events.actor import STRANGER
from feedback_app.events.catalogue import LEGACY, UNKNOWN, Catalogue, EventRoom, EventType, Subject, fill
from feedback_app.events.models import Event
from feedback_app.extensions import db
from feedback_app.places import ROOT

CATALOGUE = Catalogue(registry.EVENT_ROOMS)


def test_codes_are_stable_names() -> None:
    for code in CATALOGUE.types:
        assert re.fullmatch(r"[a-z_]+\.[a-z_]+", code), code
        assert len(code) <= 40


def test_every_code_written_down_is_listed_in_its_room() -> None:
    for room in CATALOGUE.rooms:
        tree = ast.parse((ROOT / "feedback_app" / room.name / "events.py").read_text("utf-8"))
        written = {
            call.args[0].value
            for call in ast.walk(tree)
            if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == "EventType"
            if isinstance(call.args[0], ast.Constant)
        }
        assert written == {one.code for one in room.types}


def test_subjects_lead_to_pages_and_tables_that_exist(app: Flask) -> None:
    shown = [one for one in CATALOGUE.subjects.values() if one.endpoint]
    assert len(shown) > 5
    with app.test_request_context():
        for one in shown:
            assert url_for(one.endpoint, **({one.argument: 1} if one.argument else {}))
            assert {"id", one.key, one.title or one.key} <= set(db.metadata.tables[one.table].columns.keys())


ROOM = EventRoom("tea", "Tea", (EventType("tea.made", "cup", "made"),), (Subject("cup", "cup"),))


@pytest.mark.parametrize("other", [ROOM, EventRoom("water", "Water", (EventType("water.spilt", "glass", "spilt"),))])
def test_a_code_listed_twice_or_a_subject_nobody_knows_is_an_error(other: EventRoom) -> None:
    with pytest.raises(ValueError, match=r"twice|glass"):
        Catalogue((ROOM, other))


def test_a_room_or_a_code_can_be_asked_for() -> None:
    catalogue = Catalogue((ROOM,))
    assert list(catalogue.codes_of("tea")) == list(catalogue.codes_of("tea.made")) == ["tea.made"]
    assert list(catalogue.codes_of("cup")) == []


def test_words_are_filled_and_the_rest_is_kept() -> None:
    payload = {"was": "a", "name": "Ada", "roles": ["admin", "viewer"], "new": {"owner": 3}, "old": {}}
    assert fill("moved from %(was)s to %(now)s", payload) == (
        {"was": "a", "now": "…"},
        {"roles": "admin, viewer", "new": "owner 3"},
    )


def test_what_has_no_words_is_still_said() -> None:
    assert CATALOGUE.label("later.version") == UNKNOWN
    assert CATALOGUE.label(LEGACY) % fill(CATALOGUE.label(LEGACY), {"text": "whistled at"})[0] == "whistled at"


def test_knocking_does_not_fill_the_trail(app: Flask) -> None:
    for minutes, step in ((5, "password"), (5, "password"), (5, "code"), (0, "code")):
        with transaction():
            record_once(minutes, SIGN_IN_FAILED, STRANGER, 1, step=step)
    assert [one.payload["step"] for one in db.session.query(Event).order_by(Event.id)] == ["password", "code", "code"]
