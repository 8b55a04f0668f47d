"""Every address of this room."""

from __future__ import annotations

from feedback_app.announcements import views
from feedback_app.announcements.sending import quote_views
from feedback_app.announcements.sending import views as sending_views
from feedback_app.web.urls import room

blueprint = room(
    "announcements",
    (
        ("GET POST", "/announcements/<int:announcement_id>/send", sending_views.send),
        ("GET", "/announcements/<int:announcement_id>/sending", sending_views.sending),
        ("GET", "/announcements/<int:announcement_id>/progress.json", sending_views.progress_json),
        ("POST", "/announcements/<int:announcement_id>/stop", sending_views.stop),
        ("POST", "/announcements/<int:announcement_id>/pause", sending_views.pause),
        ("POST", "/announcements/<int:announcement_id>/resume", sending_views.resume),
        ("GET", "/announcements/<int:announcement_id>/people", sending_views.people),
        ("GET", "/announcements/<int:announcement_id>/people.csv", sending_views.people_csv),
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
