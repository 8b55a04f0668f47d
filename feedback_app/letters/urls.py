"""Every address of this room."""

from __future__ import annotations

from feedback_app.letters import views, webhook_views
from feedback_app.letters.standstill import standstill
from feedback_app.web.urls import room

blueprint = room(
    "letters",
    (
        ("GET", "", views.index),
        ("GET", "/board", views.board),
        ("POST", "/resend/<state>", views.resend),
        ("POST", "/take-as-sent", views.take_as_sent),
        ("POST", "/pause", views.pause),
        ("POST", "/resume", views.resume),
        ("POST", "/stop", views.stop),
    ),
    url_prefix="/letters",
)
# for pages of rooms below, which may not ask for workers themselves
blueprint.add_app_template_global(standstill)

hooks = room(
    "mail_hooks",
    (
        ("POST", "", webhook_views.generic),
        ("POST", "/postmark", webhook_views.postmark),
        ("POST", "/postmark/<secret>", webhook_views.postmark),
        ("POST", "/ses", webhook_views.ses),
    ),
    url_prefix="/hooks/mail",
)
