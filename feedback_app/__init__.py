"""Ask customers and lost prospects, group their answers, change the process, and tell every respondent."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flask import Flask

    from feedback_app.settings import Settings


def create_app(settings: Settings | None = None) -> Flask:
    """Return the application wired to ``settings`` (default: read from FEEDBACK_*). Raises BadSetting."""
    from feedback_app.factory import build  # noqa: PLC0415  # so that pure commands load nothing of the web

    return build(settings)
