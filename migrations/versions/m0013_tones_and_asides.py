"""tones of mentions, and asides beside them

Revision ID: 0013
Revises: 0012
Create Date: 2026-11-30 22:00:00
"""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
COUNTED = ["survey_id", "state", "response_id", "language", "contact_id"]
OLD_STATES = "state IN ('open', 'set_aside', 'no_content')"
STATES = "state IN ('open', 'set_aside', 'no_content', 'aside')"
TONES = "tone IN ('', 'complaint', 'wish', 'praise', 'question', 'neutral')"
CONFIDENCE = "tone_confidence >= 0 AND tone_confidence <= 1"
TONE_BY = "fk_mention_tone_by_id_staff"
TRIGGERS = (  # of the search; SQLite drops them with the table that is written anew
    "CREATE TRIGGER mention_search_add AFTER INSERT ON mention BEGIN"
    " INSERT INTO mention_search (rowid, words) VALUES (new.id, new.words); END",
    "CREATE TRIGGER mention_search_drop AFTER DELETE ON mention BEGIN"
    " INSERT INTO mention_search (mention_search, rowid, words) VALUES ('delete', old.id, old.words); END",
    "CREATE TRIGGER mention_search_change AFTER UPDATE OF words ON mention BEGIN"
    " INSERT INTO mention_search (mention_search, rowid, words) VALUES ('delete', old.id, old.words);"
    " INSERT INTO mention_search (rowid, words) VALUES (new.id, new.words); END",
)


def columns():
    """What is added to mentions, and to what is remembered of them."""
    return (
        sa.Column("tone", sa.String(12), nullable=False, server_default=""),
        sa.Column("tone_confidence", sa.Double(), nullable=True),
        sa.Column("tone_by_id", KEY, nullable=True),
        sa.Column("toned_at", sa.DateTime(timezone=True), nullable=True),
    )


def upgrade() -> None:
    """Go forward: mentions that are there have no tone until they are cut anew or a person says it."""
    op.drop_index("ix_mention_counted", "mention")
    _drop_triggers()
    with op.batch_alter_table("mention") as batch:
        batch.drop_constraint(op.f("ck_mention_state"), type_="check")
        for column in columns():
            batch.add_column(column)
        batch.create_foreign_key(TONE_BY, "staff", ["tone_by_id"], ["id"], ondelete="SET NULL")
        batch.create_check_constraint(op.f("ck_mention_state"), STATES)
        batch.create_check_constraint(op.f("ck_mention_tone"), TONES)
        batch.create_check_constraint(op.f("ck_mention_tone_confidence"), CONFIDENCE)
    _create_triggers()
    op.create_index("ix_mention_counted", "mention", [*COUNTED, "tone"])
    for column in columns():
        op.add_column("mention_before", column)


def downgrade() -> None:
    """Go back: asides become pieces without content."""
    op.execute("UPDATE mention SET state = 'no_content' WHERE state = 'aside'")
    op.execute("UPDATE mention_before SET state = 'no_content' WHERE state = 'aside'")
    op.drop_index("ix_mention_counted", "mention")
    _drop_triggers()
    with op.batch_alter_table("mention") as batch:
        for name in ("state", "tone", "tone_confidence"):
            batch.drop_constraint(op.f(f"ck_mention_{name}"), type_="check")
        batch.drop_constraint(TONE_BY, type_="foreignkey")
        for column in columns():
            batch.drop_column(column.name)
        batch.create_check_constraint(op.f("ck_mention_state"), OLD_STATES)
    _create_triggers()
    op.create_index("ix_mention_counted", "mention", COUNTED)
    with op.batch_alter_table("mention_before") as batch:
        for column in columns():
            batch.drop_column(column.name)


def _drop_triggers() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for name in ("add", "drop", "change"):
            op.execute(f"DROP TRIGGER mention_search_{name}")


def _create_triggers() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for trigger in TRIGGERS:
            op.execute(trigger)
