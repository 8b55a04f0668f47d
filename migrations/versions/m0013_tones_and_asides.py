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
SPAN = '"start" >= 0 AND "end" > "start"'
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
    if op.get_bind().dialect.name == "sqlite":
        for name in ("add", "drop", "change"):
            op.execute(f"DROP TRIGGER mention_search_{name}")
        with op.batch_alter_table("mention", table_args=checks(STATES, True)) as batch:
            _add(batch)
        for trigger in TRIGGERS:
            op.execute(trigger)
    else:
        with op.batch_alter_table("mention") as batch:
            _add(batch)
            batch.drop_constraint(op.f("ck_mention_state"), type_="check")
            batch.create_check_constraint(op.f("ck_mention_state"), STATES)
            batch.create_check_constraint(op.f("ck_mention_tone"), TONES)
            batch.create_check_constraint(op.f("ck_mention_tone_confidence"), CONFIDENCE)
    op.create_index("ix_mention_counted", "mention", [*COUNTED, "tone"])
    for column in columns():
        op.add_column("mention_before", column)


def _add(batch) -> None:
    for column in columns():
        batch.add_column(column)
    name = op.f("fk_mention_tone_by_id_staff")
    batch.create_foreign_key(name, "staff", ["tone_by_id"], ["id"], ondelete="SET NULL")


def checks(states, toned):
    """The checks of the table as a whole: SQLite writes it anew, and would forget them."""
    own = [("ck_mention_span", SPAN), ("ck_mention_state", states)]
    more = [("ck_mention_tone", TONES), ("ck_mention_tone_confidence", CONFIDENCE)] if toned else []
    return tuple(sa.CheckConstraint(text, name=op.f(name)) for name, text in [*own, *more])


def downgrade() -> None:
    """Go back: asides become pieces without content."""
    op.execute("UPDATE mention SET state = 'no_content' WHERE state = 'aside'")
    op.execute("UPDATE mention_before SET state = 'no_content' WHERE state = 'aside'")
    op.drop_index("ix_mention_counted", "mention")
    if op.get_bind().dialect.name == "sqlite":
        for name in ("add", "drop", "change"):
            op.execute(f"DROP TRIGGER mention_search_{name}")
        with op.batch_alter_table("mention", table_args=checks(OLD_STATES, False)) as batch:
            for name in ("tone", "tone_confidence"):
                batch.drop_constraint(op.f(f"ck_mention_{name}"), type_="check")
            _drop(batch)
        for trigger in TRIGGERS:
            op.execute(trigger)
    else:
        with op.batch_alter_table("mention") as batch:
            for name in ("state", "tone", "tone_confidence"):
                batch.drop_constraint(op.f(f"ck_mention_{name}"), type_="check")
            _drop(batch)
            batch.create_check_constraint(op.f("ck_mention_state"), OLD_STATES)
    op.create_index("ix_mention_counted", "mention", COUNTED)
    with op.batch_alter_table("mention_before") as batch:
        for column in columns():
            batch.drop_column(column.name)


def _drop(batch) -> None:
    batch.drop_constraint(op.f("fk_mention_tone_by_id_staff"), type_="foreignkey")
    for column in columns():
        batch.drop_column(column.name)
