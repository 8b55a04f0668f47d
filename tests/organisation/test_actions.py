"""The row: made from the settings, changed by people, never written over unseen; the environment wins."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import time_machine
from flask import Flask
from sqlalchemy import event, func, select, update

from feedback_app.database import transaction
from feedback_app.errors import Refused
from feedback_app.events.actor import Actor
from feedback_app.events.models import Event
from feedback_app.extensions import current_settings, db
from feedback_app.organisation import actions, queries
from feedback_app.organisation.logo import read
from feedback_app.organisation.models import Organisation
from feedback_app.public_ids import PREFIXES
from feedback_app.settings import Settings
from tests.organisation.test_logo import picture

ADA = Actor("staff", "ada@velo.example")


def rows() -> int:
    return db.session.scalar(select(func.count()).select_from(Organisation)) or 0


def in_environment(app: Flask, tmp_path: Path, **given: str) -> None:
    """Let the running application have been started with these variables, as the real reader understands them."""
    environment = {
        f"FEEDBACK_{name}": value for name, value in {**given, "DEVELOPMENT": "1", "VAR": str(tmp_path)}.items()
    }
    read = Settings.from_environment(environment)
    said = {name: getattr(read, name) for name in read.given}
    app.config["SETTINGS"] = current_settings().with_(**said, given=read.given)


def test_before_the_row_is_made_the_settings_answer(app: Flask) -> None:
    found = queries.current()
    assert (found.name, found.postal_address, found.version) == ("Velo Verde", "ul. Rowerowa 1, Kraków", 0)
    assert rows() == 0


def test_the_first_start_makes_the_row_from_the_settings_and_the_next_changes_nothing(app: Flask) -> None:
    actions.ensure()
    made = queries.current()
    assert (made.name, made.version, made.languages) == ("Velo Verde", 1, ("en", "pl"))
    app.config["SETTINGS"] = replace(current_settings(), organisation="Somebody else")
    actions.ensure()
    assert queries.current() == made
    assert rows() == 1


def test_a_database_without_the_table_answers_by_the_settings(app: Flask) -> None:
    with transaction() as session:
        session.execute(db.text("ALTER TABLE organisation RENAME TO away"))
    try:
        assert queries.current().name == "Velo Verde"
        assert db.session.scalar(select(func.count()).select_from(Event)) == 0  # the connection is of use after it
    finally:
        db.session.rollback()
        with transaction() as session:  # the database is kept for the tests that follow
            session.execute(db.text("ALTER TABLE away RENAME TO organisation"))


def test_an_edit_is_seen_at_once_and_noted_field_by_field(app: Flask) -> None:
    assert queries.current().name == "Velo Verde"
    assert actions.save({"name": "Velo", "timezone": "Europe/Lisbon"}, ADA) == ["name", "timezone"]
    found = queries.current()
    assert (found.name, found.timezone, found.version) == ("Velo", "Europe/Lisbon", 2)
    trail = [(one.code, one.payload) for one in db.session.scalars(select(Event).order_by(Event.id))]
    assert trail == [
        ("organisation.name_changed", {"before": "Velo Verde", "after": "Velo"}),
        ("organisation.timezone_changed", {"before": "Europe/Warsaw", "after": "Europe/Lisbon"}),
    ]


def test_saving_what_is_there_already_changes_and_notes_nothing(app: Flask) -> None:
    actions.save({"name": "Velo", "languages": ["pl", "en"]}, ADA)
    before = queries.current()
    assert actions.save({"name": " Velo ", "languages": ["en", "pl"]}, ADA) == []
    assert queries.current() == before
    assert db.session.scalar(select(func.count()).select_from(Event)) == 1


def test_two_admins_at_once_do_not_undo_each_other_unseen(app: Flask) -> None:
    actions.ensure()
    seen = queries.current().version
    actions.save({"name": "Ada's"}, ADA, seen=seen)
    with pytest.raises(Refused, match="Somebody else has saved"):
        actions.save({"name": "Bob's"}, Actor("staff", "bob@velo.example"), seen=seen)
    assert queries.current().name == "Ada's"
    assert db.session.scalar(select(func.count()).select_from(Event)) == 1


def test_a_page_opened_before_the_row_was_made_can_be_saved(app: Flask) -> None:
    assert actions.save({"name": "Velo"}, ADA, seen=queries.current().version) == ["name"]


@pytest.mark.parametrize("wrong", [{"name": ""}, {"languages": ["pl"], "language": "en"}, {"languages": ["pl"]}])
def test_what_cannot_be_leaves_everything_as_it_was(app: Flask, wrong: dict[str, Any]) -> None:
    actions.ensure()
    before = queries.current()
    with pytest.raises(Refused):
        actions.save({"timezone": "UTC", **wrong}, ADA)
    queries.forget()
    assert queries.current() == before


def test_the_environment_wins_and_cannot_be_edited(app: Flask, tmp_path: Path) -> None:
    actions.save({"name": "In the row", "timezone": "UTC"}, ADA)
    in_environment(app, tmp_path, ORGANISATION="In the environment")
    found = queries.current()
    assert (found.name, found.timezone, found.held) == ("In the environment", "UTC", {"name"})
    with pytest.raises(Refused, match="FEEDBACK_ORGANISATION in the environment"):
        actions.save({"name": "Mine"}, ADA)
    app.config["SETTINGS"] = current_settings().with_(given=frozenset())
    assert queries.current().name == "In the row"


def test_an_installation_keeps_what_stood_in_its_environment(app: Flask, tmp_path: Path) -> None:
    """Upgraded with the variables, then started without: the row remembers them."""
    in_environment(
        app, tmp_path, ORGANISATION="Old House", LANGUAGE="pl", TIMEZONE="Europe/Lisbon", MAIL_REPLY_TO="a@b.example"
    )
    actions.ensure()
    app.config["SETTINGS"] = current_settings().with_(organisation="Our company", language="en", given=frozenset())
    found = queries.current()
    assert (found.name, found.language, found.timezone) == ("Old House", "pl", "Europe/Lisbon")
    assert (found.reply_to, found.held) == ("a@b.example", frozenset())


def test_another_process_sees_an_edit_within_seconds(app: Flask) -> None:
    with time_machine.travel(0, tick=False) as clock:
        actions.ensure()
        assert queries.current().name == "Velo Verde"
        with transaction() as session:  # as another process does: nobody tells this one
            session.execute(update(Organisation).values(name="Velo"))
        clock.shift(queries.SECONDS + 0.1)
        assert queries.current().name == "Velo"


def test_it_costs_no_statement_while_it_is_fresh(app: Flask) -> None:
    actions.ensure()
    asked: list[str] = []
    with time_machine.travel(0, tick=False):
        queries.current()
        event.listen(db.engine, "before_cursor_execute", lambda *args: asked.append(args[2]))
        for _ in range(100):
            queries.current()
    assert asked == []


def test_the_logo_is_kept_replaced_and_taken_away(app: Flask) -> None:
    first, second = read(picture()), read(picture("JPEG"))
    assert actions.save({}, ADA, logo=first) == ["logo_name"]
    assert queries.logo(first.name) == first
    actions.save({}, ADA, logo=second)
    assert (queries.logo(first.name), queries.logo(second.name)) == (None, second)
    actions.save({}, ADA, no_logo=True)
    assert (queries.logo(second.name), queries.current().logo_name) == (None, "")


def test_public_ids_outlive_a_change_of_the_house_key(app: Flask) -> None:
    actions.ensure()
    named = {kind: queries.public_id(kind, 7) for kind in PREFIXES}
    app.config["SETTINGS"] = replace(current_settings(), secret_key="another-secret-0123456789-abcdefghij")
    assert {kind: queries.row_id(kind, name) for kind, name in named.items()} == dict.fromkeys(PREFIXES, 7)
    assert queries.row_id("contact", named["survey"]) is None


def test_without_the_row_there_are_no_public_ids(app: Flask) -> None:
    with pytest.raises(LookupError, match="db upgrade"):
        queries.public_id("contact", 7)
