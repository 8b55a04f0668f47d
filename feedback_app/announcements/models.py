"""Announcements, their texts, and the people to be told."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from feedback_app import clock
from feedback_app.changes.models import Change
from feedback_app.database import UtcDateTime
from feedback_app.errors import N_
from feedback_app.extensions import Base, Key, json_type
from feedback_app.surveys.models import Survey

STATES = ("draft", "sending", "sent", "stopped")
ABOUT = ("made", "planned", "declined")  # a change still considered is no news yet
AUDIENCES = {
    "respondents": N_("everyone who answered the surveys concerned"),
    "mentioned": N_("only those whose own words are quoted"),
    "invited": N_("everyone who answered or was asked"),
}


class Announcement(Base):
    """The letter about one or more changes. Draft until sent; after that its words are frozen."""

    __tablename__ = "announcement"
    __table_args__ = (
        CheckConstraint("state IN ('draft', 'sending', 'sent', 'stopped')", name="state"),
        CheckConstraint("audience IN ('respondents', 'mentioned', 'invited')", name="audience"),
        CheckConstraint("about IN ('made', 'planned', 'declined')", name="about"),
    )

    id: Mapped[Key] = mapped_column(primary_key=True)
    state: Mapped[str] = mapped_column(String(12), default="draft", index=True)
    about: Mapped[str] = mapped_column(String(12))  # the state of its changes that the words speak of
    audience: Mapped[str] = mapped_column(String(20), default="respondents")
    created_by_id: Mapped[Key | None] = mapped_column(ForeignKey("staff.id", ondelete="SET NULL"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)  # which version of a draft one sees
    sent_by_id: Mapped[Key | None] = mapped_column(ForeignKey("staff.id", ondelete="SET NULL"))
    sent_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    changes: Mapped[list[Change]] = relationship(secondary="announcement_change", order_by="Change.id")
    surveys: Mapped[list[Survey]] = relationship(secondary="announcement_survey", order_by="Survey.id")
    texts: Mapped[list[AnnouncementText]] = relationship(
        back_populates="announcement",
        order_by="AnnouncementText.language",
        cascade="all, delete-orphan",
        passive_deletes=True,
    )


class AnnouncementChange(Base):
    """Which changes an announcement tells about."""

    __tablename__ = "announcement_change"

    announcement_id: Mapped[Key] = mapped_column(ForeignKey("announcement.id", ondelete="CASCADE"), primary_key=True)
    change_id: Mapped[Key] = mapped_column(ForeignKey("change.id", ondelete="RESTRICT"), primary_key=True, index=True)


class AnnouncementSurvey(Base):
    """Which surveys an announcement concerns: whoever answered them is to be told."""

    __tablename__ = "announcement_survey"

    announcement_id: Mapped[Key] = mapped_column(ForeignKey("announcement.id", ondelete="CASCADE"), primary_key=True)
    survey_id: Mapped[Key] = mapped_column(ForeignKey("survey.id", ondelete="CASCADE"), primary_key=True, index=True)


class AnnouncementText(Base):
    """Subject and body in one language, with placeholders."""

    __tablename__ = "announcement_text"
    __table_args__ = (UniqueConstraint("announcement_id", "language"),)

    id: Mapped[Key] = mapped_column(primary_key=True)
    announcement_id: Mapped[Key] = mapped_column(ForeignKey("announcement.id", ondelete="CASCADE"))
    language: Mapped[str] = mapped_column(String(8))
    subject: Mapped[str] = mapped_column(String(200))
    body: Mapped[str] = mapped_column(Text)
    announcement: Mapped[Announcement] = relationship(back_populates="texts")


class Notice(Base):
    """One respondent to be told by one announcement: included, and why; or excluded, with the reason."""

    __tablename__ = "notice"
    __table_args__ = (
        UniqueConstraint("announcement_id", "contact_id"),
        CheckConstraint("why IN ('mentioned', 'took_part', 'invited')", name="why"),
        CheckConstraint("included OR length(excluded_because) > 0", name="excluded"),
        Index("ix_notice_contact_id", "contact_id"),
        # those left out, so that a sending to a million says why at once
        Index("ix_notice_left_out", "announcement_id", "excluded_because", sqlite_where=text("included IS 0"),
              postgresql_where=text("included IS false")),
    )  # fmt: skip

    id: Mapped[Key] = mapped_column(primary_key=True)
    announcement_id: Mapped[Key] = mapped_column(ForeignKey("announcement.id", ondelete="CASCADE"))
    contact_id: Mapped[Key] = mapped_column(ForeignKey("contact.id", ondelete="CASCADE"))
    language: Mapped[str] = mapped_column(String(8))
    why: Mapped[str] = mapped_column(String(12))
    included: Mapped[bool] = mapped_column(default=True)
    excluded_because: Mapped[str] = mapped_column(String(40), default="")  # a suppression reason, or "no_address"
    quotes: Mapped[list[dict[str, Any]]] = mapped_column(default=list)  # their words as sent: text, theme, date


class Piece(Base):
    """Some of the people of an announcement under way whose notices and letters are still to be written.

    It is deleted by the transaction that writes them, so that each piece is written once, whoever dies in between.
    """

    __tablename__ = "announcement_piece"

    id: Mapped[Key] = mapped_column(primary_key=True)
    announcement_id: Mapped[Key] = mapped_column(ForeignKey("announcement.id", ondelete="CASCADE"), index=True)
    above: Mapped[Key] = mapped_column()  # the contacts with a higher id
    upto: Mapped[Key | None] = mapped_column()  # up to and with this one; None: all the others
    variants: Mapped[dict[str, int]] = mapped_column(json_type)  # language -> letter_variant.id
