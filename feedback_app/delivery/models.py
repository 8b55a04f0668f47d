"""Letters, what they say, and the addresses not to be written to."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, false, text
from sqlalchemy.orm import Mapped, mapped_column

from feedback_app import clock
from feedback_app.database import UtcDateTime
from feedback_app.extensions import Base, Key

SCOPES = ("all", "surveys", "announcements")
REASONS = ("unsubscribed", "hard_bounce", "complaint", "manual", "erased")
STATES = (
    "queued",  # waits for its turn (not_before)
    "leased",  # a worker has it until lease_until
    "sent",  # the relay said 250 and is responsible from here (RFC 5321 6.1)
    "failed",  # refused for good, or given up
    "bounced",  # came back later
    "complained",  # reported as unwanted
    "skipped",  # not sent for a reason: suppressed, unsubscribed, erased
    "in_doubt",  # was on the wire when the line or the worker died
    "cancelled",  # a person stopped it
)


# seldom enough to be listed by an index of their own
TROUBLE = "state IN ('failed', 'bounced', 'complained', 'skipped', 'in_doubt', 'cancelled')"


class Suppression(Base):
    """An address not to be written to in a scope. Imports may add one, never lift one."""

    __tablename__ = "suppression"
    __table_args__ = (
        UniqueConstraint("email_key", "scope"),
        CheckConstraint("scope IN ('all', 'surveys', 'announcements')", name="scope"),
        CheckConstraint("reason IN ('unsubscribed', 'hard_bounce', 'complaint', 'manual', 'erased')", name="reason"),
    )

    id: Mapped[Key] = mapped_column(primary_key=True)
    email_key: Mapped[str] = mapped_column(String(254))  # as delivery.addresses.key() gives it
    scope: Mapped[str] = mapped_column(String(20), default="all")
    reason: Mapped[str] = mapped_column(String(20))
    since: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    proof: Mapped[str] = mapped_column(String(300), default="")  # how we know: which letter, which import, who


class LetterVariant(Base):
    """What many letters have in common: subject and bodies with ``{{holes}}``, frozen once a letter uses it.

    ``html`` is finished HTML (MJML already turned); in it a hole receives escaped text or ready HTML, see
    ``delivery.outbox.Fill``.
    """

    __tablename__ = "letter_variant"

    id: Mapped[Key] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(40))
    language: Mapped[str] = mapped_column(String(8))
    scope: Mapped[str] = mapped_column(
        String(20), default=""
    )  # "" = service letter, which no suppression but "all" stops
    subject: Mapped[str] = mapped_column(String(400))
    text: Mapped[str] = mapped_column(Text)
    html: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)


class OutgoingEmail(Base):
    """A letter: one email to one address, queued in the same transaction as its cause."""

    __tablename__ = "outgoing_email"
    __table_args__ = (
        UniqueConstraint("kind", "ref_id"),
        CheckConstraint(
            "state IN ('queued', 'leased', 'sent', 'failed', 'bounced', 'complained', 'skipped', 'in_doubt',"
            " 'cancelled')",
            name="state",
        ),
        CheckConstraint("group_id > 0", name="group"),  # 0 means "no group" to a pause
        CheckConstraint("attempts >= 0 AND copies >= 0", name="counts"),
        CheckConstraint("state <> 'leased' OR (lease_owner IS NOT NULL AND lease_until IS NOT NULL)", name="lease"),
        CheckConstraint("state <> 'sent' OR sent_at IS NOT NULL", name="sent"),
        Index("ix_outgoing_email_due", "not_before", "id", sqlite_where=text("state = 'queued'"),
              postgresql_where=text("state = 'queued'")),
        Index("ix_outgoing_email_lane", "kind", "group_id", "not_before", "id", sqlite_where=text("state = 'queued'"),
              postgresql_where=text("state = 'queued'")),
        Index("ix_outgoing_email_lease", "lease_until", sqlite_where=text("state = 'leased'"),
              postgresql_where=text("state = 'leased'")),
        Index("ix_outgoing_email_doubt", "doubted_at", sqlite_where=text("state = 'in_doubt'"),
              postgresql_where=text("state = 'in_doubt'")),
        Index("ix_outgoing_email_group", "kind", "group_id", "state"),
        Index("ix_outgoing_email_sent", "sent_at", sqlite_where=text("sent_at IS NOT NULL"),
              postgresql_where=text("sent_at IS NOT NULL")),
        Index("ix_outgoing_email_trouble", "state", "id", sqlite_where=text(TROUBLE), postgresql_where=text(TROUBLE)),
        # in the order of its bytes, so that the beginning of an address is found by it, too
        Index("ix_outgoing_email_key", "email_key", postgresql_ops={"email_key": "varchar_pattern_ops"}),
    )  # fmt: skip

    id: Mapped[Key] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(40))  # names its renderer: invitation, announcement, staff, test...
    ref_id: Mapped[Key | None] = mapped_column()  # the row that caused it: invitation, notice... (None: none)
    group_id: Mapped[Key | None] = mapped_column()  # what it belongs to: wave, announcement (for counting, pausing)
    variant_id: Mapped[Key] = mapped_column(ForeignKey("letter_variant.id"), index=True)
    address: Mapped[str] = mapped_column(String(254))
    email_key: Mapped[str] = mapped_column(String(254))
    name: Mapped[str] = mapped_column(String(200), default="")
    values: Mapped[dict[str, Any] | None] = mapped_column()  # ready fills; None: the kind's renderer gives them
    state: Mapped[str] = mapped_column(String(12), default="queued")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    not_before: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    attempts: Mapped[int] = mapped_column(default=0)  # replies about this recipient; trouble of the relay is none
    first_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # the first of them: when the four days began
    lease_owner: Mapped[str | None] = mapped_column(String(60))
    lease_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    sent_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    code: Mapped[int | None] = mapped_column()  # last SMTP reply code
    reply: Mapped[str] = mapped_column(String(300), default="")  # last SMTP reply, or why it was skipped
    doubted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # since when it is known to be in doubt
    line_lost: Mapped[bool] = mapped_column(server_default=false())  # in doubt by a lost line, not by a killed worker
    copies: Mapped[int] = mapped_column(server_default="0")  # sent again by itself after a doubt


class LetterReturn(Base):
    """One fact about a letter that came back to us; the same fact told twice is one row."""

    __tablename__ = "letter_return"
    __table_args__ = (
        UniqueConstraint("letter_id", "kind"),
        CheckConstraint("kind IN ('hard', 'soft', 'blocked', 'delayed', 'complaint')", name="kind"),
    )

    id: Mapped[Key] = mapped_column(primary_key=True)
    letter_id: Mapped[Key] = mapped_column(ForeignKey("outgoing_email.id", ondelete="CASCADE"))
    kind: Mapped[str] = mapped_column(String(12))
    status: Mapped[str] = mapped_column(String(12), default="")  # RFC 3463, as 5.1.1
    reason: Mapped[str] = mapped_column(String(200), default="")  # in the words of who sent it back
    source: Mapped[str] = mapped_column(String(20))  # mailbox, command, or the name of a hook
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)


class ReturnCount(Base):
    """How many messages came back on a day (UTC), by where they came in and what they were; for the operator."""

    __tablename__ = "return_count"
    __table_args__ = (UniqueConstraint("day", "source", "outcome"),)

    id: Mapped[Key] = mapped_column(primary_key=True)
    day: Mapped[date] = mapped_column()
    source: Mapped[str] = mapped_column(String(20))
    outcome: Mapped[str] = mapped_column(String(20))  # a kind of LetterReturn, known, ignored, or unmatched
    count: Mapped[int] = mapped_column(default=1)


class LetterPause(Base):
    """Letters held back: all of them (kind "", group 0), one kind, or one group of a kind (a wave, an announcement)."""

    __tablename__ = "letter_pause"
    __table_args__ = (UniqueConstraint("kind", "group_id"),)

    id: Mapped[Key] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(40), default="")
    group_id: Mapped[Key] = mapped_column(default=0)
    reason: Mapped[str] = mapped_column(String(300), default="")
    since: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)


class LetterHalt(Base):
    """A pause that the machine made to spare an organisation's good name; kept after a person has lifted it.

    ``reason`` is a gettext message and ``values`` fill it. Who judges letters again judges only those that left after
    ``lifted_at``: a person has seen the earlier ones and decided.
    """

    __tablename__ = "letter_halt"
    __table_args__ = (
        Index("uq_letter_halt_open", "kind", "group_id", unique=True, sqlite_where=text("lifted_at IS NULL"),
              postgresql_where=text("lifted_at IS NULL")),
    )  # fmt: skip

    id: Mapped[Key] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(40))
    group_id: Mapped[Key] = mapped_column()
    reason: Mapped[str] = mapped_column(String(300))
    values: Mapped[dict[str, Any]] = mapped_column(default=dict)
    since: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    lifted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    @property
    def words(self) -> str:
        """The reason in English, for the log and the command line."""
        return self.reason % self.values


class LetterWatch(Base):
    """A group large enough to be watched: its first letters leave slowly, and it halts when many are refused."""

    __tablename__ = "letter_watch"
    __table_args__ = (CheckConstraint("tried >= refused AND refused >= 0", name="counts"),)

    kind: Mapped[str] = mapped_column(String(40), primary_key=True)
    group_id: Mapped[Key] = mapped_column(primary_key=True, autoincrement=False)
    tried: Mapped[int] = mapped_column(default=0)  # of the first letters
    refused: Mapped[int] = mapped_column(default=0)  # of these, for good
    next_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)  # when the next of them may leave
    passed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # since when the others may leave, too


class LetterRate(Base):
    """What may leave now, through the relay ("relay") or to one domain: a token bucket that all workers share."""

    __tablename__ = "letter_rate"

    name: Mapped[str] = mapped_column(String(254), primary_key=True)
    tokens: Mapped[float] = mapped_column()
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    reserved_until: Mapped[datetime | None] = mapped_column(UtcDateTime)  # turns are given out up to here
    pace: Mapped[float | None] = mapped_column()  # letters a second at slowed_at, when the relay asked for less
    top: Mapped[float | None] = mapped_column()  # and before
    slowed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    why: Mapped[str] = mapped_column(String(300), default="", server_default="")  # the relay's own words


class SlotCount(Base):
    """What one worker got done in ten seconds, so that nobody has to count letters to know how fast they leave."""

    __tablename__ = "slot_count"

    slot: Mapped[datetime] = mapped_column(UtcDateTime, primary_key=True)  # when the ten seconds began
    owner: Mapped[str] = mapped_column(String(60), primary_key=True)
    sent: Mapped[int] = mapped_column(default=0)
    put_off: Mapped[int] = mapped_column(default=0)
    refused: Mapped[int] = mapped_column(default=0)
