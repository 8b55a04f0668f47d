"""Every address of this room."""

from __future__ import annotations

from feedback_app.desk import views
from feedback_app.web.urls import room

blueprint = room(
    "desk",
    (
        ("GET", "/", views.index),
        ("GET", "/waiting", views.waiting),
    ),
)
