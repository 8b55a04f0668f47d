"""What a state is called where a page has only its code, marked for translation: the label of ``ui.state(code)``."""

from __future__ import annotations

from feedback_app.errors import N_

STATES = (
    N_("draft"),
    N_("published"),
    N_("closed"),
    N_("queued"),
    N_("leased"),
    N_("sent"),
    N_("failed"),
    N_("bounced"),
    N_("complained"),
    N_("skipped"),
    N_("in doubt"),
    N_("cancelled"),
    N_("suppressed"),
    N_("rejected"),
    N_("held back"),
)
