"""Every address of this room."""

from __future__ import annotations

from feedback_app.accounts.oidc import views
from feedback_app.web.urls import room

blueprint = room(
    "oidc",
    (
        ("GET", "/sign-in/with/<key>", views.start),
        ("GET", "/sign-in/with/<key>/done", views.done),
    ),
)
