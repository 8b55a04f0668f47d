"""Changes: what was altered in a process, or why it cannot be."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from feedback_app import clock
from feedback_app.accounts.models import Staff
from feedback_app.database import UtcDateTime
from feedback_app.errors import N_
from feedback_app.extensions import Base, Key
from feedback_app.themes.models import Theme

STATES = ("considered", "planned", "made", "declined")
STATE_NAMES = {
    "considered": N_("considered"),
    "planned": N_("planned"),
    "made": N_("made"),
    "declined": N_("declined"),
}


class Change(Base):
    """What was altered, why and since when; declined, it cannot exist without a reason.

    The words are written in ``language``; ``translations`` holds the same four texts in others:
    ``{"pl": {"process": ..., "what": ..., "why": ..., "reason": ...}}``.
    """

    __tablename__ = "change"
    __table_args__ = (
        CheckConstraint("state IN ('considered', 'planned', 'made', 'declined')", name="state"),
        CheckConstraint("state <> 'declined' OR length(trim(reason)) > 0", name="reason"),
        CheckConstraint("length(trim(what)) > 0 AND length(trim(process)) > 0", name="said"),
        CheckConstraint("state = 'declined' OR length(trim(why)) > 0", name="why"),
        CheckConstraint("state <> 'made' OR since IS NOT NULL", name="since"),
    )

    id: Mapped[Key] = mapped_column(primary_key=True)
    process: Mapped[str] = mapped_column(String(200))
    what: Mapped[str] = mapped_column(Text)
    why: Mapped[str] = mapped_column(Text, default="")
    reason: Mapped[str] = mapped_column(Text, default="")  # of declining
    language: Mapped[str] = mapped_column(String(8))
    translations: Mapped[dict[str, Any]] = mapped_column(default=dict)
    since: Mapped[date | None] = mapped_column()  # made: since when; planned: from when, as far as known
    look_again_on: Mapped[date | None] = mapped_column()  # declined "not now": when to think about it again
    state: Mapped[str] = mapped_column(String(12), default="considered", index=True)
    owner_id: Mapped[Key | None] = mapped_column(ForeignKey("staff.id", ondelete="SET NULL"))
    created_by_id: Mapped[Key | None] = mapped_column(ForeignKey("staff.id", ondelete="SET NULL"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now, onupdate=clock.now)
    owner: Mapped[Staff | None] = relationship(foreign_keys=[owner_id])
    themes: Mapped[list[Theme]] = relationship(secondary="change_theme", order_by="Theme.name")


class ChangeTheme(Base):
    """Which themes a change answers."""

    __tablename__ = "change_theme"

    change_id: Mapped[Key] = mapped_column(ForeignKey("change.id", ondelete="CASCADE"), primary_key=True)
    theme_id: Mapped[Key] = mapped_column(ForeignKey("theme.id", ondelete="CASCADE"), primary_key=True, index=True)
