"""What each engine keeps for the search: a table beside ``mention`` on SQLite, a column of it on PostgreSQL.

Both follow the rows by themselves, in the same transaction: what is erased can no longer be found.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import DDL, event

SQLITE = (
    "CREATE VIRTUAL TABLE mention_search USING fts5(words, content='mention', content_rowid='id',"
    " tokenize='unicode61 remove_diacritics 0', prefix='3 4')",
    "CREATE TRIGGER mention_search_add AFTER INSERT ON mention BEGIN"
    " INSERT INTO mention_search (rowid, words) VALUES (new.id, new.words); END",
    "CREATE TRIGGER mention_search_drop AFTER DELETE ON mention BEGIN"
    " INSERT INTO mention_search (mention_search, rowid, words) VALUES ('delete', old.id, old.words); END",
    "CREATE TRIGGER mention_search_change AFTER UPDATE OF words ON mention BEGIN"
    " INSERT INTO mention_search (mention_search, rowid, words) VALUES ('delete', old.id, old.words);"
    " INSERT INTO mention_search (rowid, words) VALUES (new.id, new.words); END",
)
POSTGRESQL = (
    "ALTER TABLE mention ADD COLUMN search tsvector GENERATED ALWAYS AS (to_tsvector('simple', words)) STORED",
    "CREATE INDEX ix_mention_search ON mention USING gin (search)",
)


def follow(mention: Any) -> None:
    """Make and drop it with the table ``mention``, where tables are made from the models."""
    for dialect, statements in (("sqlite", SQLITE), ("postgresql", POSTGRESQL)):
        for statement in statements:
            event.listen(mention, "after_create", _statement(statement, dialect))
    event.listen(mention, "before_drop", _statement("DROP TABLE IF EXISTS mention_search", "sqlite"))


def _statement(text: str, dialect: str) -> Any:
    return DDL(text).execute_if(dialect=dialect)  # type: ignore[no-untyped-call]  # SQLAlchemy leaves it untyped


def described(name: str | None, kind: str, parents: Any) -> bool:
    """Alembic's ``include_name``: False for what the search keeps, which no model describes."""
    return not (
        (kind in ("table", "index") and name is not None and name.startswith(("mention_search", "ix_mention_search")))
        or (kind == "column" and name == "search" and parents.get("table_name") == "mention")
    )
