"""guided set-up: what the machine asks, what people said, how good it has become

Revision ID: 0015
Revises: 0014
Create Date: 2026-12-01 00:10:00
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    """Go forward."""
    op.create_table(
        "guided_setup",
        sa.Column("codebook_id", KEY, nullable=False),
        sa.Column("wanted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("taught_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("kept", JSON, nullable=False),
        sa.Column("right", sa.Integer(), nullable=False),
        sa.Column("drawn", sa.Integer(), nullable=False),
        sa.Column("moved", sa.Integer(), nullable=False),
        sa.Column("seen_upto", KEY, nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["codebook_id"], ["codebook.id"], name=op.f("fk_guided_setup_codebook_id_codebook"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("codebook_id", name=op.f("pk_guided_setup")),
    )
    op.create_index(op.f("ix_guided_setup_wanted_at"), "guided_setup", ["wanted_at"])
    op.create_table(
        "guided_question",
        sa.Column("id", KEY, nullable=False),
        sa.Column("codebook_id", KEY, nullable=False),
        sa.Column("mention_id", KEY, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(16), nullable=False),
        sa.Column("proposals", JSON, nullable=False),
        sa.Column("state", sa.String(12), nullable=False),
        sa.Column("theme_id", KEY, nullable=True),
        sa.Column("step_id", KEY, nullable=True),
        sa.Column("by_id", KEY, nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("state IN ('waiting', 'answered', 'skipped')", name=op.f("ck_guided_question_state")),
        sa.CheckConstraint(
            "reason IN ('representative', 'doubt', 'random', 'chosen')", name=op.f("ck_guided_question_reason")
        ),
        *_keys(),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_guided_question")),
        sa.UniqueConstraint("codebook_id", "mention_id", name=op.f("uq_guided_question_codebook_id_mention_id")),
    )
    op.create_index("ix_guided_question_mention_id", "guided_question", ["mention_id"])
    op.create_index("ix_guided_question_next", "guided_question", ["codebook_id", "state", "position"])


def _keys() -> list[sa.ForeignKeyConstraint]:
    points = {
        "codebook_id": ("codebook", "CASCADE"),
        "mention_id": ("mention", "CASCADE"),
        "theme_id": ("theme", "SET NULL"),
        "step_id": ("theme_event", "SET NULL"),
        "by_id": ("staff", "SET NULL"),
    }
    return [
        sa.ForeignKeyConstraint([name], [f"{to}.id"], name=op.f(f"fk_guided_question_{name}_{to}"), ondelete=gone)
        for name, (to, gone) in points.items()
    ]


def downgrade() -> None:
    """Go back. Answers stay in the history; which of them were asked for is lost."""
    op.drop_table("guided_question")
    op.drop_table("guided_setup")
