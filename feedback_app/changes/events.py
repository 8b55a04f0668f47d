"""What this room tells of: stable codes, and how they are said. Pure data."""

from __future__ import annotations

from feedback_app.errors import N_
from feedback_app.events.catalogue import EventRoom, EventType, Subject

LOGGED = EventType("change.logged", "change", N_("logged"))
REVISED = EventType("change.revised", "change", N_("revised"))
CONSIDERED = EventType("change.considered", "change", N_("moved from “%(was)s” to “considered”"))
PLANNED = EventType("change.planned", "change", N_("moved from “%(was)s” to “planned”"))
MADE = EventType("change.made", "change", N_("moved from “%(was)s” to “made”"))
DECLINED = EventType("change.declined", "change", N_("moved from “%(was)s” to “declined”"))
REMOVED = EventType("change.removed", "change", N_("removed"))

ROOM = EventRoom(
    "changes",
    N_("Changes"),
    (LOGGED, REVISED, CONSIDERED, PLANNED, MADE, DECLINED, REMOVED),
    (Subject("change", N_("change"), "change", "changes.show", "change_id"),),
)
