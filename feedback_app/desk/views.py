"""The desk, and those who wait to hear back."""

from __future__ import annotations

from flask import render_template, request

from feedback_app.accounts import rights
from feedback_app.accounts.access import may, requires
from feedback_app.contacts.models import KIND_NAMES, KINDS
from feedback_app.desk import queries, theme_queries
from feedback_app.letters.standstill import halted
from feedback_app.themes.alerts.views import alerts_of_this_week
from feedback_app.themes.guided import queries as guided_queries
from feedback_app.web import plots
from feedback_app.web.locale import language
from feedback_app.web.pages import page_number


@requires(rights.VIEW)
def index() -> str:
    """Show the loop in numbers, its open end, and what waits for a person."""
    months = queries.answers_by_month()
    return render_template(
        "desk/index.html",
        steps=queries.loop(),
        open_end=queries.open_end(),
        todo=queries.todo(),
        surveys=queries.running_surveys(),
        themes=theme_queries.top_themes(),
        months=months,
        columns=plots.stacked(months, KINDS),
        kind_names=KIND_NAMES,
        alerts=alerts_of_this_week(),
        halted=halted(language()),
        news=guided_queries.news_everywhere() if may(rights.EDIT_THEMES) else [],
    )


@requires(rights.VIEW)
def waiting() -> str:
    """List the people who told us something and have not heard back, the longest wait first."""
    kind = request.args.get("kind", "")
    kind = kind if kind in KINDS else ""
    page = queries.waiting_people(page_number(), kind)
    return render_template("desk/waiting.html", page=page, kind=kind, kind_names=KIND_NAMES)
