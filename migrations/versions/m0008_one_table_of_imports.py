"""one table of imports, whatever they bring

Revision ID: 0008
Revises: 0007
Create Date: 2026-11-30 21:10:00
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
SHARED = "file_name, stored_as, default_kind, default_language, counts, by_id, created_at, applied_at"


def upgrade() -> None:
    """Go forward. Imports of contacts keep their numbers; those of answers follow them."""
    op.create_table(
        "import_run",
        sa.Column("id", KEY, nullable=False),
        sa.Column("what", sa.String(20), nullable=False),
        *_shared(),
        sa.Column("options", JSON, nullable=False),
        sa.Column("state", sa.String(12), nullable=False),
        sa.Column("survey_id", KEY, nullable=True),
        sa.CheckConstraint("state IN ('tried', 'applied', 'dropped')", name=op.f("ck_import_run_state")),
        sa.ForeignKeyConstraint(
            ["by_id"], ["staff.id"], name=op.f("fk_import_run_by_id_staff"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["survey_id"], ["survey.id"], name=op.f("fk_import_run_survey_id_survey"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_run")),
    )
    op.create_index(op.f("ix_import_run_survey_id"), "import_run", ["survey_id"])
    postgres = op.get_bind().dialect.name == "postgresql"
    if postgres:
        nothing, wish = "'{}'::jsonb", "jsonb_build_object('create_contacts', create_contacts)"
    else:
        nothing = "'{}'"
        wish = "json_object('create_contacts', json(CASE WHEN create_contacts THEN 'true' ELSE 'false' END))"
    state = "CASE state WHEN 'failed' THEN 'dropped' ELSE state END"
    op.execute(
        f"INSERT INTO import_run (id, what, options, state, {SHARED})"
        f" SELECT id, 'contacts', {nothing}, {state}, {SHARED} FROM contact_import"
    )
    op.execute(
        f"INSERT INTO import_run (id, what, options, state, survey_id, {SHARED})"
        " SELECT id + (SELECT COALESCE(MAX(id), 0) FROM contact_import), 'responses',"
        f" {wish}, {state}, survey_id, {SHARED} FROM response_import"
    )
    if postgres:
        op.execute(
            "SELECT setval(pg_get_serial_sequence('import_run', 'id'), COALESCE(MAX(id), 0) + 1, false) FROM import_run"
        )
    op.drop_table("response_import")
    op.drop_table("contact_import")


def downgrade() -> None:
    """Go back."""
    op.create_table("contact_import", *_old("contact_import"))
    op.create_table(
        "response_import",
        *_old("response_import"),
        sa.Column("survey_id", KEY, nullable=False),
        sa.Column("create_contacts", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["survey_id"], ["survey.id"], name=op.f("fk_response_import_survey_id_survey"), ondelete="CASCADE"
        ),
    )
    op.create_index(op.f("ix_response_import_survey_id"), "response_import", ["survey_id"])
    postgres = op.get_bind().dialect.name == "postgresql"
    wish = "(options->>'create_contacts')::boolean" if postgres else "json_extract(options, '$.create_contacts')"
    state = "CASE state WHEN 'dropped' THEN 'failed' ELSE state END"
    op.execute(
        f"INSERT INTO contact_import (id, state, {SHARED})"
        f" SELECT id, {state}, {SHARED} FROM import_run WHERE what = 'contacts'"
    )
    op.execute(
        f"INSERT INTO response_import (id, state, survey_id, create_contacts, {SHARED})"
        f" SELECT id, {state}, survey_id, {wish}, {SHARED} FROM import_run WHERE what = 'responses'"
    )
    if postgres:
        for table in ("contact_import", "response_import"):
            op.execute(
                f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), COALESCE(MAX(id), 0) + 1, false) FROM {table}"
            )
    op.drop_table("import_run")


def _old(table):
    return (
        sa.Column("id", KEY, nullable=False),
        *_shared(),
        sa.Column("state", sa.String(12), nullable=False),
        sa.CheckConstraint("state IN ('tried', 'applied', 'failed')", name=op.f(f"ck_{table}_state")),
        sa.ForeignKeyConstraint(["by_id"], ["staff.id"], name=op.f(f"fk_{table}_by_id_staff"), ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
    )


def _shared():
    return (
        sa.Column("file_name", sa.String(255), nullable=False),
        sa.Column("stored_as", sa.String(80), nullable=False),
        sa.Column("default_kind", sa.String(20), nullable=False),
        sa.Column("default_language", sa.String(8), nullable=False),
        sa.Column("counts", JSON, nullable=False),
        sa.Column("by_id", KEY, nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("applied_at", sa.DateTime(timezone=True), nullable=True),
    )
