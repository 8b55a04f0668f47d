"""alerts about themes

Revision ID: 0014
Revises: 0013
Create Date: 2026-12-01 00:15:00
"""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
KINDS = "kind IN ('grows', 'returns', 'worse', 'better')"


def upgrade() -> None:
    """Go forward."""
    op.create_table(
        "alert_week",
        sa.Column("monday", sa.Date(), nullable=False),
        sa.Column("looked_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("monday", name=op.f("pk_alert_week")),
    )
    op.create_table(
        "alert_mute",
        sa.Column("staff_id", KEY, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_alert_mute_staff_id_staff"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("staff_id", name=op.f("pk_alert_mute")),
    )
    op.create_table(
        "theme_alert",
        sa.Column("id", KEY, nullable=False),
        sa.Column("theme_id", KEY, nullable=False),
        sa.Column("kind", sa.String(12), nullable=False),
        sa.Column("monday", sa.Date(), nullable=False),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in ("hits", "cases", "hits_before", "cases_before")),
        sa.Column("chance", sa.Double(), nullable=False),
        sa.CheckConstraint(KINDS, name=op.f("ck_theme_alert_kind")),
        sa.ForeignKeyConstraint(["theme_id"], ["theme.id"], name=op.f("fk_theme_alert_theme_id_theme"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_theme_alert")),
        sa.UniqueConstraint("theme_id", "kind", "monday", name=op.f("uq_theme_alert_theme_id_kind_monday")),
    )
    op.create_index(op.f("ix_theme_alert_monday"), "theme_alert", ["monday"])


def downgrade() -> None:
    """Go back."""
    for table in ("theme_alert", "alert_mute", "alert_week"):
        op.drop_table(table)
