"""What the reader was asked, and what it proposed: neither holds a word of a customer."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from feedback_app import clock
from feedback_app.database import UtcDateTime
from feedback_app.errors import N_
from feedback_app.extensions import Base, Key

TASK_NAMES = {
    "name": N_("names of themes"),
    "summary": N_("summaries of themes"),
    "tone": N_("tones of mentions"),
    "voice": N_("words that fit a change"),
}
REQUEST_STATES = {"open": N_("on its way"), "ok": N_("answered"), "failed": N_("no use")}
TROUBLE_NAMES = {
    "timeout": N_("too slow"),
    "unreachable": N_("could not be reached"),
    "redirect": N_("wanted to lead elsewhere"),
    "status": N_("refused"),
    "too_large": N_("far too long an answer"),
    "invalid": N_("an answer that is not as asked"),
    "interrupted": N_("interrupted"),
}
_OPEN = text("state = 'open'")


class ReaderRequest(Base):
    """One request, written down before it leaves: what it was about, how many words went where, what came back.

    At most one is open, whoever works. ``subject_id``: the theme, the change, or for tones the codebook.
    """

    __tablename__ = "reader_request"
    __table_args__ = (
        CheckConstraint("task IN ('name', 'summary', 'tone', 'voice')", name="task"),
        CheckConstraint("state IN ('open', 'ok', 'failed')", name="state"),
        CheckConstraint("(state = 'failed') = (code <> '')", name="code"),
        Index("ix_reader_request_subject", "task", "subject_id", "model"),
        Index("ix_reader_request_asked_at", "asked_at"),
        Index("uq_reader_request_open", "state", unique=True, sqlite_where=_OPEN, postgresql_where=_OPEN),
    )

    id: Mapped[Key] = mapped_column(primary_key=True)
    task: Mapped[str] = mapped_column(String(12))
    subject_id: Mapped[Key] = mapped_column()
    host: Mapped[str] = mapped_column(String(260))
    model: Mapped[str] = mapped_column(String(200))
    texts: Mapped[int] = mapped_column()
    words: Mapped[int] = mapped_column()
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    answered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    state: Mapped[str] = mapped_column(String(12), default="open")
    code: Mapped[str] = mapped_column(String(20), default="")  # of TROUBLE_NAMES
    detail: Mapped[str] = mapped_column(String(200), default="")
    proposals: Mapped[int] = mapped_column(default=0)
    tokens_in: Mapped[Key | None] = mapped_column()  # where the endpoint says so
    tokens_out: Mapped[Key | None] = mapped_column()


class ReaderProposal(Base):
    """What the reader would say of one thing. It changes nothing until a person accepts it.

    ``content``: ``{"en", "pl"}`` of a name, ``{"tone"}``, ``{"fits"}``, or ``{"sentences": [{"en", "pl"}, ...]}``.
    ``subject`` names the thing in one word, such as ``theme:7``: one proposal a task, thing and model.
    """

    __tablename__ = "reader_proposal"
    __table_args__ = (
        UniqueConstraint("task", "subject", "model"),
        CheckConstraint("task IN ('name', 'summary', 'tone', 'voice')", name="task"),
        CheckConstraint("state IN ('open', 'accepted', 'rejected')", name="state"),
        CheckConstraint("(state = 'open') = (decided_at IS NULL)", name="decided"),
        Index("ix_reader_proposal_theme_id", "theme_id"),
        Index("ix_reader_proposal_change_id", "change_id"),
        Index("ix_reader_proposal_mention_id", "mention_id"),
        Index("ix_reader_proposal_request_id", "request_id"),
    )

    id: Mapped[Key] = mapped_column(primary_key=True)
    request_id: Mapped[Key] = mapped_column(ForeignKey("reader_request.id", ondelete="CASCADE"))
    task: Mapped[str] = mapped_column(String(12))
    subject: Mapped[str] = mapped_column(String(60))
    model: Mapped[str] = mapped_column(String(200))
    theme_id: Mapped[Key | None] = mapped_column(ForeignKey("theme.id", ondelete="CASCADE"))
    change_id: Mapped[Key | None] = mapped_column(ForeignKey("change.id", ondelete="CASCADE"))
    mention_id: Mapped[Key | None] = mapped_column(ForeignKey("mention.id", ondelete="CASCADE"))
    content: Mapped[dict[str, Any]] = mapped_column(default=dict)
    state: Mapped[str] = mapped_column(String(12), default="open")
    made_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    decided_by_id: Mapped[Key | None] = mapped_column(ForeignKey("staff.id", ondelete="SET NULL"))


class ReaderQuote(Base):
    """Words that a sentence of a summary stands on: characters start..end of a mention. They go when it goes."""

    __tablename__ = "reader_quote"
    __table_args__ = (
        CheckConstraint('"start" >= 0 AND "end" > "start"', name="span"),
        Index("ix_reader_quote_proposal_id", "proposal_id"),
        Index("ix_reader_quote_mention_id", "mention_id"),
    )

    id: Mapped[Key] = mapped_column(primary_key=True)
    proposal_id: Mapped[Key] = mapped_column(ForeignKey("reader_proposal.id", ondelete="CASCADE"))
    sentence: Mapped[int] = mapped_column()  # from 0
    mention_id: Mapped[Key] = mapped_column(ForeignKey("mention.id", ondelete="CASCADE"))
    start: Mapped[int] = mapped_column()
    end: Mapped[int] = mapped_column()
