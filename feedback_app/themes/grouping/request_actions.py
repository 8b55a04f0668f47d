"""Asking the worker to group: one request at a time for a codebook. Loads no numerical libraries."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from feedback_app.database import transaction
from feedback_app.errors import N_, Refused
from feedback_app.events.actions import record
from feedback_app.events.actor import Actor
from feedback_app.extensions import db
from feedback_app.themes import events
from feedback_app.themes.models import GroupingRequest
from feedback_app.themes.queries import codebook_by_id, theme_by_id

GRAINS = ("coarse", "auto", "fine")
MOST_THEMES = 250


def request_grouping(codebook_id: int, by: Actor, kind: str = "group", **options: Any) -> int:
    """Ask the worker to group (or look for suggestions); the id of the request. One at a time per codebook.

    Asking again while one waits or runs returns that one: pressing twice groups once.
    """
    _check_options(kind, options)
    try:
        with transaction() as session:
            codebook = codebook_by_id(codebook_id)
            wanted = GroupingRequest(codebook_id=codebook.id, kind=kind, options=options, requested_by_id=by.staff_id)
            session.add(wanted)
            session.flush()
            record(events.GROUPING_ASKED, by, codebook.id, kind=kind, **options)
            return wanted.id
    except IntegrityError:
        active = GroupingRequest.state.in_(("waiting", "running"))
        there = db.session.scalar(select(GroupingRequest.id).where(GroupingRequest.codebook_id == codebook_id, active))
        if there is None:  # it finished between the two statements
            return request_grouping(codebook_id, by, kind, **options)
        return there


def _check_options(kind: str, options: Mapping[str, Any]) -> None:
    if options.get("grain", "auto") not in GRAINS:
        raise Refused(N_("Themes can be coarse, auto or fine."))
    themes = options.get("themes")
    if themes is not None and not 1 <= themes <= MOST_THEMES:
        raise Refused(N_("Ask for 1 to %(most)d themes."), most=MOST_THEMES)
    if kind == "split":
        theme_by_id(options["theme_id"])
