"""How pages and commands call the states, audiences and reasons of this room. Pure."""

from __future__ import annotations

from feedback_app.errors import N_

STATE_NAMES = {
    "draft": N_("draft"),
    "sending": N_("being sent"),
    "sent": N_("sent"),
    "stopped": N_("stopped"),
}
GROUP_NAMES = {
    "told": N_("told"),
    "waiting": N_("waiting"),
    "left_out": N_("left out"),
    "failed": N_("failed"),
}
# Why somebody is left out, as staff read it; nobody is blamed for any of it.
REASON_NAMES = {
    "unsubscribed": N_("does not want such letters"),
    "hard_bounce": N_("the address does not work"),
    "complaint": N_("reported a letter as unwanted"),
    "manual": N_("staff said not to write"),
    "erased": N_("asked to be forgotten"),
    "no_address": N_("no address is known"),
}
WHY_NAMES = {
    "mentioned": N_("spoke about it"),
    "took_part": N_("answered a survey"),
    "invited": N_("was asked"),
}
LETTER_NAMES = {
    "queued": N_("waits for its turn"),
    "leased": N_("is just leaving"),
    "sent": N_("sent"),
    "failed": N_("refused by the other side"),
    "bounced": N_("came back"),
    "complained": N_("reported as unwanted"),
    "skipped": N_("not wanted any more"),
    "in_doubt": N_("not certain to have arrived"),
    "cancelled": N_("stopped before it left"),
}
HOLE_HELP = {
    "name": N_("the person’s name; left out politely when none is known"),
    "your_words": N_(
        "what they said about it, up to three quotes; a paragraph of its own, empty for those who said nothing"
    ),
    "what": N_("what has changed, from the change"),
    "why": N_("why; for a “no” its reason. It cannot be left out"),
    "since": N_("the date; a paragraph with it is left out when no date is known"),
    "process": N_("the process, such as delivery"),
    "organisation": N_("the name of your organisation"),
}
