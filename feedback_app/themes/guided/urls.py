"""Every address of the guided set-up."""

from __future__ import annotations

from feedback_app.themes.guided import views
from feedback_app.web.urls import room

blueprint = room(
    "guided",
    (
        ("GET", "/themes", views.themes),
        ("POST", "/themes/<int:theme_id>", views.sort_theme),
        ("GET", "/questions", views.questions),
        ("POST", "/begin", views.begin),
        ("POST", "/answer", views.answer),
        ("POST", "/undo", views.undo),
        ("GET", "/learnt", views.learnt),
        ("POST", "/finish", views.finish),
    ),
    url_prefix="/themes/codebooks/<int:codebook_id>/set-up",
)
