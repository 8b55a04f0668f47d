"""Logging, revising and moving changes: what is kept, what is refused, who wins a race."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import date, timedelta

import pytest
from flask import Flask
from sqlalchemy import insert, update
from sqlalchemy.exc import IntegrityError

from feedback_app import clock
from feedback_app.announcements import actions as announcements
from feedback_app.changes import actions, queries
from feedback_app.changes.actions import Entry
from feedback_app.changes.models import STATES, Change
from feedback_app.changes.words import Words
from feedback_app.database import transaction
from feedback_app.errors import NotFound, Refused
from feedback_app.events.actor import COMMAND
from feedback_app.events.models import Event
from feedback_app.extensions import db
from tests.announcements.factories import a_change, a_codebook, a_theme
from tests.factories import a_survey

ENTRY = Entry(Words("delivery", "A window of two hours.", "You waited."), "en")


def fresh(change_id: int) -> Change:
    db.session.expire_all()
    return queries.get(change_id)


def test_logged_with_its_themes_and_its_trail(app: Flask) -> None:
    theme = a_theme(a_codebook(a_survey()))
    made = actions.log(replace(ENTRY, theme_ids=[theme.id, theme.id], translations={"pl": {"what": "Okno."}}), COMMAND)
    change = fresh(made)
    assert (change.process, change.state, change.translations) == ("delivery", "considered", {"pl": {"what": "Okno."}})
    assert [one.id for one in change.themes] == [theme.id]
    assert [(one.code, one.actor) for one in queries.history(made)] == [("change.logged", "command")]


@pytest.mark.parametrize("reason", ["", "   ", "\n\t", "\x00"])
def test_declined_without_a_reason_is_refused_by_the_verb(app: Flask, reason: str) -> None:
    words = replace(ENTRY.words, reason=reason)
    with pytest.raises(Refused, match="needs a valid reason"):
        actions.log(replace(ENTRY, state="declined", words=words), COMMAND)
    assert db.session.query(Change).count() == 0
    made = actions.log(ENTRY, COMMAND)
    with pytest.raises(Refused, match="needs a valid reason"):
        actions.set_state(made, "declined", COMMAND, reason=reason)
    assert fresh(made).state == "considered"


@pytest.mark.parametrize("reason", ["", "   "])
def test_declined_without_a_reason_is_refused_by_the_database(app: Flask, reason: str) -> None:
    row = {"process": "p", "what": "w", "why": "y", "language": "en", "reason": reason, "translations": {}}
    with pytest.raises(IntegrityError, match="ck_change_reason"), transaction() as session:
        session.execute(insert(Change).values(state="declined", **row))
    made = actions.log(ENTRY, COMMAND)
    with pytest.raises(IntegrityError, match="ck_change_reason"), transaction() as session:
        session.execute(update(Change).where(Change.id == made).values(state="declined", reason=reason))


def test_every_direction_is_open_and_leaves_a_trail(app: Flask) -> None:
    made = actions.log(
        replace(ENTRY, words=replace(ENTRY.words, reason="Nobody is free."), since=date(2026, 1, 2)), COMMAND
    )
    was = "considered"
    for state in [*STATES[1:], *reversed(STATES[:-1])]:
        actions.set_state(made, state, COMMAND)
        assert fresh(made).state == state
        entry = queries.history(made)[0]
        assert (entry.code, entry.payload["was"], entry.payload["state"]) == (f"change.{state}", was, state)
        was = state


def test_a_move_that_somebody_else_made_first_does_nothing(app: Flask) -> None:
    made = actions.log(ENTRY, COMMAND)
    actions.set_state(made, "planned", COMMAND)
    with pytest.raises(Refused, match="Look again"):
        actions.set_state(made, "made", COMMAND, seen="considered", since=date(2026, 1, 2))
    with pytest.raises(Refused, match="already"):
        actions.set_state(made, "planned", COMMAND)
    assert fresh(made).state == "planned"


def test_of_many_who_move_it_at_once_one_wins(bare_app: Flask) -> None:
    with bare_app.app_context():
        made = actions.log(ENTRY, COMMAND)
        db.session.remove()
    gate, won = threading.Barrier(4), []

    def move() -> None:
        with bare_app.app_context():
            gate.wait(10)
            try:
                actions.set_state(made, "planned", COMMAND, seen="considered")
                won.append(1)
            except Refused:
                pass
            finally:
                db.session.remove()

    threads = [threading.Thread(target=move) for _ in range(4)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    with bare_app.app_context():
        assert won == [1]
        assert db.session.query(Event).filter_by(code="change.planned").count() == 1


def test_made_needs_a_day_that_has_come(app: Flask) -> None:
    with pytest.raises(Refused, match="since when"):
        actions.log(replace(ENTRY, state="made"), COMMAND)
    with pytest.raises(Refused, match="choose “planned”"):
        actions.log(replace(ENTRY, state="made", since=clock.now().date() + timedelta(days=3)), COMMAND)
    assert actions.log(replace(ENTRY, state="made", since=clock.now().date()), COMMAND)


def test_a_revision_does_not_overwrite_a_newer_one(app: Flask) -> None:
    made = actions.log(ENTRY, COMMAND)
    seen = fresh(made).updated_at
    actions.revise(made, replace(ENTRY, words=replace(ENTRY.words, what="First")), seen, COMMAND)
    with pytest.raises(Refused, match="Somebody else saved"):
        actions.revise(made, replace(ENTRY, words=replace(ENTRY.words, what="Second")), seen, COMMAND)
    assert fresh(made).what == "First"


def test_what_is_unknown_is_named(app: Flask) -> None:
    for entry, said in (
        (replace(ENTRY, theme_ids=[77]), "no theme 77"),
        (replace(ENTRY, owner_id=77), "not on the staff"),
        (replace(ENTRY, language="xx"), "“xx” is no language"),
        (replace(ENTRY, state="done"), "no state “done”"),
    ):
        with pytest.raises(Refused, match=said):
            actions.log(entry, COMMAND)
    with pytest.raises(NotFound):
        actions.set_state(99, "planned", COMMAND)
    with pytest.raises(NotFound):
        actions.revise(99, ENTRY, clock.now(), COMMAND)


def test_removed_unless_an_announcement_speaks_of_it(app: Flask) -> None:
    loose, told = actions.log(ENTRY, COMMAND), a_change()
    announcements.draft([told], COMMAND, survey_ids=[])
    actions.remove(loose, COMMAND)
    with pytest.raises(NotFound):
        fresh(loose)
    with pytest.raises(Refused, match="announcement speaks of this"):
        actions.remove(told, COMMAND)
    assert fresh(told).state == "made"
