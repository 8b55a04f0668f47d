"""Contacts and the imports they came by."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from feedback_app import clock
from feedback_app.database import UtcDateTime
from feedback_app.errors import N_
from feedback_app.extensions import Base, Key

KINDS = ("customer", "prospect", "lost_prospect", "former_customer")
KIND_NAMES = {
    "customer": N_("customer"),
    "prospect": N_("prospect"),
    "lost_prospect": N_("lost prospect"),
    "former_customer": N_("former customer"),
}


class Contact(Base):
    """A person we may write to. One row per address, whatever its upper and lower case."""

    __tablename__ = "contact"
    __table_args__ = (
        CheckConstraint("kind IN ('customer', 'prospect', 'lost_prospect', 'former_customer')", name="kind"),
        Index("ix_contact_kind", "kind", "stage_lost"),
        Index("ix_contact_name", "name"),
    )

    id: Mapped[Key] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(String(254))  # as the person writes it
    email_key: Mapped[str] = mapped_column(String(254), unique=True)  # as delivery.addresses.key() folds it
    name: Mapped[str] = mapped_column(String(200), default="")
    kind: Mapped[str] = mapped_column(String(20))
    stage_lost: Mapped[str] = mapped_column(String(80), default="")  # where a lost prospect left; free words
    language: Mapped[str] = mapped_column(String(8))
    attributes: Mapped[dict[str, str]] = mapped_column(default=dict)
    source: Mapped[str] = mapped_column(String(120), default="")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now, onupdate=clock.now)


class ContactImport(Base):
    """One uploaded file: first tried (dry run), then applied or left. The report says what became of each row."""

    __tablename__ = "contact_import"
    __table_args__ = (CheckConstraint("state IN ('tried', 'applied', 'failed')", name="state"),)

    id: Mapped[Key] = mapped_column(primary_key=True)
    file_name: Mapped[str] = mapped_column(String(255))
    stored_as: Mapped[str] = mapped_column(String(80))  # name inside var/imports; unguessable
    default_kind: Mapped[str] = mapped_column(String(20))
    default_language: Mapped[str] = mapped_column(String(8))
    state: Mapped[str] = mapped_column(String(12), default="tried")
    counts: Mapped[dict[str, Any]] = mapped_column(default=dict)
    by_id: Mapped[Key | None] = mapped_column(ForeignKey("staff.id", ondelete="SET NULL"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    applied_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
