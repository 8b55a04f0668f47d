"""What this room tells of: stable codes, and how they are said. Pure data."""

from __future__ import annotations

from feedback_app.errors import N_
from feedback_app.events.catalogue import EventRoom, EventType, Subject

CREATED = EventType("survey.created", "survey", N_("created"))
REWORDED = EventType("survey.reworded", "survey", N_("reworded"))
RENAMED = EventType("survey.renamed", "survey", N_("renamed (it was “%(was)s”)"))
PUBLISHED = EventType("survey.published", "survey", N_("published"))
CLOSED = EventType("survey.closed", "survey", N_("closed"))
REOPENED = EventType("survey.reopened", "survey", N_("reopened"))
DELETED = EventType("survey.deleted", "survey", N_("deleted"))
SECTION_ADDED = EventType("survey.section_added", "survey", N_("added a section"))
SECTION_REWORDED = EventType("survey.section_reworded", "survey", N_("reworded a section"))
SECTION_MOVED = EventType("survey.section_moved", "survey", N_("moved a section"))
SECTION_DELETED = EventType("survey.section_deleted", "survey", N_("deleted a section"))
QUESTION_ADDED = EventType("survey.question_added", "survey", N_("added the question “%(question)s”"))
QUESTION_EDITED = EventType("survey.question_edited", "survey", N_("edited the question “%(question)s”"))
QUESTION_MOVED = EventType("survey.question_moved", "survey", N_("moved the question “%(question)s”"))
QUESTION_DELETED = EventType("survey.question_deleted", "survey", N_("deleted the question “%(question)s”"))
LETTER_WORDED = EventType("survey.letter_worded", "survey", N_("worded the letter of"))
LETTER_TRIED = EventType("survey.letter_tried", "survey", N_("tried the letter of"))
MAILING_PLANNED = EventType("mailing.planned", "survey", N_("planned a mailing of"))
MAILING_SENT = EventType("mailing.sent", "survey", N_("sent a mailing of"))
MAILING_CANCELLED = EventType("mailing.cancelled", "survey", N_("cancelled a mailing of"))

ROOM = EventRoom(
    "surveys",
    N_("Surveys"),
    (
        CREATED,
        REWORDED,
        RENAMED,
        PUBLISHED,
        CLOSED,
        REOPENED,
        DELETED,
        SECTION_ADDED,
        SECTION_REWORDED,
        SECTION_MOVED,
        SECTION_DELETED,
        QUESTION_ADDED,
        QUESTION_EDITED,
        QUESTION_MOVED,
        QUESTION_DELETED,
        LETTER_WORDED,
        LETTER_TRIED,
        MAILING_PLANNED,
        MAILING_SENT,
        MAILING_CANCELLED,
    ),
    (Subject("survey", N_("survey"), "survey", "surveys.show", "slug", key="slug", title="slug"),),
)
