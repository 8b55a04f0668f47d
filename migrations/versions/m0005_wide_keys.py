"""keys of 64 bits

Revision ID: 0005
Revises: 0004
Create Date: 2026-11-30 20:15:00
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

# columns that name a row without a foreign key
REFERENCES = {
    ("announcement_piece", "above"), ("announcement_piece", "upto"), ("audit_entry", "target_id"),
    ("codebook", "looked_upto"), ("letter_halt", "group_id"), ("letter_pause", "group_id"),
    ("letter_watch", "group_id"), ("outgoing_email", "group_id"), ("outgoing_email", "ref_id"),
}  # fmt: skip
KEYS = sa.text(
    """
    SELECT DISTINCT c.conrelid::regclass::text AS "table", a.attname AS "column"
    FROM pg_constraint c
    JOIN pg_class t ON t.oid = c.conrelid AND t.relnamespace = current_schema()::regnamespace
    JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = ANY (c.conkey)
    WHERE c.contype IN ('p', 'f') AND a.atttypid IN ('integer'::regtype, 'bigint'::regtype)
    """
)
FOREIGN = sa.text(
    """
    SELECT c.conrelid::regclass::text AS "table", quote_ident(c.conname) AS "name", pg_get_constraintdef(c.oid) AS "says"
    FROM pg_constraint c
    WHERE c.contype = 'f' AND c.connamespace = current_schema()::regnamespace
    ORDER BY 1, 2
    """
)
SEQUENCES = sa.text("SELECT quote_ident(sequencename) FROM pg_sequences WHERE schemaname = current_schema()")


def upgrade() -> None:
    """Go forward. SQLite's keys have 64 bits anyway."""
    if op.get_bind().dialect.name == "postgresql":
        _turn("bigint")


def downgrade() -> None:
    """Go back; refused by the database where a key has outgrown 32 bits."""
    if op.get_bind().dialect.name == "postgresql":
        _turn("integer")


def _turn(kind: str) -> None:
    """Give every key the type ``kind``: each table is written anew once, each foreign key proved once."""
    bind = op.get_bind()
    op.execute("SET LOCAL maintenance_work_mem = '256MB'")  # indexes are built anew
    foreign, keys = bind.execute(FOREIGN).all(), _columns(bind)
    for table, name, _ in foreign:
        op.execute(f"ALTER TABLE {table} DROP CONSTRAINT {name}")
    for table, columns in keys.items():
        changes = ", ".join(f'ALTER COLUMN "{column}" TYPE {kind}' for column in sorted(columns))
        op.execute(f"ALTER TABLE {table} {changes}")
    for (sequence,) in bind.execute(SEQUENCES).all():
        op.execute(f"ALTER SEQUENCE {sequence} AS {kind}")
    for table, name, says in foreign:
        op.execute(f"ALTER TABLE {table} ADD CONSTRAINT {name} {says}")


def _columns(bind: sa.Connection) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for table, column in [*bind.execute(KEYS).all(), *REFERENCES]:
        found.setdefault(table, set()).add(column)
    return found
