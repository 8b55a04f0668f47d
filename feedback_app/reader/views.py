"""The page that says what was sent where and how often the reader was right, and what pages of themes ask of it."""

from __future__ import annotations

from flask import flash, render_template, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from feedback_app.accounts import rights
from feedback_app.accounts.access import me, requires
from feedback_app.events.actor import Actor
from feedback_app.extensions import current_settings
from feedback_app.reader import actions, queries
from feedback_app.reader.asking import endpoint_of
from feedback_app.reader.models import REQUEST_STATES, TASK_NAMES, TROUBLE_NAMES
from feedback_app.reader.queries import OnTheme, OnVoices
from feedback_app.themes.models import Theme
from feedback_app.web.pages import attempt, back_to, page_number


@requires(rights.VIEW)
def index() -> str:
    """Show whether the reader is on, how often it was right, and every request: none holds a customer's words."""
    endpoint = endpoint_of(current_settings())
    page = queries.log(page_number())
    return render_template(
        "reader/index.html",
        endpoint=endpoint,
        rates=queries.rates(endpoint.model) if endpoint else {},
        totals=queries.totals(),
        page=page,
        themes=queries.names_of_subjects(page.items),
        task_names=TASK_NAMES,
        state_names=REQUEST_STATES,
        trouble_names=TROUBLE_NAMES,
    )


@requires(rights.EDIT_THEMES)
def decide(proposal_id: int) -> Response:
    """Accept or reject a proposal."""
    accepted = request.form.get("decision") == "accept"
    verb = actions.accept if accepted else actions.reject
    with attempt():
        verb(proposal_id, Actor.of(me()))
        flash(_("Accepted.") if accepted else _("Rejected."), "success")
    return back_to("reader.index")


def reader_on_theme(theme: Theme) -> OnTheme:
    """Return what the reader proposes for a theme, for its page."""
    return queries.on_theme(theme, _model())


def reader_on_voices(change_id: int) -> OnVoices:
    """Return which words the reader thinks a change answers, for the page of its voices."""
    model = _model()
    return queries.on_voices(change_id, model) if model else OnVoices()


def _model() -> str:
    return current_settings().reader_model
