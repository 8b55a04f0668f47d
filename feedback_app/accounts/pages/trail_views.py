"""The trail: who did what, to what, and when, in the reader's words."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict
from typing import Any, cast

from flask import current_app, render_template, request, stream_with_context, url_for
from flask.wrappers import Response
from flask_babel import gettext as _

from feedback_app.accounts.access import requires
from feedback_app.accounts.pages.forms import event_filter
from feedback_app.accounts.rights import MANAGE_STAFF
from feedback_app.errors import N_
from feedback_app.events import queries as events
from feedback_app.events.catalogue import Catalogue, fill
from feedback_app.events.models import Event
from feedback_app.events.queries import Ref, Thing
from feedback_app.exports import csv_safe
from feedback_app.web.pages import page_number

HEADER = ("at", "who", "code", "subject", "subject_id", "payload")
CODES = (  # payload whose values are words of ours
    "state", "was", "kind", "step", "roles", "before", "after", "judgement", "scope", "stopped", "wanted",
)  # fmt: skip
SAID = (N_("password"), N_("code"), N_("recovery code"), N_("part"))  # such words that no page holds

HIDDEN = (
    "codebook",
    "codebook_id",
    "survey",
    "wave",
    "step",
    "letter",
    "theme_id",
    "mention",
    "other_id",
)  # keys of rows
FIELDS = {  # payload -> how it is called; what is not here is called as the program calls it
    "address": N_("address"),
    "answers": N_("answers"),
    "cancelled": N_("cancelled"),
    "fields": N_("fields"),
    "invited": N_("people asked"),
    "kind": N_("kind"),
    "language": N_("language"),
    "languages": N_("languages"),
    "left_out": N_("left out"),
    "letters": N_("letters"),
    "mentions": N_("mentions"),
    "narrowed_by": N_("narrowed by"),
    "new_themes": N_("new themes"),
    "placed": N_("placed"),
    "questions": N_("questions"),
    "responses": N_("responses"),
    "roles": N_("roles"),
    "scope": N_("scope"),
    "send_at": N_("to be sent at"),
    "slug": N_("survey"),
    "source": N_("source"),
    "state": N_("state"),
    "stopped": N_("stopped"),
    "themes": N_("themes"),
    "told": N_("told"),
    "waiting": N_("waiting"),
    "wanted": N_("wanted"),
    "why": N_("reason"),
}


def catalogue() -> Catalogue:
    """Return all that the rooms of this application tell."""
    return cast("Catalogue", current_app.extensions["events"])


@requires(MANAGE_STAFF)
def audit() -> str:
    """Show what happened, newest first."""
    wanted = event_filter(request.args)
    page = events.page(wanted, catalogue(), page_number())
    things = events.things(page.items, catalogue())
    args = {name: str(value) for name, value in asdict(wanted).items() if value and name != "zone"}
    return render_template(
        "accounts/audit.html",
        page=page,
        wanted=wanted,
        args=args,
        catalogue=catalogue(),
        places=_places(things),
        things=things,
    )


@requires(MANAGE_STAFF)
def audit_csv() -> Response:
    """Give the events asked for as a file, read and sent piece by piece."""
    rows = csv_safe.stream(_cells(events.rows(event_filter(request.args), catalogue())))
    response = Response(stream_with_context(rows), mimetype="text/csv")
    response.headers["Content-Disposition"] = 'attachment; filename="audit.csv"'
    return response


def event_words(code: str, payload: Mapping[str, Any] | None = None) -> str:
    """Return what an event says, in the reader's language."""
    label = catalogue().label(code)
    return str(_(label, **fill(label, _translated(payload or {}))[0]))


def event_rest(event: Event) -> list[str]:
    """Return what is known of an event beyond its words, such as ``["Velo → Vela", "letters: 3"]``."""
    rest = fill(catalogue().label(event.code), _translated(event.payload))[1]
    both = [f"{rest.pop('before')} → {rest.pop('after')}"] if {"before", "after"} <= rest.keys() else []
    named = {_(FIELDS[name]) if name in FIELDS else name.replace("_", " "): rest[name] for name in rest.keys() - HIDDEN}
    return both + [f"{name}: {value}" for name, value in sorted(named.items())]


def _translated(payload: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _said(value) if name in CODES else value for name, value in payload.items()}


def _said(value: Any) -> Any:
    if isinstance(value, list):
        return [_said(one) for one in value]
    return _(value.replace("_", " ")) if isinstance(value, str) and value else value


def _places(things: Mapping[Ref, Thing]) -> dict[Ref, str]:
    subjects = catalogue().subjects
    arguments: dict[Ref, Any] = {
        ref: {subjects[ref[0]].argument: thing.key} if subjects[ref[0]].argument else {}
        for ref, thing in things.items()
    }
    return {ref: url_for(subjects[ref[0]].endpoint, **arguments[ref]) for ref in things}


def _cells(found: Iterable[Event]) -> Iterator[tuple[object, ...]]:
    yield HEADER
    for one in found:
        payload = json.dumps(one.payload, ensure_ascii=False, sort_keys=True) if one.payload else ""
        yield one.at.isoformat(), one.actor, one.code, one.subject, one.subject_id, payload
