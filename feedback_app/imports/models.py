"""The imports that were tried: one table, in which each room keeps its own kind."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from feedback_app import clock
from feedback_app.database import UtcDateTime
from feedback_app.extensions import Base, Key


class ImportRun(Base):
    """One uploaded file: first tried (dry run), then applied or dropped. Its report says what became of each row.

    A room's own kind of import is a subclass with a name of its own for ``what`` (single-table inheritance).
    """

    __tablename__ = "import_run"
    __table_args__ = (CheckConstraint("state IN ('tried', 'applied', 'dropped')", name="state"),)
    __mapper_args__ = {"polymorphic_on": "what"}  # noqa: RUF012  # as SQLAlchemy wants it

    id: Mapped[Key] = mapped_column(primary_key=True)
    what: Mapped[str] = mapped_column(String(20))
    file_name: Mapped[str] = mapped_column(String(255))
    stored_as: Mapped[str] = mapped_column(String(80))  # name inside var/imports; unguessable
    default_kind: Mapped[str] = mapped_column(String(20))  # for people of whom the file does not say
    default_language: Mapped[str] = mapped_column(String(8))
    options: Mapped[dict[str, Any]] = mapped_column(default=dict)  # what else the room was asked for
    state: Mapped[str] = mapped_column(String(12), default="tried")
    counts: Mapped[dict[str, Any]] = mapped_column(default=dict)  # of the report, and how the file was understood
    by_id: Mapped[Key | None] = mapped_column(ForeignKey("staff.id", ondelete="SET NULL"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    applied_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
