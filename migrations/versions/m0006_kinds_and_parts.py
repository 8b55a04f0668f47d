"""questions of any kind, answers of several parts

Revision ID: 0006
Revises: 0005
Create Date: 2026-11-30 20:35:00
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

KINDS = "kind IN ('short_text', 'long_text', 'yes_no', 'single_choice', 'multiple_choice', 'rating', 'nps')"
BEFORE = "text IS NOT NULL OR number IS NOT NULL OR chosen IS NOT NULL"


def upgrade() -> None:
    """Go forward."""
    with op.batch_alter_table("question") as question:
        question.drop_constraint(op.f("ck_question_kind"), type_="check")
    with op.batch_alter_table("answer") as answer:
        answer.add_column(sa.Column("parts", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=True))
        answer.alter_column("chosen", existing_type=sa.String(400), type_=sa.Text())
        answer.drop_constraint(op.f("ck_answer_something"), type_="check")
        answer.create_check_constraint(op.f("ck_answer_something"), f"{BEFORE} OR parts IS NOT NULL")


def downgrade() -> None:
    """Go back; refused by the database where a question of another kind or an answer of several parts is kept."""
    with op.batch_alter_table("answer") as answer:
        answer.drop_constraint(op.f("ck_answer_something"), type_="check")
        answer.create_check_constraint(op.f("ck_answer_something"), BEFORE)
        answer.alter_column("chosen", existing_type=sa.Text(), type_=sa.String(400))
        answer.drop_column("parts")
    with op.batch_alter_table("question") as question:
        question.create_check_constraint(op.f("ck_question_kind"), KINDS)
