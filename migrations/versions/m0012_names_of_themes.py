"""names of themes by language

Revision ID: 0012
Revises: 0011
Create Date: 2026-11-30 21:30:00
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    """Go forward. Themes that are there keep their one name for everybody."""
    op.add_column("theme", sa.Column("names", JSON, server_default="{}", nullable=False))


def downgrade() -> None:
    """Go back."""
    op.drop_column("theme", "names")
