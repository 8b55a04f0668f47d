"""Every address of this room."""

from __future__ import annotations

from feedback_app.contacts import unsubscribe_views, views
from feedback_app.contacts.importing import views as importing_views
from feedback_app.contacts.words import stage_words
from feedback_app.web.urls import room

blueprint = room(
    "contacts",
    (
        ("GET POST", "/contacts/import", importing_views.import_list),
        ("GET", "/contacts/imports/<int:import_id>", importing_views.show_import),
        ("POST", "/contacts/imports/<int:import_id>/apply", importing_views.apply_import),
        ("POST", "/contacts/imports/<int:import_id>/drop", importing_views.drop_import),
        ("GET", "/contacts/imports/<int:import_id>/report.csv", importing_views.import_report),
        ("GET", "/unsubscribe/<token>", unsubscribe_views.unsubscribe),
        ("POST", "/unsubscribe/<token>", unsubscribe_views.unsubscribe_now),
        ("GET", "/contacts", views.index),
        ("GET", "/contacts/export.csv", views.export),
        ("GET", "/contacts/<int:contact_id>", views.show),
        ("GET POST", "/contacts/new", views.add),
        ("GET POST", "/contacts/<int:contact_id>/edit", views.edit),
        ("POST", "/contacts/<int:contact_id>/remove", views.remove),
        ("POST", "/contacts/<int:contact_id>/suppress", views.suppress),
        ("POST", "/contacts/<int:contact_id>/lift", views.lift),
    ),
)
blueprint.add_app_template_filter(stage_words)
