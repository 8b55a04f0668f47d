"""Codebooks, themes, the mentions they group, and what people did to them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from feedback_app import clock
from feedback_app.database import UtcDateTime
from feedback_app.errors import N_
from feedback_app.extensions import Base, Key, json_type
from feedback_app.themes.search import tables

NAME_LIMIT = 200
THEME_STATES = ("open", "set_aside", "merged")
MENTION_STATES = ("open", "set_aside", "no_content", "aside")
TONES = {
    "complaint": N_("complaint"),
    "wish": N_("wish"),
    "praise": N_("praise"),
    "question": N_("question"),
    "neutral": N_("neutral"),
}


class Codebook(Base):
    """The themes of one or more surveys: customers and lost prospects can be seen side by side."""

    __tablename__ = "codebook"

    id: Mapped[Key] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(NAME_LIMIT), unique=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    grouped_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    corrected_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # last time people taught it something
    looked_upto: Mapped[Key] = mapped_column(default=0, server_default="0")  # newest mention when last looked for news


class CodebookSurvey(Base):
    """Which codebook a survey's answers are grouped by; a survey has one."""

    __tablename__ = "codebook_survey"

    survey_id: Mapped[Key] = mapped_column(ForeignKey("survey.id", ondelete="CASCADE"), primary_key=True)
    codebook_id: Mapped[Key] = mapped_column(ForeignKey("codebook.id", ondelete="CASCADE"), index=True)


class CodebookMachine(Base):
    """What the engine has learnt for one codebook; kept apart, so that reading a codebook reads no megabytes."""

    __tablename__ = "codebook_machine"

    codebook_id: Mapped[Key] = mapped_column(ForeignKey("codebook.id", ondelete="CASCADE"), primary_key=True)
    data: Mapped[bytes] = mapped_column()
    learnt_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)


class Theme(Base):
    """A named group of mentions. Its id never changes; merging leaves a forwarding address."""

    __tablename__ = "theme"
    __table_args__ = (
        CheckConstraint("state IN ('open', 'set_aside', 'merged')", name="state"),
        CheckConstraint("(state = 'merged') = (merged_into_id IS NOT NULL)", name="forwarding"),
        CheckConstraint("merged_into_id <> id", name="not_itself"),
        CheckConstraint("length(trim(name)) > 0", name="named"),
        CheckConstraint("parent_id <> id", name="not_its_parent"),
        Index("ix_theme_merged_into_id", "merged_into_id"),
        Index("ix_theme_parent_id", "parent_id"),
    )

    id: Mapped[Key] = mapped_column(primary_key=True)
    codebook_id: Mapped[Key] = mapped_column(ForeignKey("codebook.id", ondelete="CASCADE"), index=True)
    name: Mapped[str] = mapped_column(String(NAME_LIMIT))  # in the organisation's language, where there are several
    names: Mapped[dict[str, str]] = mapped_column(default=dict, server_default="{}")  # by language; may lack some
    named_by_person: Mapped[bool] = mapped_column(default=False)
    description: Mapped[str] = mapped_column(Text, default="")
    phrases: Mapped[list[str]] = mapped_column(default=list)
    state: Mapped[str] = mapped_column(String(12), default="open")
    merged_into_id: Mapped[Key | None] = mapped_column(ForeignKey("theme.id", ondelete="CASCADE"))
    parent_id: Mapped[Key | None] = mapped_column(ForeignKey("theme.id", ondelete="SET NULL"))  # a theme within it
    owner_id: Mapped[Key | None] = mapped_column(ForeignKey("staff.id", ondelete="SET NULL"))
    centre: Mapped[bytes | None] = mapped_column()  # float16 vector of the engine; None for a theme made by hand
    quotes: Mapped[dict[str, Any]] = mapped_column(default=dict)  # mention ids: {"typical": [...], "borderline": [...]}
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    looked_inside: Mapped[int] = mapped_column(default=0, server_default="0")  # its mentions when parts were looked for
    codebook: Mapped[Codebook] = relationship()

    @property
    def title(self) -> dict[str, str]:
        """The name by language, for the template filter ``words``; under no language where it is the same for all."""
        return self.names or {"": self.name}


class SubTheme(Base):
    """A part of a theme that the machine can tell apart; a person may make it a theme. Found again as a theme grows."""

    __tablename__ = "sub_theme"

    id: Mapped[Key] = mapped_column(primary_key=True)
    theme_id: Mapped[Key] = mapped_column(ForeignKey("theme.id", ondelete="CASCADE"), index=True)
    name: Mapped[str] = mapped_column(String(NAME_LIMIT))
    phrases: Mapped[list[str]] = mapped_column(default=list)
    quotes: Mapped[list[int]] = mapped_column(json_type, default=list)  # typical mentions


class SubThemeMention(Base):
    """A mention in a part of a theme. It counts there while it is in the theme itself."""

    __tablename__ = "sub_theme_mention"

    sub_theme_id: Mapped[Key] = mapped_column(ForeignKey("sub_theme.id", ondelete="CASCADE"), primary_key=True)
    mention_id: Mapped[Key] = mapped_column(ForeignKey("mention.id", ondelete="CASCADE"), primary_key=True, index=True)


class ThemeExample(Base):
    """A sentence that belongs under a theme without having been said here: it teaches the classifier."""

    __tablename__ = "theme_example"

    id: Mapped[Key] = mapped_column(primary_key=True)
    theme_id: Mapped[Key] = mapped_column(ForeignKey("theme.id", ondelete="CASCADE"), index=True)
    language: Mapped[str] = mapped_column(String(8), default="")
    text: Mapped[str] = mapped_column(Text)


_UNJUDGED = text("judged_at IS NULL AND decided_at IS NULL AND state = 'open'")


class Mention(Base):
    """One piece of a free-text answer about one thing: characters start..end of the answer."""

    __tablename__ = "mention"
    __table_args__ = (
        UniqueConstraint("answer_id", "start"),
        CheckConstraint('"start" >= 0 AND "end" > "start"', name="span"),
        CheckConstraint("state IN ('open', 'set_aside', 'no_content', 'aside')", name="state"),
        CheckConstraint("tone IN ('', 'complaint', 'wish', 'praise', 'question', 'neutral')", name="tone"),
        CheckConstraint("tone_confidence >= 0 AND tone_confidence <= 1", name="tone_confidence"),
        Index("ix_mention_counted", "survey_id", "state", "response_id", "language", "contact_id", "tone"),  # no text
        Index("ix_mention_contact_id", "contact_id"),
        Index("ix_mention_unjudged", "survey_id", sqlite_where=_UNJUDGED, postgresql_where=_UNJUDGED),
    )

    id: Mapped[Key] = mapped_column(primary_key=True)
    answer_id: Mapped[Key] = mapped_column(ForeignKey("answer.id", ondelete="CASCADE"))
    response_id: Mapped[Key] = mapped_column(ForeignKey("response.id", ondelete="CASCADE"), index=True)
    survey_id: Mapped[Key] = mapped_column(ForeignKey("survey.id", ondelete="CASCADE"))
    contact_id: Mapped[Key | None] = mapped_column(ForeignKey("contact.id", ondelete="CASCADE"))
    start: Mapped[int] = mapped_column()
    end: Mapped[int] = mapped_column()
    text: Mapped[str] = mapped_column(Text)
    text_key: Mapped[str] = mapped_column(String(64), index=True)
    language: Mapped[str] = mapped_column(String(8), default="")
    state: Mapped[str] = mapped_column(String(12), default="open")
    tone: Mapped[str] = mapped_column(String(12), default="", server_default="")  # one of TONES; "": not known
    tone_confidence: Mapped[float | None] = mapped_column()  # the machine's, that the tone is right
    tone_by_id: Mapped[Key | None] = mapped_column(ForeignKey("staff.id", ondelete="SET NULL"))
    toned_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # a person said the tone: the machine keeps off
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # a person decided: the machine keeps off
    judged_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # when the machine looked at it last
    closest: Mapped[list[int]] = mapped_column(json_type, default=list)  # nearest themes of one not yet grouped
    words: Mapped[str] = mapped_column(Text, default="", server_default="", deferred=True)  # for the search, see there
    placements: Mapped[list[Placement]] = relationship(
        back_populates="mention", cascade="all, delete-orphan", passive_deletes=True
    )


tables.follow(Mention.__table__)


_JUDGED = text("guessed IS NOT NULL")


class Placement(Base):
    """A mention in a theme: put there by the machine with a confidence, or by a person for good."""

    __tablename__ = "placement"
    __table_args__ = (
        UniqueConstraint("mention_id", "theme_id"),
        CheckConstraint("confidence >= 0 AND confidence <= 1", name="confidence"),
        Index("ix_placement_theme_id", "theme_id", "mention_id", "confidence"),
        Index("ix_placement_judged", "theme_id", "guessed", sqlite_where=_JUDGED, postgresql_where=_JUDGED),
    )

    id: Mapped[Key] = mapped_column(primary_key=True)
    mention_id: Mapped[Key] = mapped_column(ForeignKey("mention.id", ondelete="CASCADE"))
    theme_id: Mapped[Key] = mapped_column(ForeignKey("theme.id", ondelete="CASCADE"))
    confidence: Mapped[float] = mapped_column(default=1.0)
    guessed: Mapped[bool | None] = mapped_column()  # confirmed: had the machine put it here? None: it had no say
    confirmed_by_id: Mapped[Key | None] = mapped_column(ForeignKey("staff.id", ondelete="SET NULL"))
    confirmed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    mention: Mapped[Mention] = relationship(back_populates="placements")
    theme: Mapped[Theme] = relationship()


class ThemeEvent(Base):
    """One step in a codebook's history, mostly about a theme. What it replaced is kept, so that it can be undone."""

    __tablename__ = "theme_event"

    id: Mapped[Key] = mapped_column(primary_key=True)
    codebook_id: Mapped[Key] = mapped_column(ForeignKey("codebook.id", ondelete="CASCADE"), index=True)
    theme_id: Mapped[Key | None] = mapped_column(ForeignKey("theme.id", ondelete="CASCADE"), index=True)
    other_id: Mapped[Key | None] = mapped_column(ForeignKey("theme.id", ondelete="CASCADE"), index=True)  # from where
    code: Mapped[str] = mapped_column(String(40))
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    by_id: Mapped[Key | None] = mapped_column(ForeignKey("staff.id", ondelete="SET NULL"))
    by: Mapped[str] = mapped_column(String(254), default="")  # copy of the address: outlives the account
    mentions: Mapped[int] = mapped_column(default=0)  # how many mentions the step touched
    details: Mapped[dict[str, Any]] = mapped_column(default=dict)
    undone_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    undone_by: Mapped[str] = mapped_column(String(254), default="")


class MentionBefore(Base):
    """A mention as it was before a step touched it."""

    __tablename__ = "mention_before"
    __table_args__ = (Index("ix_mention_before_mention_id", "mention_id"),)

    event_id: Mapped[Key] = mapped_column(ForeignKey("theme_event.id", ondelete="CASCADE"), primary_key=True)
    mention_id: Mapped[Key] = mapped_column(ForeignKey("mention.id", ondelete="CASCADE"), primary_key=True)
    state: Mapped[str] = mapped_column(String(12))
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    tone: Mapped[str] = mapped_column(String(12), default="", server_default="")
    tone_confidence: Mapped[float | None] = mapped_column()
    tone_by_id: Mapped[Key | None] = mapped_column()
    toned_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class PlacementBefore(Base):
    """A placement as it was before a step touched its mention."""

    __tablename__ = "placement_before"

    event_id: Mapped[Key] = mapped_column(ForeignKey("theme_event.id", ondelete="CASCADE"), primary_key=True)
    mention_id: Mapped[Key] = mapped_column(ForeignKey("mention.id", ondelete="CASCADE"), primary_key=True)
    theme_id: Mapped[Key] = mapped_column(ForeignKey("theme.id", ondelete="CASCADE"), primary_key=True)
    confidence: Mapped[float] = mapped_column()
    guessed: Mapped[bool | None] = mapped_column()
    confirmed_by_id: Mapped[Key | None] = mapped_column(ForeignKey("staff.id", ondelete="SET NULL"))
    confirmed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class TextVector(Base):
    """A sentence vector kept by text hash and model: vectors are nearly the whole cost of grouping."""

    __tablename__ = "text_vector"

    text_key: Mapped[str] = mapped_column(String(64), primary_key=True)
    model: Mapped[str] = mapped_column(String(40), primary_key=True)
    vector: Mapped[bytes] = mapped_column()


REQUEST_STATES = {
    "waiting": N_("waiting for the worker"),
    "running": N_("under way"),
    "done": N_("finished"),
    "failed": N_("did not work"),
}
_ACTIVE = text("state IN ('waiting', 'running')")


class GroupingRequest(Base):
    """A grouping somebody asked for in the browser; the worker does it and tells how far it is."""

    __tablename__ = "grouping_request"
    __table_args__ = (
        CheckConstraint("state IN ('waiting', 'running', 'done', 'failed')", name="state"),
        CheckConstraint("kind IN ('group', 'suggest', 'split')", name="kind"),
        CheckConstraint("progress >= 0 AND progress <= 1", name="progress"),
        Index(
            "uq_grouping_request_active",
            "codebook_id",
            unique=True,
            sqlite_where=_ACTIVE,
            postgresql_where=_ACTIVE,
        ),
    )

    id: Mapped[Key] = mapped_column(primary_key=True)
    codebook_id: Mapped[Key] = mapped_column(ForeignKey("codebook.id", ondelete="CASCADE"))
    kind: Mapped[str] = mapped_column(String(12), default="group")
    options: Mapped[dict[str, Any]] = mapped_column(default=dict)  # grain, themes, theme_id
    state: Mapped[str] = mapped_column(String(12), default="waiting")
    progress: Mapped[float] = mapped_column(default=0.0)
    message: Mapped[str] = mapped_column(String(500), default="")  # an English msgid, translated when shown
    values: Mapped[dict[str, Any]] = mapped_column(default=dict)  # what fills the message
    requested_by_id: Mapped[Key | None] = mapped_column(ForeignKey("staff.id", ondelete="SET NULL"))
    requested_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    seen_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # the worker's last sign of life
    attempts: Mapped[int] = mapped_column(default=0)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Suggestion(Base):
    """What the machine would do: a person accepts, edits or dismisses. One per reason, for ever."""

    __tablename__ = "suggestion"
    __table_args__ = (
        UniqueConstraint("codebook_id", "reason"),
        CheckConstraint("kind IN ('new_theme', 'merge', 'split')", name="kind"),
        CheckConstraint("state IN ('open', 'accepted', 'dismissed')", name="state"),
    )

    id: Mapped[Key] = mapped_column(primary_key=True)
    codebook_id: Mapped[Key] = mapped_column(ForeignKey("codebook.id", ondelete="CASCADE"))
    kind: Mapped[str] = mapped_column(String(12))
    reason: Mapped[str] = mapped_column(String(80))  # the same reason is the same suggestion
    theme_id: Mapped[Key | None] = mapped_column(ForeignKey("theme.id", ondelete="CASCADE"), index=True)
    other_id: Mapped[Key | None] = mapped_column(ForeignKey("theme.id", ondelete="CASCADE"), index=True)
    parts: Mapped[list[dict[str, Any]]] = mapped_column(default=list)  # [{name, phrases, mentions: ids, quotes: ids}]
    evidence: Mapped[dict[str, Any]] = mapped_column(default=dict)  # {"nearness": .8, "size": 40}
    state: Mapped[str] = mapped_column(String(12), default="open")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    decided_by: Mapped[str] = mapped_column(String(254), default="")
