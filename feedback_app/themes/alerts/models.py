"""What was noticed about themes, in which week, and who wants no letters about it."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from feedback_app import clock
from feedback_app.database import UtcDateTime
from feedback_app.extensions import Base, Key
from feedback_app.themes.alerts.detect import expected
from feedback_app.themes.models import Theme


class AlertWeek(Base):
    """A week in which themes were looked at: one row, so that two workers look once."""

    __tablename__ = "alert_week"

    monday: Mapped[date] = mapped_column(primary_key=True)
    looked_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)


class ThemeAlert(Base):
    """A theme that grows, returns or turns. The figures are those of the day, see ``detect.Finding``."""

    __tablename__ = "theme_alert"
    __table_args__ = (
        UniqueConstraint("theme_id", "kind", "monday"),
        CheckConstraint("kind IN ('grows', 'returns', 'worse', 'better')", name="kind"),
    )

    id: Mapped[Key] = mapped_column(primary_key=True)
    theme_id: Mapped[Key] = mapped_column(ForeignKey("theme.id", ondelete="CASCADE"))
    kind: Mapped[str] = mapped_column(String(12))
    monday: Mapped[date] = mapped_column(index=True)
    hits: Mapped[int] = mapped_column()
    cases: Mapped[int] = mapped_column()
    hits_before: Mapped[int] = mapped_column()
    cases_before: Mapped[int] = mapped_column()
    chance: Mapped[float] = mapped_column()
    theme: Mapped[Theme] = relationship()

    @property
    def expected(self) -> float:
        """How many hits there would have been, had nothing changed."""
        return expected(self.cases, self.hits_before, self.cases_before)


class AlertMute(Base):
    """A member of staff who wants no letters about the themes they look after."""

    __tablename__ = "alert_mute"

    staff_id: Mapped[Key] = mapped_column(ForeignKey("staff.id", ondelete="CASCADE"), primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
