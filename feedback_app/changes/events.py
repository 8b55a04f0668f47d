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
VOICES_JUDGED = EventType("change.voices_judged", "change", N_("judged voices: “%(judgement)s”, %(mentions)s at once"))
VOICES_UNJUDGED = EventType("change.voices_unjudged", "change", N_("took back %(mentions)s judgements of voices"))
VOICE_LEFT_OUT = EventType("change.voice_left_out", "change", N_("left one person’s words out of letters"))
VOICE_LET_IN = EventType("change.voice_let_in", "change", N_("let one person’s words into letters again"))
VOICE_WIDENED = EventType("change.voice_widened", "change", N_("chose which words of one person are quoted"))

VOICES = (VOICES_JUDGED, VOICES_UNJUDGED, VOICE_LEFT_OUT, VOICE_LET_IN, VOICE_WIDENED)

ROOM = EventRoom(
    "changes",
    N_("Changes"),
    (LOGGED, REVISED, CONSIDERED, PLANNED, MADE, DECLINED, REMOVED, *VOICES),
    (Subject("change", N_("change"), "change", "changes.show", "change_id"),),
)
