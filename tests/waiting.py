"""Waiting for what another thread or process does: the one place where tests look again and again."""

from __future__ import annotations

import time
from collections.abc import Callable

from flask import has_app_context

from feedback_app.extensions import db


def until(holds: Callable[[], object], seconds: float = 60.0, why: str = "it did not happen") -> None:
    """Return as soon as ``holds`` gives something true; fail saying ``why`` when it does not within ``seconds``."""
    ends = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < ends, why
        time.sleep(0.02)
        _look_anew()
    _look_anew()


def _look_anew() -> None:
    if has_app_context():
        db.session.rollback()  # else the next look sees what this one saw
