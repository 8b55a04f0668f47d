"""Responses and answers."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from feedback_app import clock
from feedback_app.contacts.models import Contact
from feedback_app.database import UtcDateTime
from feedback_app.errors import N_
from feedback_app.extensions import Base, Key, json_or_null
from feedback_app.imports.models import ImportRun
from feedback_app.surveys.models import Question, Survey

SOURCE_NAMES = {
    "link": N_("a personal link"),
    "import": N_("an import"),
    "open_link": N_("an open link"),
    "api": N_("the API"),
    "reaction": N_("a verdict on a change"),
    "reply": N_("a reply to a letter"),
}
SOURCES = tuple(SOURCE_NAMES)  # the ways in for a response


class Response(Base):
    """One returned survey. An invitation returns once; what came otherwise is known by its external id.

    Without an invitation and without a contact, nobody knows whose words they are. Stored by ``record`` alone.
    """

    __tablename__ = "response"
    __table_args__ = (
        UniqueConstraint("survey_id", "external_id"),
        CheckConstraint(f"source IN {SOURCES}", name="source"),
        Index("ix_response_survey_id_submitted_at", "survey_id", "submitted_at"),
        Index("ix_response_contact_id", "contact_id"),
    )

    id: Mapped[Key] = mapped_column(primary_key=True)
    survey_id: Mapped[Key] = mapped_column(ForeignKey("survey.id", ondelete="CASCADE"))
    contact_id: Mapped[Key | None] = mapped_column(ForeignKey("contact.id", ondelete="CASCADE"))
    invitation_id: Mapped[Key | None] = mapped_column(ForeignKey("invitation.id", ondelete="SET NULL"), unique=True)
    external_id: Mapped[str | None] = mapped_column(String(120))
    source: Mapped[str] = mapped_column(String(12))
    language: Mapped[str] = mapped_column(String(8))
    kind: Mapped[str] = mapped_column(String(20))  # the contact's kind when they answered
    stage_lost: Mapped[str] = mapped_column(String(80), default="")
    submitted_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    survey: Mapped[Survey] = relationship()
    contact: Mapped[Contact | None] = relationship()
    answers: Mapped[list[Answer]] = relationship(
        back_populates="response", cascade="all, delete-orphan", passive_deletes=True
    )


class Answer(Base):
    """The reply to one question: words, a number, choices, or a value for each of several parts."""

    __tablename__ = "answer"
    __table_args__ = (
        UniqueConstraint("response_id", "question_id"),
        CheckConstraint(
            "text IS NOT NULL OR number IS NOT NULL OR chosen IS NOT NULL OR parts IS NOT NULL", name="something"
        ),
        Index("ix_answer_question_id", "question_id", "number"),
    )

    id: Mapped[Key] = mapped_column(primary_key=True)
    response_id: Mapped[Key] = mapped_column(ForeignKey("response.id", ondelete="CASCADE"))
    question_id: Mapped[Key] = mapped_column(ForeignKey("question.id", ondelete="CASCADE"))
    text: Mapped[str | None] = mapped_column(Text)
    number: Mapped[int | None] = mapped_column()  # rating 1-5, NPS 0-10, yes = 1, no = 0
    chosen: Mapped[str | None] = mapped_column(Text)  # option codes, joined and bounded by "|": |price|stock|
    parts: Mapped[dict[str, Any] | None] = mapped_column(json_or_null)  # part of the question -> number or code
    response: Mapped[Response] = relationship(back_populates="answers")
    question: Mapped[Question] = relationship()


class ResponseImport(ImportRun):
    """One uploaded file of answers to a survey: first tried (dry run), then applied or dropped."""

    __mapper_args__ = {"polymorphic_identity": "responses"}  # noqa: RUF012  # as SQLAlchemy wants it

    # beside imports of other kinds in the table, so it may be NULL there
    survey_id: Mapped[Key] = mapped_column(ForeignKey("survey.id", ondelete="CASCADE"), index=True, nullable=True)
    survey: Mapped[Survey] = relationship()
