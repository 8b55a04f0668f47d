"""Surveys, their questions, and who was asked."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from feedback_app import clock
from feedback_app.contacts.models import Contact
from feedback_app.database import UtcDateTime
from feedback_app.extensions import Base, Key

STATES = ("draft", "published", "closed")
Words = dict[str, str]  # language code -> text


class Survey(Base):
    """What we ask. Its questions can be edited while it is a draft; published, only its words."""

    __tablename__ = "survey"
    __table_args__ = (CheckConstraint("state IN ('draft', 'published', 'closed')", name="state"),)

    id: Mapped[Key] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(String(80), unique=True)
    state: Mapped[str] = mapped_column(String(12), default="draft")
    languages: Mapped[list[str]] = mapped_column(default=list)  # in the order offered; the first is the default
    title: Mapped[dict[str, str]] = mapped_column(default=dict)
    intro: Mapped[dict[str, str]] = mapped_column(default=dict)
    thanks: Mapped[dict[str, str]] = mapped_column(default=dict)
    invitation_subject: Mapped[dict[str, str]] = mapped_column(default=dict)
    invitation_body: Mapped[dict[str, str]] = mapped_column(default=dict)
    created_by_id: Mapped[Key | None] = mapped_column(ForeignKey("staff.id", ondelete="SET NULL"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)  # also the version of a cached form
    published_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    sections: Mapped[list[Section]] = relationship(
        back_populates="survey", order_by="Section.position", cascade="all, delete-orphan", passive_deletes=True
    )


class Section(Base):
    """A part of a survey, with a heading when its title has words."""

    __tablename__ = "section"

    id: Mapped[Key] = mapped_column(primary_key=True)
    survey_id: Mapped[Key] = mapped_column(ForeignKey("survey.id", ondelete="CASCADE"), index=True)
    position: Mapped[int] = mapped_column()
    title: Mapped[dict[str, str]] = mapped_column(default=dict)
    survey: Mapped[Survey] = relationship(back_populates="sections")
    questions: Mapped[list[Question]] = relationship(
        back_populates="section", order_by="Question.position", cascade="all, delete-orphan", passive_deletes=True
    )


class Question(Base):
    """One question. Its code names it in files and stays when its words change."""

    __tablename__ = "question"
    __table_args__ = (UniqueConstraint("survey_id", "code"),)

    id: Mapped[Key] = mapped_column(primary_key=True)
    survey_id: Mapped[Key] = mapped_column(ForeignKey("survey.id", ondelete="CASCADE"))
    section_id: Mapped[Key] = mapped_column(ForeignKey("section.id", ondelete="CASCADE"), index=True)
    position: Mapped[int] = mapped_column()
    code: Mapped[str] = mapped_column(String(60))
    kind: Mapped[str] = mapped_column(String(20))  # kinds.registry.KINDS
    text: Mapped[dict[str, str]] = mapped_column(default=dict)
    help: Mapped[dict[str, str]] = mapped_column(default=dict)
    low_label: Mapped[dict[str, str]] = mapped_column(default=dict)
    high_label: Mapped[dict[str, str]] = mapped_column(default=dict)
    required: Mapped[bool] = mapped_column(default=False)
    section: Mapped[Section] = relationship(back_populates="questions")
    options: Mapped[list[Option]] = relationship(
        back_populates="question", order_by="Option.position", cascade="all, delete-orphan", passive_deletes=True
    )


class Option(Base):
    """One choice; the code is the same in every language."""

    __tablename__ = "option"
    __table_args__ = (UniqueConstraint("question_id", "code"),)

    id: Mapped[Key] = mapped_column(primary_key=True)
    question_id: Mapped[Key] = mapped_column(ForeignKey("question.id", ondelete="CASCADE"))
    position: Mapped[int] = mapped_column()
    code: Mapped[str] = mapped_column(String(60))
    label: Mapped[dict[str, str]] = mapped_column(default=dict)
    question: Mapped[Question] = relationship(back_populates="options")


class Wave(Base):
    """One mailing of a survey: whom (a stored filter), with what words, and when."""

    __tablename__ = "wave"
    __table_args__ = (CheckConstraint("state IN ('planned', 'sent', 'cancelled')", name="state"),)

    id: Mapped[Key] = mapped_column(primary_key=True)
    survey_id: Mapped[Key] = mapped_column(ForeignKey("survey.id", ondelete="CASCADE"), index=True)
    audience: Mapped[dict[str, Any]] = mapped_column(default=dict)  # contacts.queries.Filter as a dict
    subject: Mapped[dict[str, str]] = mapped_column(default=dict)
    body: Mapped[dict[str, str]] = mapped_column(default=dict)
    variants: Mapped[dict[str, Any]] = mapped_column(default=dict)  # language -> LetterVariant.id: the finished letters
    send_at: Mapped[datetime] = mapped_column(UtcDateTime)
    state: Mapped[str] = mapped_column(String(12), default="planned")
    invited: Mapped[int] = mapped_column(default=0)
    created_by_id: Mapped[Key | None] = mapped_column(ForeignKey("staff.id", ondelete="SET NULL"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)


class Invitation(Base):
    """One contact asked once to answer one survey, by a personal link of which only the hash is kept."""

    __tablename__ = "invitation"
    __table_args__ = (UniqueConstraint("survey_id", "contact_id"), Index("ix_invitation_contact_id", "contact_id"))

    id: Mapped[Key] = mapped_column(primary_key=True)
    survey_id: Mapped[Key] = mapped_column(ForeignKey("survey.id", ondelete="CASCADE"))
    contact_id: Mapped[Key] = mapped_column(ForeignKey("contact.id", ondelete="CASCADE"))
    wave_id: Mapped[Key | None] = mapped_column(ForeignKey("wave.id", ondelete="SET NULL"), index=True)
    nonce: Mapped[str] = mapped_column(String(32), unique=True)  # with the house key it derives the token
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    language: Mapped[str] = mapped_column(String(8))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    answered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    contact: Mapped[Contact] = relationship()
    survey: Mapped[Survey] = relationship()
