"""What came back, for staff: the list, one response, the summary of a survey, and the file for a spreadsheet."""

from __future__ import annotations

from flask import Response as Reply
from flask import render_template, request, stream_with_context

from feedback_app.accounts.access import may, me, requires
from feedback_app.accounts.rights import EXPORT_PEOPLE, VIEW
from feedback_app.contacts.models import KINDS
from feedback_app.events.actor import Actor
from feedback_app.exports import csv_safe
from feedback_app.responses import actions, queries
from feedback_app.responses.filters import Filter
from feedback_app.responses.models import SOURCE_NAMES
from feedback_app.responses.reading import export, summary
from feedback_app.surveys.queries import by_slug, form_spec
from feedback_app.web.locale import language
from feedback_app.web.pages import page_number


@requires(VIEW)
def index() -> str:
    """List responses, newest first; the filter is in the address."""
    wanted = Filter.from_args(request.args)
    return render_template(
        "responses/index.html",
        page=queries.search(wanted, page_number()),
        wanted=wanted,
        args=wanted.as_args(),
        surveys=queries.surveys(),
        stages=queries.stages(),
        languages=queries.languages(),
        kinds=KINDS,
    )


@requires(VIEW)
def show(response_id: int) -> str:
    """Show one response with everything that was said."""
    wanted = Filter.from_args(request.args)
    return render_template(
        "responses/show.html",
        whole=queries.one(response_id, wanted),
        args=wanted.as_args(),
        lang=language(),
        source_names=SOURCE_NAMES,
    )


@requires(VIEW)
def summed_up(slug: str) -> str:
    """Sum up a survey, question by question, for everybody or for one or two groups side by side."""
    survey = by_slug(slug)
    spec = form_spec(survey.id, survey.changed_at)
    wishes = [(_kind(f"kind{mark}"), request.args.get(f"stage{mark}", "").strip()[:80]) for mark in ("", "2")]
    both = request.args.get("beside", "") == "1" and wishes[0] != wishes[1]
    return render_template(
        "responses/summary.html",
        survey=survey,
        form_spec=spec,
        wishes=wishes,
        groups=[summary.group(spec, *wish) for wish in (wishes if both else wishes[:1])],
        stages=queries.stages(survey.id),
        kinds=KINDS,
        lang=language(),
    )


def _kind(name: str) -> str:
    wish = request.args.get(name, "")
    return wish if wish in KINDS else ""


@requires(VIEW)
def exported(slug: str) -> Reply:
    """Send the responses that the filter means as a CSV file, as it is being made. The trail says who took it.

    Who may not take names and addresses out of the house gets the answers without.
    """
    survey, wanted = by_slug(slug), Filter.from_args(request.args)
    actions.note_export(survey.id, slug, wanted.as_args(), Actor.of(me()))
    table = export.rows(form_spec(survey.id, survey.changed_at), wanted, language(), names=may(EXPORT_PEOPLE))
    pieces = (piece.encode() for piece in csv_safe.stream(table))
    name = f'attachment; filename="{survey.slug}-responses.csv"'
    return Reply(
        stream_with_context(pieces),
        mimetype="text/csv",
        headers={"Content-Disposition": name, "Cache-Control": "no-store"},
    )
