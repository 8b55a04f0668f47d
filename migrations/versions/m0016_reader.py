"""the reader: what it was asked, and what it proposed

Revision ID: 0016
Revises: 0015
Create Date: 2026-12-01 00:20:00
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
WHEN = sa.DateTime(timezone=True)
TASKS = "task IN ('name', 'summary', 'tone', 'voice')"
OPEN = sa.text("state = 'open'")


def upgrade() -> None:
    """Go forward."""
    _requests()
    _proposals()
    _quotes()


def _requests() -> None:
    op.create_table(
        "reader_request",
        sa.Column("id", KEY, nullable=False),
        sa.Column("task", sa.String(12), nullable=False),
        sa.Column("subject_id", KEY, nullable=False),
        sa.Column("host", sa.String(260), nullable=False),
        sa.Column("model", sa.String(200), nullable=False),
        sa.Column("texts", sa.Integer(), nullable=False),
        sa.Column("words", sa.Integer(), nullable=False),
        sa.Column("asked_at", WHEN, nullable=False),
        sa.Column("answered_at", WHEN, nullable=True),
        sa.Column("state", sa.String(12), nullable=False),
        sa.Column("code", sa.String(20), nullable=False),
        sa.Column("detail", sa.String(200), nullable=False),
        sa.Column("proposals", sa.Integer(), nullable=False),
        sa.Column("tokens_in", KEY, nullable=True),
        sa.Column("tokens_out", KEY, nullable=True),
        sa.CheckConstraint(TASKS, name=op.f("ck_reader_request_task")),
        sa.CheckConstraint("state IN ('open', 'ok', 'failed')", name=op.f("ck_reader_request_state")),
        sa.CheckConstraint("(state = 'failed') = (code <> '')", name=op.f("ck_reader_request_code")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reader_request")),
    )
    op.create_index("ix_reader_request_subject", "reader_request", ["task", "subject_id", "model"])
    op.create_index("ix_reader_request_asked_at", "reader_request", ["asked_at"])
    op.create_index(
        "uq_reader_request_open", "reader_request", ["state"], unique=True, sqlite_where=OPEN, postgresql_where=OPEN
    )


def _proposals() -> None:
    gone = {"theme_id": "theme", "change_id": "change", "mention_id": "mention", "request_id": "reader_request"}
    op.create_table(
        "reader_proposal",
        sa.Column("id", KEY, nullable=False),
        sa.Column("request_id", KEY, nullable=False),
        sa.Column("task", sa.String(12), nullable=False),
        sa.Column("subject", sa.String(60), nullable=False),
        sa.Column("model", sa.String(200), nullable=False),
        sa.Column("theme_id", KEY, nullable=True),
        sa.Column("change_id", KEY, nullable=True),
        sa.Column("mention_id", KEY, nullable=True),
        sa.Column("content", JSON, nullable=False),
        sa.Column("state", sa.String(12), nullable=False),
        sa.Column("made_at", WHEN, nullable=False),
        sa.Column("decided_at", WHEN, nullable=True),
        sa.Column("decided_by_id", KEY, nullable=True),
        sa.CheckConstraint(TASKS, name=op.f("ck_reader_proposal_task")),
        sa.CheckConstraint("state IN ('open', 'accepted', 'rejected')", name=op.f("ck_reader_proposal_state")),
        sa.CheckConstraint("(state = 'open') = (decided_at IS NULL)", name=op.f("ck_reader_proposal_decided")),
        *(
            sa.ForeignKeyConstraint(
                [column], [f"{table}.id"], name=op.f(f"fk_reader_proposal_{column}_{table}"), ondelete="CASCADE"
            )
            for column, table in gone.items()
        ),
        sa.ForeignKeyConstraint(
            ["decided_by_id"], ["staff.id"], name=op.f("fk_reader_proposal_decided_by_id_staff"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reader_proposal")),
        sa.UniqueConstraint("task", "subject", "model", name=op.f("uq_reader_proposal_task_subject_model")),
    )
    for column in gone:
        op.create_index(f"ix_reader_proposal_{column}", "reader_proposal", [column])


def _quotes() -> None:
    op.create_table(
        "reader_quote",
        sa.Column("id", KEY, nullable=False),
        sa.Column("proposal_id", KEY, nullable=False),
        sa.Column("sentence", sa.Integer(), nullable=False),
        sa.Column("mention_id", KEY, nullable=False),
        sa.Column("start", sa.Integer(), nullable=False),
        sa.Column("end", sa.Integer(), nullable=False),
        sa.CheckConstraint('"start" >= 0 AND "end" > "start"', name=op.f("ck_reader_quote_span")),
        sa.ForeignKeyConstraint(
            ["proposal_id"], ["reader_proposal.id"], name=op.f("fk_reader_quote_proposal_id_reader_proposal"),
            ondelete="CASCADE",
        ),  # fmt: skip
        sa.ForeignKeyConstraint(
            ["mention_id"], ["mention.id"], name=op.f("fk_reader_quote_mention_id_mention"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reader_quote")),
    )
    op.create_index("ix_reader_quote_proposal_id", "reader_quote", ["proposal_id"])
    op.create_index("ix_reader_quote_mention_id", "reader_quote", ["mention_id"])


def downgrade() -> None:
    """Go back: proposals that nobody accepted are lost, and the log."""
    op.drop_table("reader_quote")
    op.drop_table("reader_proposal")
    op.drop_table("reader_request")
