"""The statements a test sends: what a page or verb costs, counted."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import event

from feedback_app.extensions import db


@contextmanager
def statements() -> Iterator[list[str]]:
    """The statements sent while the block runs, as SQL, without the BEGIN of a transaction."""
    sent: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_more: object) -> None:
        if not statement.startswith("BEGIN"):
            sent.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(db.engine, "before_cursor_execute", note)
