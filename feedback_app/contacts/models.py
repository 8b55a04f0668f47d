"""Contacts and the imports they came by."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from feedback_app import clock
from feedback_app.database import UtcDateTime
from feedback_app.errors import N_
from feedback_app.extensions import Base, Key
from feedback_app.imports.models import ImportRun

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


class ContactImport(ImportRun):
    """One uploaded list of contacts: first tried (dry run), then applied or dropped."""

    __mapper_args__ = {"polymorphic_identity": "contacts"}  # noqa: RUF012  # as SQLAlchemy wants it
