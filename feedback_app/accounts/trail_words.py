"""What the trail says about staff, marked so that the page can say it in the reader's language."""

from __future__ import annotations

from feedback_app.errors import N_

ACTIONS = (
    N_("added"),
    N_("asked for a new password"),
    N_("became the first admin"),
    N_("changed roles"),
    N_("disabled"),
    N_("edited"),
    N_("enabled"),
    N_("failed to sign in (code)"),
    N_("failed to sign in (password)"),
    N_("failed to sign in (recovery code)"),
    N_("invited"),
    N_("made a one-time link"),
    N_("set a new password"),
    N_("signed in"),
    N_("signed out everywhere"),
    N_("turned off two-step sign-in"),
    N_("turned on two-step sign-in"),
)
TARGET = N_("staff")
