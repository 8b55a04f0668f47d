"""Alembic's entry: online only, one transaction per run, batch mode for SQLite."""

from __future__ import annotations

from typing import Any, Literal

from alembic import context
from flask import current_app
from sqlalchemy import JSON, TypeDecorator

from feedback_app.database import UtcDateTime
from feedback_app.themes.search.tables import described

database = current_app.extensions["migrate"].db


def render_item(kind: str, item: Any, _context: Any) -> str | Literal[False]:
    """Write our own types as the plain columns they are, so that old migrations need none of our code."""
    if kind != "type":
        return False
    if isinstance(item, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    if isinstance(item, JSON):
        return "sa.JSON().with_variant(postgresql.JSONB(), 'postgresql')"
    return f"sa.{item.impl!r}" if isinstance(item, TypeDecorator) else False


def run() -> None:
    """Run the migrations on the application's own engine."""
    with database.engine.connect() as connection:
        if connection.dialect.name == "sqlite":
            # a table written anew is dropped in between, and that must not take along what refers to it; asked of the
            # driver, because inside a transaction the pragma says nothing and does nothing
            connection.connection.cursor().execute("PRAGMA foreign_keys = OFF")
        context.configure(
            connection=connection,
            target_metadata=database.metadata,
            render_as_batch=True,
            compare_type=True,
            render_item=render_item,
            include_name=described,
        )
        with context.begin_transaction():
            context.run_migrations()
        connection.commit()
        if connection.dialect.name == "sqlite":
            connection.connection.cursor().execute("PRAGMA foreign_keys = ON")


run()
