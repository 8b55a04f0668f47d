"""Alembic's entry: online only, one transaction per run, batch mode for SQLite."""

from __future__ import annotations

from typing import Any, Literal

from alembic import context
from flask import current_app

from feedback_app.database import UtcDateTime

database = current_app.extensions["migrate"].db


def render_item(kind: str, item: Any, _context: Any) -> str | Literal[False]:
    """Write our moment type as the plain column it is, so that old migrations need none of our code."""
    return "sa.DateTime(timezone=True)" if kind == "type" and isinstance(item, UtcDateTime) else False


def run() -> None:
    """Run the migrations on the application's own engine."""
    with database.engine.connect() as connection:
        context.configure(
            connection=connection,
            target_metadata=database.metadata,
            render_as_batch=True,
            compare_type=True,
            render_item=render_item,
        )
        with context.begin_transaction():
            context.run_migrations()
        connection.commit()


run()
