"""What this room tells of: stable codes, and how they are said. Pure data."""

from __future__ import annotations

from feedback_app.errors import N_
from feedback_app.events.catalogue import EventRoom, EventType

TESTED = EventType("letter.tested", "letter", N_("tested"))

ROOM = EventRoom(
    "operations",
    N_("Operations"),
    (TESTED,),
)
