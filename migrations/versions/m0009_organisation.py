"""who the organisation is

Revision ID: 0009
Revises: 0008
Create Date: 2026-11-30 20:50:00
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go forward. The row itself is made from the settings right after, by ``db upgrade`` or the first start."""
    json = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
    op.create_table(
        "organisation",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id_secret", sa.LargeBinary(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("postal_address", sa.String(length=300), nullable=False),
        sa.Column("reply_to", sa.String(length=254), nullable=False),
        sa.Column("languages", json, nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("timezone", sa.String(length=64), nullable=False),
        sa.Column("colour", sa.String(length=7), nullable=False),
        sa.Column("logo", sa.LargeBinary(), nullable=True),
        sa.Column("logo_name", sa.String(length=30), nullable=False),
        sa.Column("controller", sa.Text(), nullable=False),
        sa.Column("privacy_url", sa.String(length=500), nullable=False),
        sa.Column("quote_bar", sa.Double(), nullable=False),
        sa.Column("letters_per_person", sa.Integer(), nullable=True),
        sa.Column("letters_days", sa.Integer(), nullable=True),
        sa.Column("approval_from", sa.Integer(), nullable=True),
        sa.Column("target_days", sa.Integer(), nullable=True),
        sa.Column("retention", json, nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_organisation_only")),
        sa.CheckConstraint("quote_bar > 0 AND quote_bar <= 1", name=op.f("ck_organisation_quote_bar")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organisation")),
    )


def downgrade() -> None:
    """Go back. What stood in the row must then stand in the environment."""
    op.drop_table("organisation")
