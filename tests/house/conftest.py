"""A database without any table."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from feedback_app import create_app
from feedback_app.extensions import db
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
