"""voices: the mentions a change answers, judged or proposed

Revision ID: 0011
Revises: 0010
Create Date: 2026-11-30 21:10:00
"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Go forward."""
    op.create_table(
        "voice",
        sa.Column("id", KEY, nullable=False),
        sa.Column("change_id", KEY, nullable=False),
        sa.Column("mention_id", KEY, nullable=False),
        sa.Column("state", sa.String(12), nullable=False),
        sa.Column("chance", sa.Double(), nullable=False),
        sa.Column("alike_id", KEY, nullable=True),
        sa.Column("first", sa.Integer(), nullable=True),
        sa.Column("after", sa.Integer(), nullable=True),
        sa.Column("left_out", sa.Boolean(), nullable=False),
        sa.Column("sampled", sa.Boolean(), nullable=False),
        sa.Column("judged_by_id", KEY, nullable=True),
        sa.Column("judged_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("state IN ('proposed', 'yes', 'part', 'no')", name=op.f("ck_voice_state")),
        sa.CheckConstraint("chance >= 0 AND chance <= 1", name=op.f("ck_voice_chance")),
        sa.CheckConstraint(
            "(first IS NULL) = (after IS NULL) AND (first IS NULL OR first < after)", name=op.f("ck_voice_stretch")
        ),
        sa.CheckConstraint("(state = 'proposed') = (judged_at IS NULL)", name=op.f("ck_voice_judged")),
        sa.ForeignKeyConstraint(["change_id"], ["change.id"], name=op.f("fk_voice_change_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["mention_id"], ["mention.id"], name=op.f("fk_voice_mention_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["judged_by_id"], ["staff.id"], name=op.f("fk_voice_judged_by_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_voice")),
        sa.UniqueConstraint("change_id", "mention_id", name=op.f("uq_voice_change_id_mention_id")),
    )
    op.create_index("ix_voice_mention_id", "voice", ["mention_id"])
    op.create_index("ix_voice_ranked", "voice", ["change_id", "state", "chance"])
    op.create_table(
        "voice_ranking",
        sa.Column("change_id", KEY, nullable=False),
        sa.Column("wanted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ranked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("mentions", sa.Integer(), nullable=False),
        sa.Column("expected", sa.Double(), nullable=False),
        sa.ForeignKeyConstraint(
            ["change_id"], ["change.id"], name=op.f("fk_voice_ranking_change_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("change_id", name=op.f("pk_voice_ranking")),
    )
    op.create_index(op.f("ix_voice_ranking_wanted_at"), "voice_ranking", ["wanted_at"])


def downgrade() -> None:
    """Go back. Judgements are lost."""
    op.drop_table("voice_ranking")
    op.drop_table("voice")
