"""What this room tells of: stable codes, and how they are said. Pure data."""

from __future__ import annotations

from feedback_app.errors import N_
from feedback_app.events.catalogue import EventRoom, EventType, Subject

QUEUED_AGAIN = EventType("letters.queued_again", "letters", N_("queued again"))
TAKEN_AS_SENT = EventType("letters.taken_as_sent", "letters", N_("took as sent"))
HELD_BACK = EventType("letters.held_back", "letters", N_("held back"))
LET_GO_ON = EventType("letters.let_go_on", "letters", N_("let go on"))
STOPPED = EventType("letters.stopped", "letters", N_("stopped"))
HALTED = EventType("letters.halted", "letters", N_("halted"))
RETURNED = EventType("letter.returned", "letter", N_("took in a return"))

ROOM = EventRoom(
    "letters",
    N_("Letters"),
    (QUEUED_AGAIN, TAKEN_AS_SENT, HELD_BACK, LET_GO_ON, STOPPED, HALTED, RETURNED),
    (
        Subject("letters", N_("letters")),
        Subject("letter", N_("letter")),
    ),
)
