"""The one row about the organisation."""

from __future__ import annotations

import secrets
from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from feedback_app import clock
from feedback_app.database import UtcDateTime
from feedback_app.extensions import Base, Key
from feedback_app.public_ids import SECRET_BYTES

ONLY = 1  # the key of the row


def new_secret() -> bytes:
    """Return a key for public ids."""
    return secrets.token_bytes(SECRET_BYTES)


class Organisation(Base):
    """Who we are and how we do things. One database belongs to one organisation: there is one row.

    ``version`` rises with every saving, so that two admins cannot undo each other's work unseen. ``id_secret`` makes
    public ids (see ``public_ids``): here and not in the environment, so that they outlive a change of the house key.
    The last five are kept for what reads them later; until then no page shows them (docs/settings.md).
    """

    __tablename__ = "organisation"
    __table_args__ = (
        CheckConstraint(f"id = {ONLY}", name="only"),
        CheckConstraint("quote_bar > 0 AND quote_bar <= 1", name="quote_bar"),
    )

    id: Mapped[Key] = mapped_column(primary_key=True, autoincrement=False, default=ONLY)
    version: Mapped[int] = mapped_column(default=1)
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    id_secret: Mapped[bytes] = mapped_column(default=new_secret)
    name: Mapped[str] = mapped_column(String(120))
    postal_address: Mapped[str] = mapped_column(String(300), default="")
    reply_to: Mapped[str] = mapped_column(String(254), default="")
    languages: Mapped[list[str]] = mapped_column()  # in which we write to people
    language: Mapped[str] = mapped_column(String(8))  # one of them: where nobody chose
    timezone: Mapped[str] = mapped_column(String(64))
    colour: Mapped[str] = mapped_column(String(7))  # #rrggbb
    logo: Mapped[bytes | None] = mapped_column(deferred=True)
    logo_name: Mapped[str] = mapped_column(String(30), default="")  # digest and kind; "" without a logo
    controller: Mapped[str] = mapped_column(Text, default="")  # who answers for the data, where not we
    privacy_url: Mapped[str] = mapped_column(String(500), default="")
    quote_bar: Mapped[float] = mapped_column(default=0.95)  # how sure a quotation must be
    letters_per_person: Mapped[int | None] = mapped_column()  # at most so many letters of ours ...
    letters_days: Mapped[int | None] = mapped_column()  # ... in so many days
    approval_from: Mapped[int | None] = mapped_column()  # recipients from which on a second person approves
    target_days: Mapped[int | None] = mapped_column()  # in which a respondent shall hear back
    retention: Mapped[dict[str, Any]] = mapped_column(default=dict)  # days by kind of data
