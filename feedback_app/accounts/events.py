"""What this room tells of: stable codes, and how they are said. Pure data."""

from __future__ import annotations

from feedback_app.errors import N_
from feedback_app.events.catalogue import EventRoom, EventType, Subject

ADDED = EventType("staff.added", "staff", N_("added"))
EDITED = EventType("staff.edited", "staff", N_("edited"))
ROLES_CHANGED = EventType("staff.roles_changed", "staff", N_("changed roles"))
DISABLED = EventType("staff.disabled", "staff", N_("disabled"))
ENABLED = EventType("staff.enabled", "staff", N_("enabled"))
INVITED = EventType("staff.invited", "staff", N_("invited"))
BECAME_FIRST_ADMIN = EventType("staff.became_first_admin", "staff", N_("became the first admin"))
LINK_MADE = EventType("staff.link_made", "staff", N_("made a one-time link"))
PASSWORD_RESET_ASKED = EventType("staff.password_reset_asked", "staff", N_("asked for a new password"))
PASSWORD_SET = EventType("staff.password_set", "staff", N_("set a new password"))
SECOND_STEP_ON = EventType("staff.second_step_on", "staff", N_("turned on two-step sign-in"))
SECOND_STEP_OFF = EventType("staff.second_step_off", "staff", N_("turned off two-step sign-in"))
SIGNED_IN = EventType("staff.signed_in", "staff", N_("signed in"))
SIGN_IN_FAILED = EventType("staff.sign_in_failed", "staff", N_("failed to sign in (%(step)s)"))
SIGNED_OUT_EVERYWHERE = EventType("staff.signed_out_everywhere", "staff", N_("signed out everywhere"))
LINKED = EventType("staff.linked", "staff", N_("signed in with %(provider)s for the first time"))
SESSION_ENDED = EventType("staff.session_ended", "staff", N_("signed out a device"))

ROOM = EventRoom(
    "accounts",
    N_("Staff"),
    (
        ADDED,
        EDITED,
        ROLES_CHANGED,
        DISABLED,
        ENABLED,
        INVITED,
        BECAME_FIRST_ADMIN,
        LINK_MADE,
        PASSWORD_RESET_ASKED,
        PASSWORD_SET,
        SECOND_STEP_ON,
        SECOND_STEP_OFF,
        SIGNED_IN,
        SIGN_IN_FAILED,
        SIGNED_OUT_EVERYWHERE,
        SESSION_ENDED,
        LINKED,
    ),
    (Subject("staff", N_("account"), "staff", "accounts.edit", "staff_id", title="email"),),
)
