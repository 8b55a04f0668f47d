"""The migrations make exactly the tables the models describe, from nothing, and can be walked back."""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator
from pathlib import Path

import flask_migrate
import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from flask import Flask
from sqlalchemy import inspect

from feedback_app import create_app
from feedback_app.extensions import db
from feedback_app.themes.search_table import described
from tests.conftest import POSTGRES, _postgres, _settings, _with_name


@pytest.fixture
def empty_app(tmp_path: Path) -> Iterator[Flask]:
    """The application on a database without any table."""
    if POSTGRES:
        name = f"empty_{uuid.uuid4().hex[:12]}"
        _postgres(f'CREATE DATABASE "{name}"')
        url = _with_name(name)
    else:
        url = f"sqlite:///{tmp_path / 'empty.sqlite3'}"
    app = create_app(_settings(url, tmp_path))
    with app.app_context():
        yield app
        db.session.remove()
        db.engine.dispose()
    if POSTGRES:
        _postgres(f'DROP DATABASE "{name}" WITH (FORCE)')


def test_head_is_what_the_models_say(empty_app: Flask) -> None:
    flask_migrate.upgrade()
    with db.engine.connect() as connection:
        opts = {"compare_type": True, "render_as_batch": True, "include_name": described}
        context = MigrationContext.configure(connection, opts=opts)
        assert compare_metadata(context, db.metadata) == []


def test_down_and_up_again(empty_app: Flask) -> None:
    flask_migrate.upgrade()
    flask_migrate.downgrade(revision="base")
    assert set(inspect(db.engine).get_table_names()) <= {"alembic_version"}
    flask_migrate.upgrade()
    assert "notice" in inspect(db.engine).get_table_names()


def test_numbered_in_order() -> None:
    from feedback_app.settings import ROOT

    names = sorted(name for name in os.listdir(ROOT / "migrations" / "versions") if name.endswith(".py"))
    assert [name[:4] for name in names] == [f"{number:04}" for number in range(1, len(names) + 1)]
