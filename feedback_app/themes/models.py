"""Codebooks, themes, the mentions they group, and what people did to them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from feedback_app import clock
from feedback_app.database import UtcDateTime
from feedback_app.extensions import Base


class Codebook(Base):
    """The themes of one or more surveys: customers and lost prospects can be seen side by side."""

    __tablename__ = "codebook"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(200), unique=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    grouped_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class CodebookSurvey(Base):
    """Which codebook a survey's answers are grouped by; a survey has one."""

    __tablename__ = "codebook_survey"

    survey_id: Mapped[int] = mapped_column(ForeignKey("survey.id", ondelete="CASCADE"), primary_key=True)
    codebook_id: Mapped[int] = mapped_column(ForeignKey("codebook.id", ondelete="CASCADE"), index=True)


class Theme(Base):
    """A named group of mentions. Its id never changes; merging leaves a forwarding address."""

    __tablename__ = "theme"
    __table_args__ = (CheckConstraint("state IN ('open', 'set_aside', 'merged')", name="state"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    codebook_id: Mapped[int] = mapped_column(ForeignKey("codebook.id", ondelete="CASCADE"), index=True)
    name: Mapped[str] = mapped_column(String(200))
    named_by_person: Mapped[bool] = mapped_column(default=False)
    description: Mapped[str] = mapped_column(Text, default="")
    phrases: Mapped[list[str]] = mapped_column(default=list)
    state: Mapped[str] = mapped_column(String(12), default="open")
    merged_into_id: Mapped[int | None] = mapped_column(ForeignKey("theme.id", ondelete="SET NULL"))
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id", ondelete="SET NULL"))
    centre: Mapped[bytes | None] = mapped_column()  # float32 vector of the engine; None for a theme made by hand
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    codebook: Mapped[Codebook] = relationship()


class Mention(Base):
    """One piece of a free-text answer about one thing: characters start..end of the answer."""

    __tablename__ = "mention"
    __table_args__ = (
        UniqueConstraint("answer_id", "start"),
        CheckConstraint('"start" >= 0 AND "end" > "start"', name="span"),
        CheckConstraint("state IN ('open', 'set_aside', 'no_content')", name="state"),
        Index("ix_mention_survey_id", "survey_id", "state"),
        Index("ix_mention_contact_id", "contact_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    answer_id: Mapped[int] = mapped_column(ForeignKey("answer.id", ondelete="CASCADE"))
    response_id: Mapped[int] = mapped_column(ForeignKey("response.id", ondelete="CASCADE"), index=True)
    survey_id: Mapped[int] = mapped_column(ForeignKey("survey.id", ondelete="CASCADE"))
    contact_id: Mapped[int | None] = mapped_column(ForeignKey("contact.id", ondelete="CASCADE"))
    start: Mapped[int] = mapped_column()
    end: Mapped[int] = mapped_column()
    text: Mapped[str] = mapped_column(Text)
    text_key: Mapped[str] = mapped_column(String(64), index=True)
    language: Mapped[str] = mapped_column(String(8), default="")
    state: Mapped[str] = mapped_column(String(12), default="open")
    placements: Mapped[list[Placement]] = relationship(
        back_populates="mention", cascade="all, delete-orphan", passive_deletes=True
    )


class Placement(Base):
    """A mention in a theme: put there by the machine with a confidence, or by a person for good."""

    __tablename__ = "placement"
    __table_args__ = (
        UniqueConstraint("mention_id", "theme_id"),
        CheckConstraint("confidence >= 0 AND confidence <= 1", name="confidence"),
        Index("ix_placement_theme_id", "theme_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    mention_id: Mapped[int] = mapped_column(ForeignKey("mention.id", ondelete="CASCADE"))
    theme_id: Mapped[int] = mapped_column(ForeignKey("theme.id", ondelete="CASCADE"))
    confidence: Mapped[float] = mapped_column(default=1.0)
    confirmed_by_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id", ondelete="SET NULL"))
    confirmed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    mention: Mapped[Mention] = relationship(back_populates="placements")
    theme: Mapped[Theme] = relationship()


class ThemeEvent(Base):
    """One step in a theme's history, with what is needed to undo it."""

    __tablename__ = "theme_event"

    id: Mapped[int] = mapped_column(primary_key=True)
    theme_id: Mapped[int] = mapped_column(ForeignKey("theme.id", ondelete="CASCADE"), index=True)
    action: Mapped[str] = mapped_column(String(40))
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    by_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id", ondelete="SET NULL"))
    details: Mapped[dict[str, Any]] = mapped_column(default=dict)
    undone_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class TextVector(Base):
    """A sentence vector kept by text hash and model: vectors are nearly the whole cost of grouping."""

    __tablename__ = "text_vector"

    text_key: Mapped[str] = mapped_column(String(64), primary_key=True)
    model: Mapped[str] = mapped_column(String(40), primary_key=True)
    vector: Mapped[bytes] = mapped_column()
