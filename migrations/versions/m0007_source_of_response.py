"""by which way in a response came

Revision ID: 0007
Revises: 0006
Create Date: 2026-11-30 20:40:00
"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

SOURCES = "source IN ('link', 'import', 'open_link', 'api', 'reaction', 'reply')"


def upgrade() -> None:
    """Go forward. Until now what has an external id was imported, and all the rest came by a personal link."""
    op.add_column("response", sa.Column("source", sa.String(12), nullable=False, server_default="link"))
    op.execute("UPDATE response SET source = 'import' WHERE external_id IS NOT NULL")
    with op.batch_alter_table("response") as batch:
        batch.alter_column("source", existing_type=sa.String(12), existing_nullable=False, server_default=None)
        batch.create_check_constraint(op.f("ck_response_source"), SOURCES)


def downgrade() -> None:
    """Go back."""
    with op.batch_alter_table("response") as batch:
        batch.drop_constraint(op.f("ck_response_source"), type_="check")
        batch.drop_column("source")
