"""pieces of an announcement under way; letters by the beginning of an address

Revision ID: 0004
Revises: 0003
Create Date: 2026-11-22 05:00:00
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go forward. On PostgreSQL letters are found by the beginning of an address only in the order of its bytes."""
    op.create_table(
        "announcement_piece",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("announcement_id", sa.Integer(), nullable=False),
        sa.Column("above", sa.Integer(), nullable=False),
        sa.Column("upto", sa.Integer(), nullable=True),
        sa.Column("variants", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.ForeignKeyConstraint(
            ["announcement_id"],
            ["announcement.id"],
            name=op.f("fk_announcement_piece_announcement_id_announcement"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_announcement_piece")),
    )
    op.create_index(op.f("ix_announcement_piece_announcement_id"), "announcement_piece", ["announcement_id"])
    if op.get_bind().dialect.name == "postgresql":
        op.drop_index("ix_outgoing_email_key", "outgoing_email")
        op.create_index(
            "ix_outgoing_email_key",
            "outgoing_email",
            ["email_key"],
            postgresql_ops={"email_key": "varchar_pattern_ops"},
        )


def downgrade() -> None:
    """Go back."""
    if op.get_bind().dialect.name == "postgresql":
        op.drop_index("ix_outgoing_email_key", "outgoing_email")
        op.create_index("ix_outgoing_email_key", "outgoing_email", ["email_key"])
    op.drop_index(op.f("ix_announcement_piece_announcement_id"), "announcement_piece")
    op.drop_table("announcement_piece")
