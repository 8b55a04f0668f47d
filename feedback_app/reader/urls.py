"""Every address of this room."""

from __future__ import annotations

from feedback_app.reader import views
from feedback_app.web.urls import room

blueprint = room(
    "reader",
    (
        ("GET", "/reader", views.index),
        ("POST", "/reader/proposals/<int:proposal_id>", views.decide),
    ),
)
blueprint.add_app_template_global(views.reader_on_theme)
blueprint.add_app_template_global(views.reader_on_voices)
