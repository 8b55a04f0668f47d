"""What this room tells of: stable codes, and how they are said. Pure data."""

from __future__ import annotations

from feedback_app.errors import N_
from feedback_app.events.catalogue import EventRoom, EventType, Subject

FILLED = EventType("demo.filled", "demo", N_("filled"))

ROOM = EventRoom(
    "demo",
    N_("Demo"),
    (FILLED,),
    (Subject("demo", N_("demo")),),
)
