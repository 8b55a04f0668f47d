"""By which names we may be asked: that of FEEDBACK_BASE_URL, and those of this very machine."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import Flask, abort, request

from feedback_app.common.loopback import is_loopback
from feedback_app.extensions import current_settings

ASKED_BY_ADDRESS = {"health.alive", "health.ready", "metrics.metrics"}  # supervisors know no name


def _refuse_other_names() -> None:
    """Refuse another name: it would stand in redirects, and a hostile page could read us through it."""
    if request.endpoint in ASKED_BY_ADDRESS:
        return
    asked = _name("//" + request.host)
    if not is_loopback(asked) and asked != _name(current_settings().base_url):
        abort(421)


def _name(address: str) -> str:
    try:
        return urlsplit(address).hostname or ""
    except ValueError:  # no address at all
        return ""


def init_app(app: Flask) -> None:
    """Ask before anything is made of the name."""
    app.before_request(_refuse_other_names)
