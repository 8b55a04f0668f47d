"""Every address of this room."""

from __future__ import annotations

from feedback_app.organisation import views
from feedback_app.web.urls import room

blueprint = room(
    "organisation",
    (
        ("GET POST", "/organisation", views.edit),
        ("GET", "/organisation/logo/<name>", views.logo),
        ("GET", "/look/<sheet>-<colour>.css", views.look),
    ),
)
blueprint.record_once(views.for_templates)
