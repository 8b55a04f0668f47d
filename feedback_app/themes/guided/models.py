"""Guided set-up: what the machine asks a person about, what they said, and how good it has become."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from feedback_app.database import UtcDateTime
from feedback_app.errors import N_
from feedback_app.extensions import Base, Key, json_type
from feedback_app.themes.models import Mention

REASONS = {
    "representative": N_("speaks for many"),
    "doubt": N_("the machine is in doubt"),
    "random": N_("drawn at random"),
    "chosen": N_("chosen by a person"),
}


class GuidedSetup(Base):
    """The set-up of one codebook: when the machine shall learn and did, what came of it, how far the person is."""

    __tablename__ = "guided_setup"

    codebook_id: Mapped[Key] = mapped_column(ForeignKey("codebook.id", ondelete="CASCADE"), primary_key=True)
    wanted_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    taught_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # the wanted_at that was done last
    kept: Mapped[list[int]] = mapped_column(json_type, default=list)  # themes that a person looked at and kept
    right: Mapped[int] = mapped_column(default=0)  # of the answers asked for at random, so many the machine foretold
    drawn: Mapped[int] = mapped_column(default=0)  # answers asked for at random
    moved: Mapped[int] = mapped_column(default=0)  # mentions the last lesson put elsewhere
    seen_upto: Mapped[Key] = mapped_column(default=0)  # newest mention when the set-up was finished last
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class GuidedQuestion(Base):
    """A mention somebody is asked about, or was. ``proposals``: [theme, chance] pairs, the likeliest first.

    ``step_id`` is the step in the history that the answer was: undoing it takes the answer back.
    """

    __tablename__ = "guided_question"
    __table_args__ = (
        UniqueConstraint("codebook_id", "mention_id"),
        CheckConstraint("state IN ('waiting', 'answered', 'skipped')", name="state"),
        CheckConstraint("reason IN ('representative', 'doubt', 'random', 'chosen')", name="reason"),
        Index("ix_guided_question_mention_id", "mention_id"),
        Index("ix_guided_question_next", "codebook_id", "state", "position"),
    )

    id: Mapped[Key] = mapped_column(primary_key=True)
    codebook_id: Mapped[Key] = mapped_column(ForeignKey("codebook.id", ondelete="CASCADE"))
    mention_id: Mapped[Key] = mapped_column(ForeignKey("mention.id", ondelete="CASCADE"))
    position: Mapped[int] = mapped_column(default=0)
    reason: Mapped[str] = mapped_column(String(16), default="chosen")
    proposals: Mapped[list[Any]] = mapped_column(json_type, default=list)
    state: Mapped[str] = mapped_column(String(12), default="waiting")
    theme_id: Mapped[Key | None] = mapped_column(ForeignKey("theme.id", ondelete="SET NULL"))  # said; None: aside
    step_id: Mapped[Key | None] = mapped_column(ForeignKey("theme_event.id", ondelete="SET NULL"))
    by_id: Mapped[Key | None] = mapped_column(ForeignKey("staff.id", ondelete="SET NULL"))
    answered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    mention: Mapped[Mention] = relationship()
