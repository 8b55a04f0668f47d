"""Voices: mentions that a change answers, proposed by the machine or judged by a person."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from feedback_app.changes.models import Change
from feedback_app.database import UtcDateTime
from feedback_app.extensions import Base, Key
from feedback_app.themes.models import Mention

STATES = ("proposed", "yes", "part", "no")
FITTING = ("yes", "part")


class Voice(Base):
    """A mention under a change. ``first`` and ``after``: the stretch of the answer somebody chose to be quoted.

    ``chance``: what the machine said last. ``alike_id``: the mention it says the same as, itself where none.
    ``sampled``: it was asked about at random, to measure what would go out unjudged.
    """

    __tablename__ = "voice"
    __table_args__ = (
        UniqueConstraint("change_id", "mention_id"),
        CheckConstraint("state IN ('proposed', 'yes', 'part', 'no')", name="state"),
        CheckConstraint("chance >= 0 AND chance <= 1", name="chance"),
        CheckConstraint("(first IS NULL) = (after IS NULL) AND (first IS NULL OR first < after)", name="stretch"),
        CheckConstraint("(state = 'proposed') = (judged_at IS NULL)", name="judged"),
        Index("ix_voice_mention_id", "mention_id"),
        Index("ix_voice_ranked", "change_id", "state", "chance"),
    )

    id: Mapped[Key] = mapped_column(primary_key=True)
    change_id: Mapped[Key] = mapped_column(ForeignKey("change.id", ondelete="CASCADE"))
    mention_id: Mapped[Key] = mapped_column(ForeignKey("mention.id", ondelete="CASCADE"))
    state: Mapped[str] = mapped_column(String(12), default="proposed")
    chance: Mapped[float] = mapped_column(default=0.0)
    alike_id: Mapped[Key | None] = mapped_column()
    first: Mapped[int | None] = mapped_column()
    after: Mapped[int | None] = mapped_column()
    left_out: Mapped[bool] = mapped_column(default=False)
    sampled: Mapped[bool] = mapped_column(default=False)
    judged_by_id: Mapped[Key | None] = mapped_column(ForeignKey("staff.id", ondelete="SET NULL"))
    judged_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    change: Mapped[Change] = relationship()
    mention: Mapped[Mention] = relationship()


class VoiceRanking(Base):
    """What the worker is asked to rank for a change, and what it found: ``expected`` voices not judged yet."""

    __tablename__ = "voice_ranking"

    change_id: Mapped[Key] = mapped_column(ForeignKey("change.id", ondelete="CASCADE"), primary_key=True)
    wanted_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    ranked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    mentions: Mapped[int] = mapped_column(default=0)
    expected: Mapped[float] = mapped_column(default=0.0)
