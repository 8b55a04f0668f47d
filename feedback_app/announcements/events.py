"""What this room tells of: stable codes, and how they are said. Pure data."""

from __future__ import annotations

from feedback_app.errors import N_
from feedback_app.events.catalogue import EventRoom, EventType, Subject

DRAFTED = EventType("announcement.drafted", "announcement", N_("drafted"))
WORDED = EventType("announcement.worded", "announcement", N_("words or audience saved"))
DISCARDED = EventType("announcement.discarded", "announcement", N_("discarded"))
TESTED = EventType("announcement.tested", "announcement", N_("test letter sent"))
SENT = EventType("announcement.sent", "announcement", N_("sent"))
STOPPED = EventType("announcement.stopped", "announcement", N_("stopped"))
HELD_BACK = EventType("announcement.held_back", "announcement", N_("held back"))
LET_GO_ON = EventType("announcement.let_go_on", "announcement", N_("let go on"))
HALTED = EventType("announcement.halted", "announcement", N_("halted by the machine"))
FINISHED = EventType("announcement.finished", "announcement", N_("all letters have left"))

ROOM = EventRoom(
    "announcements",
    N_("Announcements"),
    (DRAFTED, WORDED, DISCARDED, TESTED, SENT, STOPPED, HELD_BACK, LET_GO_ON, HALTED, FINISHED),
    (Subject("announcement", N_("announcement"), "announcement", "announcements.show", "announcement_id"),),
)
