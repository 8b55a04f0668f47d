"""Every address of this room."""

from __future__ import annotations

from feedback_app.announcements import views
from feedback_app.announcements.sending import progress_views, quote_views
from feedback_app.web.urls import room

blueprint = room(
    "announcements",
    (
        ("GET POST", "/announcements/<int:announcement_id>/send", views.send),
        ("GET", "/announcements/<int:announcement_id>/sending", progress_views.sending),
        ("GET", "/announcements/<int:announcement_id>/progress.json", progress_views.progress_json),
        ("POST", "/announcements/<int:announcement_id>/stop", progress_views.stop),
        ("POST", "/announcements/<int:announcement_id>/pause", progress_views.pause),
        ("POST", "/announcements/<int:announcement_id>/resume", progress_views.resume),
        ("GET", "/announcements/<int:announcement_id>/people", progress_views.people),
        ("GET", "/announcements/<int:announcement_id>/people.csv", progress_views.people_csv),
        ("GET", "/announcements", views.index),
        ("GET", "/announcements/new", views.new),
        ("POST", "/announcements", views.create),
        ("GET", "/announcements/<int:announcement_id>", views.show),
        ("POST", "/announcements/<int:announcement_id>", views.save),
        ("GET", "/announcements/<int:announcement_id>/letters/<int:contact_id>", views.letter),
        ("POST", "/announcements/<int:announcement_id>/test", views.test),
        ("POST", "/announcements/<int:announcement_id>/discard", views.discard),
        ("GET", "/announcements/<int:announcement_id>/quotes", quote_views.quotes),
        ("POST", "/announcements/<int:announcement_id>/quotes", quote_views.change_quote),
    ),
)
blueprint.add_app_template_global(views.announcements_about)
