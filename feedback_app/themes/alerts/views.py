"""What was noticed about themes, and the switch of the letters about it."""

from __future__ import annotations

from flask import flash, render_template, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from feedback_app.accounts import rights
from feedback_app.accounts.access import me, requires
from feedback_app.themes.alerts import actions, queries
from feedback_app.themes.alerts.models import ThemeAlert
from feedback_app.themes.shared_views import actor
from feedback_app.web.pages import see_other


@requires(rights.VIEW)
def alerts() -> str:
    """Show what was noticed in the last twelve weeks, and whether letters about it are wanted."""
    return render_template(
        "themes/alerts.html", alerts=queries.lately(me().id, queries.SHOWN), muted=queries.is_muted(me().id)
    )


@requires(rights.VIEW)
def switch_alerts() -> Response:
    """Switch one's own letters off or on."""
    letters = request.form.get("letters") == "on"
    actions.switch(actor(), letters=letters)
    flash(_("You will have letters about your themes.") if letters else _("No more letters about themes."), "success")
    return see_other("themes.alerts")


def alerts_of_this_week() -> list[ThemeAlert]:
    """Return what the desk says about themes to whoever is signed in; for pages of other rooms."""
    return queries.lately(me().id)
