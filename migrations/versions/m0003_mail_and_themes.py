"""halts, rates, returns, doubts; parts of themes

Revision ID: 0003
Revises: 0002
Create Date: 2026-11-22 02:00:00
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = '0003'
down_revision = '0002'
branch_labels = None
depends_on = None

LETTER_CHECKS = {
    'group': 'group_id > 0',
    'counts': 'attempts >= 0 AND copies >= 0',
    'lease': "state <> 'leased' OR (lease_owner IS NOT NULL AND lease_until IS NOT NULL)",
    'sent': "state <> 'sent' OR sent_at IS NOT NULL",
}


def upgrade() -> None:
    """Go forward."""
    op.create_table('letter_halt',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(length=40), nullable=False),
    sa.Column('group_id', sa.Integer(), nullable=False),
    sa.Column('reason', sa.String(length=300), nullable=False),
    sa.Column('values', sa.JSON().with_variant(postgresql.JSONB(), 'postgresql'), nullable=False),
    sa.Column('since', sa.DateTime(timezone=True), nullable=False),
    sa.Column('lifted_at', sa.DateTime(timezone=True), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_letter_halt'))
    )
    op.create_index('uq_letter_halt_open', 'letter_halt', ['kind', 'group_id'], unique=True, sqlite_where=sa.text('lifted_at IS NULL'), postgresql_where=sa.text('lifted_at IS NULL'))
    op.create_table('letter_rate',
    sa.Column('name', sa.String(length=254), nullable=False),
    sa.Column('tokens', sa.Double(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('reserved_until', sa.DateTime(timezone=True), nullable=True),
    sa.Column('pace', sa.Double(), nullable=True),
    sa.Column('top', sa.Double(), nullable=True),
    sa.Column('slowed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('why', sa.String(length=300), server_default='', nullable=False),
    sa.PrimaryKeyConstraint('name', name=op.f('pk_letter_rate'))
    )
    op.create_table('letter_watch',
    sa.Column('kind', sa.String(length=40), nullable=False),
    sa.Column('group_id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('tried', sa.Integer(), nullable=False),
    sa.Column('refused', sa.Integer(), nullable=False),
    sa.Column('next_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('passed_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint('tried >= refused AND refused >= 0', name=op.f('ck_letter_watch_counts')),
    sa.PrimaryKeyConstraint('kind', 'group_id', name=op.f('pk_letter_watch'))
    )
    op.create_table('return_count',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('day', sa.Date(), nullable=False),
    sa.Column('source', sa.String(length=20), nullable=False),
    sa.Column('outcome', sa.String(length=20), nullable=False),
    sa.Column('count', sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_return_count')),
    sa.UniqueConstraint('day', 'source', 'outcome', name=op.f('uq_return_count_day_source_outcome'))
    )
    op.create_table('slot_count',
    sa.Column('slot', sa.DateTime(timezone=True), nullable=False),
    sa.Column('owner', sa.String(length=60), nullable=False),
    sa.Column('sent', sa.Integer(), nullable=False),
    sa.Column('put_off', sa.Integer(), nullable=False),
    sa.Column('refused', sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint('slot', 'owner', name=op.f('pk_slot_count'))
    )
    op.create_table('letter_return',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('letter_id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(length=12), nullable=False),
    sa.Column('status', sa.String(length=12), nullable=False),
    sa.Column('reason', sa.String(length=200), nullable=False),
    sa.Column('source', sa.String(length=20), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint("kind IN ('hard', 'soft', 'blocked', 'delayed', 'complaint')", name=op.f('ck_letter_return_kind')),
    sa.ForeignKeyConstraint(['letter_id'], ['outgoing_email.id'], name=op.f('fk_letter_return_letter_id_outgoing_email'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_letter_return')),
    sa.UniqueConstraint('letter_id', 'kind', name=op.f('uq_letter_return_letter_id_kind'))
    )
    op.create_table('sub_theme',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('theme_id', sa.Integer(), nullable=False),
    sa.Column('name', sa.String(length=200), nullable=False),
    sa.Column('phrases', sa.JSON().with_variant(postgresql.JSONB(), 'postgresql'), nullable=False),
    sa.Column('quotes', sa.JSON().with_variant(postgresql.JSONB(), 'postgresql'), nullable=False),
    sa.ForeignKeyConstraint(['theme_id'], ['theme.id'], name=op.f('fk_sub_theme_theme_id_theme'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_sub_theme'))
    )
    op.create_index(op.f('ix_sub_theme_theme_id'), 'sub_theme', ['theme_id'], unique=False)
    op.create_table('sub_theme_mention',
    sa.Column('sub_theme_id', sa.Integer(), nullable=False),
    sa.Column('mention_id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['mention_id'], ['mention.id'], name=op.f('fk_sub_theme_mention_mention_id_mention'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['sub_theme_id'], ['sub_theme.id'], name=op.f('fk_sub_theme_mention_sub_theme_id_sub_theme'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('sub_theme_id', 'mention_id', name=op.f('pk_sub_theme_mention'))
    )
    op.create_index(op.f('ix_sub_theme_mention_mention_id'), 'sub_theme_mention', ['mention_id'], unique=False)
    op.add_column('codebook', sa.Column('looked_upto', sa.Integer(), server_default='0', nullable=False))
    op.drop_index(op.f('ix_mention_survey_id'), 'mention')
    op.create_index('ix_mention_counted', 'mention', ['survey_id', 'state', 'response_id', 'language', 'contact_id'], unique=False)
    op.create_index('ix_notice_left_out', 'notice', ['announcement_id', 'excluded_because'], unique=False, sqlite_where=sa.text('included IS 0'), postgresql_where=sa.text('included IS false'))

    # rows of before keep the promises that the table makes from now on
    op.execute("UPDATE outgoing_email SET sent_at = created_at WHERE state = 'sent' AND sent_at IS NULL")
    op.execute("UPDATE outgoing_email SET group_id = NULL WHERE group_id <= 0")
    with op.batch_alter_table('outgoing_email') as letter:
        letter.add_column(sa.Column('doubted_at', sa.DateTime(timezone=True), nullable=True))
        letter.add_column(sa.Column('line_lost', sa.Boolean(), server_default=sa.false(), nullable=False))
        letter.add_column(sa.Column('copies', sa.Integer(), server_default='0', nullable=False))
        for name, promise in LETTER_CHECKS.items():
            letter.create_check_constraint(op.f(f'ck_outgoing_email_{name}'), promise)
    op.create_index('ix_outgoing_email_doubt', 'outgoing_email', ['doubted_at'], unique=False, sqlite_where=sa.text("state = 'in_doubt'"), postgresql_where=sa.text("state = 'in_doubt'"))
    op.create_index('ix_outgoing_email_lane', 'outgoing_email', ['kind', 'group_id', 'not_before', 'id'], unique=False, sqlite_where=sa.text("state = 'queued'"), postgresql_where=sa.text("state = 'queued'"))
    op.create_index('ix_outgoing_email_sent', 'outgoing_email', ['sent_at'], unique=False, sqlite_where=sa.text('sent_at IS NOT NULL'), postgresql_where=sa.text('sent_at IS NOT NULL'))
    op.create_index('ix_outgoing_email_trouble', 'outgoing_email', ['state', 'id'], unique=False, sqlite_where=sa.text("state IN ('failed', 'bounced', 'complained', 'skipped', 'in_doubt', 'cancelled')"), postgresql_where=sa.text("state IN ('failed', 'bounced', 'complained', 'skipped', 'in_doubt', 'cancelled')"))
    op.create_index('ix_placement_judged', 'placement', ['theme_id', 'guessed'], unique=False, sqlite_where=sa.text('guessed IS NOT NULL'), postgresql_where=sa.text('guessed IS NOT NULL'))

    with op.batch_alter_table('theme') as theme:
        theme.add_column(sa.Column('parent_id', sa.Integer(), nullable=True))
        theme.add_column(sa.Column('looked_inside', sa.Integer(), server_default='0', nullable=False))
        theme.create_foreign_key(op.f('fk_theme_parent_id_theme'), 'theme', ['parent_id'], ['id'], ondelete='SET NULL')
        theme.create_index('ix_theme_parent_id', ['parent_id'])
        theme.create_check_constraint(op.f('ck_theme_not_its_parent'), 'parent_id <> id')
    op.add_column('worker', sa.Column('trouble', sa.String(length=300), server_default='', nullable=False))
    op.add_column('worker', sa.Column('trouble_since', sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    """Go back."""
    op.drop_column('worker', 'trouble_since')
    op.drop_column('worker', 'trouble')
    op.drop_index('ix_theme_parent_id', 'theme')
    with op.batch_alter_table('theme') as theme:
        theme.drop_constraint(op.f('ck_theme_not_its_parent'), type_='check')
        theme.drop_column('looked_inside')
        theme.drop_column('parent_id')
    op.drop_index('ix_placement_judged', 'placement', sqlite_where=sa.text('guessed IS NOT NULL'), postgresql_where=sa.text('guessed IS NOT NULL'))
    op.drop_index('ix_outgoing_email_trouble', 'outgoing_email', sqlite_where=sa.text("state IN ('failed', 'bounced', 'complained', 'skipped', 'in_doubt', 'cancelled')"), postgresql_where=sa.text("state IN ('failed', 'bounced', 'complained', 'skipped', 'in_doubt', 'cancelled')"))
    op.drop_index('ix_outgoing_email_sent', 'outgoing_email', sqlite_where=sa.text('sent_at IS NOT NULL'), postgresql_where=sa.text('sent_at IS NOT NULL'))
    op.drop_index('ix_outgoing_email_lane', 'outgoing_email', sqlite_where=sa.text("state = 'queued'"), postgresql_where=sa.text("state = 'queued'"))
    op.drop_index('ix_outgoing_email_doubt', 'outgoing_email', sqlite_where=sa.text("state = 'in_doubt'"), postgresql_where=sa.text("state = 'in_doubt'"))
    with op.batch_alter_table('outgoing_email') as letter:
        for name in LETTER_CHECKS:
            letter.drop_constraint(op.f(f'ck_outgoing_email_{name}'), type_='check')
        for column in ('copies', 'line_lost', 'doubted_at'):
            letter.drop_column(column)
    op.drop_index('ix_notice_left_out', 'notice', sqlite_where=sa.text('included IS 0'), postgresql_where=sa.text('included IS false'))
    op.drop_index('ix_mention_counted'), 'mention'
    op.create_index(op.f('ix_mention_survey_id'), 'mention', ['survey_id', 'state'], unique=False)
    op.drop_column('codebook', 'looked_upto')
    op.drop_index(op.f('ix_sub_theme_mention_mention_id'), 'sub_theme_mention')
    op.drop_table('sub_theme_mention')
    op.drop_index(op.f('ix_sub_theme_theme_id'), 'sub_theme')
    op.drop_table('sub_theme')
    op.drop_table('letter_return')
    op.drop_table('slot_count')
    op.drop_table('return_count')
    op.drop_table('letter_watch')
    op.drop_table('letter_rate')
    op.drop_index('uq_letter_halt_open', 'letter_halt', sqlite_where=sa.text('lifted_at IS NULL'), postgresql_where=sa.text('lifted_at IS NULL'))
    op.drop_table('letter_halt')
