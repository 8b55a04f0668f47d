"""What happened, one row each."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from feedback_app import clock
from feedback_app.database import UtcDateTime
from feedback_app.extensions import Base, Key


class Event(Base):
    """Who did what to what, and when. Written in the transaction of the deed; never changed."""

    __tablename__ = "event"
    __table_args__ = (
        Index("ix_event_subject", "subject", "subject_id"),
        Index("ix_event_code", "code", "id"),
        Index("ix_event_at", "at"),
    )

    id: Mapped[Key] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    code: Mapped[str] = mapped_column(String(60))
    actor_kind: Mapped[str] = mapped_column(String(12))
    actor_id: Mapped[Key | None] = mapped_column(ForeignKey("staff.id", ondelete="SET NULL"))
    actor: Mapped[str] = mapped_column(String(254))  # copy of the address of staff: outlives the account
    subject: Mapped[str] = mapped_column(String(40))
    subject_id: Mapped[Key | None] = mapped_column()
    payload: Mapped[dict[str, Any]] = mapped_column(default=dict)
