"""What this room tells of: stable codes, and how they are said. Pure data."""

from __future__ import annotations

from feedback_app.errors import N_
from feedback_app.events.catalogue import EventRoom, EventType, Subject

THEME_FOUND = EventType("theme.found", "theme", N_("found"))
THEME_STARTED = EventType("theme.started", "theme", N_("started"))
THEME_SPLIT = EventType("theme.split", "theme", N_("split"))
THEME_RENAMED = EventType("theme.renamed", "theme", N_("renamed"))
THEME_DESCRIBED = EventType("theme.described", "theme", N_("described"))
THEME_OWNER_SET = EventType("theme.owner_set", "theme", N_("given an owner"))
THEME_MERGED = EventType("theme.merged", "theme", N_("merged “%(name)s” into it"))
THEME_SET_ASIDE = EventType("theme.set_aside", "theme", N_("theme set aside"))
THEME_BROUGHT_BACK = EventType("theme.brought_back", "theme", N_("theme brought back"))
THEME_GREW = EventType("theme.grew", "theme", N_("grew"))
THEME_RETURNED = EventType("theme.returned", "theme", N_("came back"))
THEME_TURNED_WORSE = EventType("theme.turned_worse", "theme", N_("turned for the worse"))
THEME_TURNED_BETTER = EventType("theme.turned_better", "theme", N_("turned for the better"))
MENTION_MOVED = EventType("mention.moved", "theme", N_("moved mentions here (%(mentions)s)"))
MENTION_ADDED = EventType("mention.added", "theme", N_("added mentions (%(mentions)s)"))
MENTION_CONFIRMED = EventType("mention.confirmed", "theme", N_("confirmed mentions (%(mentions)s)"))
MENTION_TAKEN_OUT = EventType("mention.taken_out", "theme", N_("took mentions out (%(mentions)s)"))
MENTION_SET_ASIDE = EventType("mention.set_aside", "theme", N_("set mentions aside (%(mentions)s)"))
MENTION_BROUGHT_BACK = EventType("mention.brought_back", "theme", N_("brought mentions back (%(mentions)s)"))
MENTION_TONED = EventType("mention.toned", "theme", N_("corrected the tone of mentions (%(mentions)s)"))
STEP_UNDONE = EventType("theme.step_undone", "theme", N_("undone"))
CODEBOOK_STARTED = EventType("codebook.started", "codebook", N_("started"))
CODEBOOK_SHARED = EventType("codebook.shared", "codebook", N_("shared"))
CODEBOOK_IMPORTED = EventType("codebook.imported", "codebook", N_("imported"))
GROUPING_ASKED = EventType("grouping.asked", "codebook", N_("asked for"))
GROUPING_DONE = EventType("grouping.done", "codebook", N_("grouped"))
SUGGESTION_ACCEPTED = EventType("suggestion.accepted", "suggestion", N_("accepted"))
SUGGESTION_DISMISSED = EventType("suggestion.dismissed", "suggestion", N_("dismissed"))
SUGGESTION_REOPENED = EventType("suggestion.reopened", "suggestion", N_("reopened"))

ROOM = EventRoom(
    "themes",
    N_("Themes"),
    (
        THEME_FOUND,
        THEME_STARTED,
        THEME_SPLIT,
        THEME_RENAMED,
        THEME_DESCRIBED,
        THEME_OWNER_SET,
        THEME_MERGED,
        THEME_SET_ASIDE,
        THEME_BROUGHT_BACK,
        THEME_GREW,
        THEME_RETURNED,
        THEME_TURNED_WORSE,
        THEME_TURNED_BETTER,
        MENTION_MOVED,
        MENTION_ADDED,
        MENTION_CONFIRMED,
        MENTION_TAKEN_OUT,
        MENTION_SET_ASIDE,
        MENTION_BROUGHT_BACK,
        MENTION_TONED,
        STEP_UNDONE,
        CODEBOOK_STARTED,
        CODEBOOK_SHARED,
        CODEBOOK_IMPORTED,
        GROUPING_ASKED,
        GROUPING_DONE,
        SUGGESTION_ACCEPTED,
        SUGGESTION_DISMISSED,
        SUGGESTION_REOPENED,
    ),
    (
        Subject("theme", N_("theme"), "theme", "themes.show", "theme_id", title="name"),
        Subject("codebook", N_("codebook"), "codebook", "themes.codebook", "codebook_id", title="name"),
        Subject("suggestion", N_("suggestion")),
    ),
)
