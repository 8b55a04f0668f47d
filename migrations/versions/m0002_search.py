"""search in what people said

Revision ID: 0002
Revises: 0001
Create Date: 2026-11-22 00:55:00
"""

from importlib import import_module

import sqlalchemy as sa
from alembic import op

from feedback_app.themes.search.normalise import search_words

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

BATCH = 1_000
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
    "INSERT INTO mention_search (mention_search) VALUES ('rebuild')",
)
POSTGRESQL = (
    "ALTER TABLE mention ADD COLUMN search tsvector GENERATED ALWAYS AS (to_tsvector('simple', words)) STORED",
    "CREATE INDEX ix_mention_search ON mention USING gin (search)",
)


def upgrade() -> None:
    """Keep the words of each mention, and an index of them that follows by itself."""
    op.add_column("mention", sa.Column("words", sa.Text(), server_default="", nullable=False))
    _fill()
    for statement in POSTGRESQL if _is_postgresql() else SQLITE:
        op.execute(statement)


def downgrade() -> None:
    """Forget them."""
    if _is_postgresql():
        op.execute("DROP INDEX ix_mention_search")
        op.execute("ALTER TABLE mention DROP COLUMN search")
    else:
        for name in ("add", "drop", "change"):
            op.execute(f"DROP TRIGGER mention_search_{name}")
        op.execute("DROP TABLE mention_search")
    op.drop_column("mention", "words")


def _is_postgresql() -> bool:
    return op.get_bind().dialect.name == "postgresql"


def _lemma(word: str, language: str) -> str:
    module = import_module("feedback_app.themes.engine.text.lemmas")  # large dictionaries: only when there are mentions
    return str(module.lemma(word, language))


def _fill() -> None:
    """Write the words of the mentions that are there, a batch at a time; loads dictionaries only if there are any."""
    connection = op.get_bind()
    mention = sa.table(
        "mention", sa.column("id"), sa.column("text"), sa.column("language"), sa.column("words"),
    )  # fmt: skip
    change = sa.update(mention).where(mention.c.id == sa.bindparam("row")).values(words=sa.bindparam("new"))
    some = sa.select(mention.c.id, mention.c.text, mention.c.language).order_by(mention.c.id).limit(BATCH)
    last = 0
    while rows := connection.execute(some.where(mention.c.id > last)).all():
        last = rows[-1].id
        new = [{"row": row.id, "new": search_words(row.text, row.language, ("en", "pl"), _lemma)} for row in rows]
        connection.execute(change, new)
