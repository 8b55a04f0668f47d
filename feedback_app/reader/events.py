"""What this room tells of: stable codes, and how they are said. Pure data."""

from __future__ import annotations

from feedback_app.errors import N_
from feedback_app.events.catalogue import EventRoom, EventType, Subject

PROPOSAL_ACCEPTED = EventType("proposal.accepted", "proposal", N_("accepted (by the reader %(model)s)"))
PROPOSAL_REJECTED = EventType("proposal.rejected", "proposal", N_("rejected (by the reader %(model)s)"))

ROOM = EventRoom(
    "reader",
    N_("Reader"),
    (PROPOSAL_ACCEPTED, PROPOSAL_REJECTED),
    (Subject("proposal", N_("proposal")),),
)
