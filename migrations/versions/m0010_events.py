"""events by code instead of a trail in prose

Revision ID: 0010
Revises: 0009
Create Date: 2026-11-30 21:00:00
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
AT_ONCE = 1000

# (target, action) of the trail -> the code, and the name its summary has in the payload; where it says nothing new there is none
CODES = {
    ("staff", "added"): ("staff.added", "name"),
    ("staff", "edited"): ("staff.edited", "name"),
    ("staff", "changed roles"): ("staff.roles_changed", "name"),
    ("staff", "disabled"): ("staff.disabled", "name"),
    ("staff", "enabled"): ("staff.enabled", "name"),
    ("staff", "invited"): ("staff.invited", "name"),
    ("staff", "became the first admin"): ("staff.became_first_admin", "name"),
    ("staff", "made a one-time link"): ("staff.link_made", "name"),
    ("staff", "asked for a new password"): ("staff.password_reset_asked", "name"),
    ("staff", "set a new password"): ("staff.password_set", "name"),
    ("staff", "turned on two-step sign-in"): ("staff.second_step_on", "name"),
    ("staff", "turned off two-step sign-in"): ("staff.second_step_off", "name"),
    ("staff", "signed in"): ("staff.signed_in", "name"),
    ("staff", "signed out everywhere"): ("staff.signed_out_everywhere", "name"),
    ("contact", "added"): ("contact.added", "name"),
    ("contact", "edited"): ("contact.edited", "name"),
    ("contact", "erased"): ("contact.erased", "name"),
    ("contact", "suppressed"): ("contact.suppressed", "name"),
    ("contact", "lifted suppression"): ("contact.suppression_lifted", "name"),
    ("contact", "chose letters"): ("contact.letters_chosen", "name"),
    ("contact_import", "imported"): ("contacts.imported", "name"),
    ("survey", "created"): ("survey.created", "name"),
    ("survey", "reworded"): ("survey.reworded", "name"),
    ("survey", "renamed"): ("survey.renamed", "name"),
    ("survey", "published"): ("survey.published", "name"),
    ("survey", "closed"): ("survey.closed", "name"),
    ("survey", "reopened"): ("survey.reopened", "name"),
    ("survey", "deleted"): ("survey.deleted", "name"),
    ("survey", "added a section"): ("survey.section_added", "name"),
    ("survey", "reworded a section"): ("survey.section_reworded", "name"),
    ("survey", "moved a section"): ("survey.section_moved", "name"),
    ("survey", "deleted a section"): ("survey.section_deleted", "name"),
    ("survey", "added a question"): ("survey.question_added", "question"),
    ("survey", "edited a question"): ("survey.question_edited", "question"),
    ("survey", "moved a question"): ("survey.question_moved", "question"),
    ("survey", "deleted a question"): ("survey.question_deleted", "question"),
    ("survey", "worded the letter of"): ("survey.letter_worded", "name"),
    ("survey", "tried the letter of"): ("survey.letter_tried", "language"),
    ("survey", "planned a mailing of"): ("mailing.planned", "name"),
    ("survey", "sent a mailing of"): ("mailing.sent", "name"),
    ("survey", "cancelled a mailing of"): ("mailing.cancelled", "name"),
    ("survey", "imported answers"): ("responses.imported", "source"),
    ("theme", "found"): ("theme.found", ""),
    ("theme", "started"): ("theme.started", ""),
    ("theme", "split"): ("theme.split", ""),
    ("theme", "renamed"): ("theme.renamed", ""),
    ("theme", "described"): ("theme.described", ""),
    ("theme", "given an owner"): ("theme.owner_set", ""),
    ("theme", "merged"): ("theme.merged", ""),
    ("theme", "theme set aside"): ("theme.set_aside", ""),
    ("theme", "theme brought back"): ("theme.brought_back", ""),
    ("theme", "moved"): ("mention.moved", ""),
    ("theme", "added"): ("mention.added", ""),
    ("theme", "confirmed"): ("mention.confirmed", ""),
    ("theme", "taken out"): ("mention.taken_out", ""),
    ("theme", "set aside"): ("mention.set_aside", ""),
    ("theme", "brought back"): ("mention.brought_back", ""),
    ("theme", "undone"): ("theme.step_undone", "undone"),
    ("codebook", "started"): ("codebook.started", "name"),
    ("codebook", "shared"): ("codebook.shared", "slug"),
    ("codebook", "imported"): ("codebook.imported", "name"),
    ("codebook", "asked for"): ("grouping.asked", "kind"),
    ("codebook", "grouped"): ("grouping.done", "name"),
    ("suggestion", "accepted"): ("suggestion.accepted", "kind"),
    ("suggestion", "dismissed"): ("suggestion.dismissed", "kind"),
    ("suggestion", "reopened"): ("suggestion.reopened", "kind"),
    ("change", "logged"): ("change.logged", "name"),
    ("change", "revised"): ("change.revised", "name"),
    ("change", "removed"): ("change.removed", "name"),
    ("announcement", "drafted"): ("announcement.drafted", "name"),
    ("announcement", "wrote"): ("announcement.worded", "name"),
    ("announcement", "discarded"): ("announcement.discarded", "name"),
    ("announcement", "tested"): ("announcement.tested", "name"),
    ("announcement", "sent"): ("announcement.sent", "name"),
    ("announcement", "stopped"): ("announcement.stopped", "name"),
    ("announcement", "held back"): ("announcement.held_back", "name"),
    ("announcement", "let go on"): ("announcement.let_go_on", "name"),
    ("announcement", "halted"): ("announcement.halted", "why"),
    ("announcement", "finished"): ("announcement.finished", "name"),
    ("letters", "queued again"): ("letters.queued_again", "state"),
    ("letters", "took as sent"): ("letters.taken_as_sent", "state"),
    ("letters", "held back"): ("letters.held_back", "name"),
    ("letters", "let go on"): ("letters.let_go_on", "name"),
    ("letters", "stopped"): ("letters.stopped", "name"),
    ("letters", "halted"): ("letters.halted", "why"),
    ("letter", "took in a return"): ("letter.returned", "did"),
    ("letters", "tested"): ("letter.tested", "name"),
    ("demo", "filled"): ("demo.filled", "name"),
    ("organisation", "changed the name of"): ("organisation.name_changed", ""),
    ("organisation", "changed the postal address of"): ("organisation.address_changed", ""),
    ("organisation", "changed the address for replies of"): ("organisation.reply_to_changed", ""),
    ("organisation", "changed the languages of"): ("organisation.languages_changed", ""),
    ("organisation", "changed the first language of"): ("organisation.language_changed", ""),
    ("organisation", "changed the time zone of"): ("organisation.timezone_changed", ""),
    ("organisation", "changed the colour of"): ("organisation.colour_changed", ""),
    ("organisation", "changed the logo of"): ("organisation.logo_changed", ""),
    ("organisation", "changed who answers for the data of"): ("organisation.controller_changed", ""),
    ("organisation", "changed the privacy page of"): ("organisation.privacy_url_changed", ""),
    ("organisation", "changed how sure quotations must be at"): ("organisation.quote_bar_changed", ""),
    ("staff", "failed to sign in (password)"): ("staff.sign_in_failed", "name"),
    ("staff", "failed to sign in (code)"): ("staff.sign_in_failed", "name"),
    ("staff", "failed to sign in (recovery code)"): ("staff.sign_in_failed", "name"),
}
MOVED = {state: f"change.{state}" for state in ("considered", "planned", "made", "declined")}
STEPS = {action: code for (target, action), (code, _) in CODES.items() if target == "theme"}
BACK = {code: (target, action, name) for (target, action), (code, name) in CODES.items()}
KINDS = {"command": "command", "worker": "worker", "stranger": "stranger", "reader": "respondent"}

ENTRY = sa.table(
    "audit_entry",
    sa.column("id", KEY), sa.column("at", sa.DateTime(timezone=True)), sa.column("actor_id", KEY),
    sa.column("actor", sa.String), sa.column("action", sa.String), sa.column("target", sa.String),
    sa.column("target_id", KEY), sa.column("summary", sa.Text), sa.column("details", JSON),
)  # fmt: skip
EVENT = sa.table(
    "event",
    sa.column("id", KEY), sa.column("at", sa.DateTime(timezone=True)), sa.column("code", sa.String),
    sa.column("actor_kind", sa.String), sa.column("actor_id", KEY), sa.column("actor", sa.String),
    sa.column("subject", sa.String), sa.column("subject_id", KEY), sa.column("payload", JSON),
)  # fmt: skip
STEP = sa.table("theme_event", sa.column("code", sa.String))


def upgrade() -> None:
    """Go forward. Keys stay: letters to staff name the line that caused them. What has no code is kept in its words."""
    op.create_table(
        "event",
        sa.Column("id", KEY, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("code", sa.String(60), nullable=False),
        sa.Column("actor_kind", sa.String(12), nullable=False),
        sa.Column("actor_id", KEY, nullable=True),
        sa.Column("actor", sa.String(254), nullable=False),
        sa.Column("subject", sa.String(40), nullable=False),
        sa.Column("subject_id", KEY, nullable=True),
        sa.Column("payload", JSON, nullable=False),
        sa.ForeignKeyConstraint(
            ["actor_id"], ["staff.id"], name=op.f("fk_event_actor_id_staff"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_event")),
    )
    _move(ENTRY, EVENT, _event)
    op.create_index("ix_event_at", "event", ["at"])
    op.create_index("ix_event_code", "event", ["code", "id"])
    op.create_index("ix_event_subject", "event", ["subject", "subject_id"])
    op.drop_table("audit_entry")
    op.execute("ALTER TABLE theme_event RENAME COLUMN action TO code")
    _turn_steps(STEPS)


def downgrade() -> None:
    """Go back. A code that had no words then stands as it is."""
    _turn_steps({code: action for action, code in STEPS.items()})
    op.execute("ALTER TABLE theme_event RENAME COLUMN code TO action")
    op.create_table(
        "audit_entry",
        sa.Column("id", KEY, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor_id", KEY, nullable=True),
        sa.Column("actor", sa.String(254), nullable=False),
        sa.Column("action", sa.String(60), nullable=False),
        sa.Column("target", sa.String(40), nullable=False),
        sa.Column("target_id", KEY, nullable=True),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("details", JSON, nullable=False),
        sa.ForeignKeyConstraint(
            ["actor_id"], ["staff.id"], name=op.f("fk_audit_entry_actor_id_staff"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_entry")),
    )
    _move(EVENT, ENTRY, _entry)
    op.create_index("ix_audit_entry_at", "audit_entry", ["at"])
    op.create_index("ix_audit_entry_target", "audit_entry", ["target", "target_id"])
    op.drop_table("event")


def _move(source, target, turned):
    """Copy all rows, some at a time, in the order of their keys."""
    bind, last = op.get_bind(), 0
    while rows := bind.execute(
        sa.select(source).where(source.c.id > last).order_by(source.c.id).limit(AT_ONCE)
    ).all():
        bind.execute(sa.insert(target), [turned(row) for row in rows])
        last = rows[-1].id
    if bind.dialect.name == "postgresql" and last:
        bind.execute(
            sa.text("SELECT setval(pg_get_serial_sequence(:name, 'id'), :last)"), {"name": target.name, "last": last}
        )


def _event(row):
    code, name = CODES.get((row.target, row.action), ("", "name"))
    payload = dict(row.details or {})
    if (row.target, row.action) == ("change", "moved"):
        code = MOVED.get(payload.get("state"), "")
    if code == "staff.sign_in_failed":
        payload["step"] = row.action.partition("(")[2].rstrip(")")
    if not code:
        payload["text"] = row.action
    if row.summary and row.target != "organisation":  # there it repeats what was before and after
        payload[name or "name"] = STEPS.get(row.summary, row.summary) if code == "theme.step_undone" else row.summary
    return {
        "id": row.id,
        "at": row.at,
        "code": code or "legacy.note",
        "actor_kind": KINDS.get(row.actor, "staff"),
        "actor_id": row.actor_id,
        "actor": row.actor,
        "subject": "letter" if code == "letter.tested" else row.target,
        "subject_id": row.target_id,
        "payload": payload,
    }


def _entry(row):
    payload = dict(row.payload or {})
    target, action, name = BACK.get(row.code, (row.subject, row.code, "name"))
    if row.code == "legacy.note":
        action = str(payload.pop("text", row.code))
    elif row.code in MOVED.values():
        action = "moved"
    elif row.code == "staff.sign_in_failed":
        action = f"failed to sign in ({payload.pop('step', 'password')})"
    summary = str(payload.pop(name, "")) if name else ""
    if target == "organisation" and "after" in payload:
        summary = f"{payload.get('before')} → {payload['after']}"
    if row.code == "theme.step_undone":
        summary = next((words for words, code in STEPS.items() if code == summary), summary)
    return {
        "id": row.id,
        "at": row.at,
        "actor_id": row.actor_id,
        "actor": row.actor,
        "action": action[:60],
        "target": target,
        "target_id": row.subject_id,
        "summary": summary,
        "details": payload,
    }


def _turn_steps(names):
    for old, new in names.items():
        op.execute(sa.update(STEP).where(STEP.c.code == old).values(code=new))
