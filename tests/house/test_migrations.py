"""The migrations make exactly the tables the models describe, from nothing, and can be walked back."""

from __future__ import annotations

import os

import flask_migrate
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from flask import Flask
from sqlalchemy import CheckConstraint, inspect, select, text

from feedback_app.contacts.models import ContactImport
from feedback_app.database import transaction
from feedback_app.extensions import db
from feedback_app.imports.models import ImportRun
from feedback_app.themes.search.tables import described


def test_head_is_what_the_models_say(empty_app: Flask) -> None:
    flask_migrate.upgrade()
    with db.engine.connect() as connection:
        opts = {"compare_type": True, "render_as_batch": True, "include_name": described}
        context = MigrationContext.configure(connection, opts=opts)
        assert compare_metadata(context, db.metadata) == []


def test_the_tables_make_the_promises_of_the_models(empty_app: Flask) -> None:
    """Checks and partial indexes, which a comparison of tables does not see."""
    flask_migrate.upgrade()
    there = inspect(db.engine)
    for table in db.metadata.sorted_tables:
        promised = {str(one.name) for one in table.constraints if isinstance(one, CheckConstraint)}
        assert promised == {one["name"] for one in there.get_check_constraints(table.name)}, table.name
        partial = {str(one.name) for one in table.indexes if one.dialect_options["sqlite"]["where"] is not None}
        where = f"{db.engine.dialect.name}_where"
        kept = {one["name"] for one in there.get_indexes(table.name) if where in one.get("dialect_options", {})}
        assert partial == kept, table.name


def test_down_and_up_again(empty_app: Flask) -> None:
    flask_migrate.upgrade()
    flask_migrate.downgrade(revision="base")
    assert set(inspect(db.engine).get_table_names()) <= {"alembic_version"}
    flask_migrate.upgrade()
    assert "notice" in inspect(db.engine).get_table_names()


AT = "'2026-11-22 00:00:00+00:00'"
OLD_ROWS = (
    f"INSERT INTO codebook (id, name, created_at) VALUES (1, 'Delivery', {AT})",
    "INSERT INTO theme (id, codebook_id, name, named_by_person, description, phrases, state, quotes, created_at)"
    f" VALUES (1, 1, 'Long queue', TRUE, '', '[]', 'open', '[]', {AT})",
    'INSERT INTO theme_event (id, codebook_id, theme_id, action, at, "by", mentions, details, undone_by)'
    f" VALUES (1, 1, 1, 'renamed', {AT}, 'ada@example.org', 0, '{{}}', '')",
)


def test_what_is_there_outlives_the_way_up_and_down(empty_app: Flask) -> None:
    flask_migrate.upgrade(revision="0001")
    with db.engine.begin() as connection:
        for row in OLD_ROWS:
            connection.execute(text(row))
    flask_migrate.upgrade()
    flask_migrate.downgrade(revision="0001")
    with db.engine.connect() as connection:
        kept = text("SELECT theme.name, theme_event.action FROM theme_event JOIN theme ON theme.id = theme_id")
        assert connection.execute(kept).all() == [("Long queue", "renamed")]


OLD_RESPONSES = (
    "INSERT INTO survey (id, slug, state, languages, title, intro, thanks, invitation_subject, invitation_body,"
    f" created_at, changed_at) VALUES (1, 'visit', 'closed', '[]', '{{}}', '{{}}', '{{}}', '{{}}', '{{}}', {AT}, {AT})",
    "INSERT INTO response (id, survey_id, external_id, language, kind, stage_lost, submitted_at)"
    f" VALUES (1, 1, 'crm-7', 'en', 'customer', '', {AT}), (2, 1, NULL, 'en', 'customer', '', {AT})",
)


def test_old_responses_learn_by_which_way_they_came(empty_app: Flask) -> None:
    flask_migrate.upgrade(revision="0006")
    with db.engine.begin() as connection:
        for row in OLD_RESPONSES:
            connection.execute(text(row))
    flask_migrate.upgrade()
    with db.engine.connect() as connection:
        ways = connection.execute(text("SELECT source FROM response ORDER BY id")).scalars().all()
    assert ways == ["import", "link"]
    flask_migrate.downgrade(revision="0006")
    with db.engine.connect() as connection:
        kept = connection.execute(text("SELECT external_id FROM response ORDER BY id")).scalars().all()
    assert kept == ["crm-7", None]


OLD_IMPORTS = (
    "INSERT INTO contact_import (id, file_name, stored_as, default_kind, default_language, state, counts, created_at)"
    f""" VALUES (3, 'people.csv', 'a', 'customer', 'en', 'failed', '{{"rows": 2}}', {AT})""",
    "INSERT INTO response_import (id, survey_id, file_name, stored_as, default_kind, default_language, create_contacts,"
    f""" state, counts, created_at) VALUES (2, 1, 'old.csv', 'b', 'prospect', 'pl', TRUE, 'tried', '{{}}', {AT}),"""
    f""" (4, 1, 'new.csv', 'c', 'prospect', 'pl', FALSE, 'applied', '{{}}', {AT})""",
)


def test_both_tables_of_imports_become_one_and_can_be_parted_again(empty_app: Flask) -> None:
    flask_migrate.upgrade(revision="0007")
    with db.engine.begin() as connection:
        for row in (OLD_RESPONSES[0], *OLD_IMPORTS):
            connection.execute(text(row))
    flask_migrate.upgrade()
    found = db.session.scalars(select(ImportRun).order_by(ImportRun.id)).all()
    assert [(one.id, one.what, one.file_name, one.state, one.options) for one in found] == [
        (3, "contacts", "people.csv", "dropped", {}),
        (5, "responses", "old.csv", "tried", {"create_contacts": True}),
        (7, "responses", "new.csv", "applied", {"create_contacts": False}),
    ]
    assert found[0].counts == {"rows": 2}
    with transaction() as session:
        session.add(ContactImport(file_name="next.csv", stored_as="d", default_kind="customer", default_language="en"))
    db.session.remove()
    flask_migrate.downgrade(revision="0007")
    with db.engine.connect() as connection:
        contacts = connection.execute(text("SELECT id, state FROM contact_import ORDER BY id")).all()
        answers = connection.execute(text("SELECT id, state, create_contacts FROM response_import ORDER BY id")).all()
    assert [tuple(row) for row in contacts] == [(3, "failed"), (8, "tried")]
    assert [(id_, state, bool(create)) for id_, state, create in answers] == [
        (5, "tried", True),
        (7, "applied", False),
    ]


def test_numbered_in_order() -> None:
    from feedback_app.places import ROOT

    names = sorted(name for name in os.listdir(ROOT / "migrations" / "versions") if name.endswith(".py"))
    assert [name[:5] for name in names] == [f"m{number:04}" for number in range(1, len(names) + 1)]
