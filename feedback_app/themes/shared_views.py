"""What the pages of this room share."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import request

from feedback_app import clock
from feedback_app.accounts import rights
from feedback_app.accounts.access import may, me
from feedback_app.common.keys import read_key, read_keys
from feedback_app.contacts.models import KIND_NAMES
from feedback_app.events.actor import Actor
from feedback_app.organisation.queries import current as organisation
from feedback_app.themes import mention_queries, queries
from feedback_app.themes.mention_filter import Look
from feedback_app.themes.models import REQUEST_STATES, TONES, Codebook

LATELY = timedelta(minutes=10)


def actor() -> Actor:
    """Return who acts."""
    return Actor.of(me())


def zone() -> str:
    """Return the time zone in which days begin."""
    return organisation().timezone


def look() -> Look:
    """Return the filter in the address, or in the form that was sent."""
    return Look.read(request.values)


def whole(name: str) -> int:
    """Return a number from address or form, 0 when it is none."""
    return read_key(request.values.get(name, "")) or 0


def chosen_ids() -> list[int]:
    """Return the mentions ticked in a form."""
    return read_keys(request.form.getlist("mention"))


def frame(codebook: Codebook, here: str = "") -> dict[str, Any]:
    """Return what the head of every page about a codebook needs."""
    last_own_step = (
        mention_queries.last_step(codebook.id, me().id, clock.now() - LATELY) if may(rights.EDIT_THEMES) else None
    )
    return {
        "codebook": codebook,
        "here": here,
        "surveys": queries.surveys_of(codebook.id),
        "codebooks": queries.codebooks(),
        "waiting_suggestions": queries.waiting_suggestions(codebook.id),
        "grouping": queries.latest_request(codebook.id),
        "request_states": REQUEST_STATES,
        "last_step": last_own_step,
        "step_themes": queries.names_of(one for one in (last_own_step.theme_id, last_own_step.other_id) if one)
        if last_own_step
        else {},
        "kind_names": KIND_NAMES,
        "tone_names": TONES,
    }
