"""Every address of this room."""

from __future__ import annotations

from feedback_app.changes import views
from feedback_app.changes.voices import views as voice_views
from feedback_app.web.urls import room

blueprint = room(
    "changes",
    (
        ("GET", "/changes", views.index),
        ("GET POST", "/changes/new", views.new),
        ("GET POST", "/changes/<int:change_id>/edit", views.edit),
        ("GET", "/changes/<int:change_id>", views.show),
        ("POST", "/changes/<int:change_id>/state", views.move),
        ("POST", "/changes/<int:change_id>/remove", views.remove),
    ),
)

voices = room(
    "voices",
    (
        ("GET", "", voice_views.index),
        ("POST", "/judge", voice_views.judge),
        ("POST", "/undo", voice_views.undo),
        ("POST", "/rank", voice_views.rank),
    ),
    url_prefix="/changes/<int:change_id>/voices",
)
