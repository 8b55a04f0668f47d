"""Runs of jobs, and the workers that are alive."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from feedback_app import clock
from feedback_app.database import UtcDateTime
from feedback_app.extensions import Base


class JobRun(Base):
    """A due moment of a job; the row that takes it. Two workers cannot both insert it."""

    __tablename__ = "job_run"

    name: Mapped[str] = mapped_column(String(60), primary_key=True)
    slot: Mapped[datetime] = mapped_column(UtcDateTime, primary_key=True)
    worker: Mapped[str] = mapped_column(String(60))
    started_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    outcome: Mapped[str] = mapped_column(String(500), default="")


class Worker(Base):
    """A worker process and when it was last seen."""

    __tablename__ = "worker"

    name: Mapped[str] = mapped_column(String(60), primary_key=True)
    started_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    seen_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    trouble: Mapped[str] = mapped_column(String(300), default="", server_default="")  # why it leaves the relay alone
    trouble_since: Mapped[datetime | None] = mapped_column(UtcDateTime)
