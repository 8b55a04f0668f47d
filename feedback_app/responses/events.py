"""What this room tells of: stable codes, and how they are said. Pure data."""

from __future__ import annotations

from feedback_app.errors import N_
from feedback_app.events.catalogue import EventRoom, EventType

IMPORTED = EventType("responses.imported", "survey", N_("imported answers"))
EXPORTED = EventType("responses.exported", "survey", N_("downloaded the responses"))

ROOM = EventRoom(
    "responses",
    N_("Responses"),
    (IMPORTED, EXPORTED),
)
