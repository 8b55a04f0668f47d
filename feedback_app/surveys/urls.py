"""Every address of this room."""

from __future__ import annotations

from feedback_app.surveys import kind_views, views
from feedback_app.surveys.builder import views as builder_views
from feedback_app.surveys.kinds.registry import kind_of
from feedback_app.surveys.waves import views as waves_views
from feedback_app.web.urls import room

blueprint = room(
    "surveys",
    (
        ("GET", "/surveys/<slug>/build", builder_views.build),
        ("GET POST", "/surveys/<slug>/cover", builder_views.cover),
        ("POST", "/surveys/<slug>/sections", builder_views.add_section),
        ("GET POST", "/surveys/<slug>/sections/<int:section_id>", builder_views.section),
        ("POST", "/surveys/<slug>/sections/<int:section_id>/move", builder_views.move_section),
        ("POST", "/surveys/<slug>/sections/<int:section_id>/delete", builder_views.delete_section),
        ("GET POST", "/surveys/<slug>/sections/<int:section_id>/questions/<kind>", builder_views.new_question),
        ("GET POST", "/surveys/<slug>/questions/<code>", builder_views.question),
        ("POST", "/surveys/<slug>/questions/<code>/move", builder_views.move_question),
        ("POST", "/surveys/<slug>/questions/<code>/delete", builder_views.delete_question),
        ("GET", "/surveys", views.index),
        ("GET", "/surveys/new", views.new),
        ("POST", "/surveys/new", views.create),
        ("POST", "/surveys/import", views.import_file),
        ("GET", "/surveys/<slug>", views.show),
        ("GET", "/surveys/<slug>/preview", views.preview),
        ("GET", "/surveys/<slug>/export", views.export),
        ("POST", "/surveys/<slug>/publish", views.publish),
        ("POST", "/surveys/<slug>/close", views.close),
        ("POST", "/surveys/<slug>/reopen", views.reopen),
        ("POST", "/surveys/<slug>/copy", views.copy),
        ("POST", "/surveys/<slug>/delete", views.delete),
        ("GET POST", "/surveys/<slug>/letter", waves_views.edit_letter),
        ("GET", "/surveys/<slug>/letter/<code>.html", waves_views.letter_html),
        ("POST", "/surveys/<slug>/letter/test", waves_views.test_letter),
        ("GET", "/surveys/<slug>/invite", waves_views.invite),
        ("GET", "/surveys/<slug>/invite/count", waves_views.count_invited),
        ("POST", "/surveys/<slug>/invite", waves_views.start_invite),
        ("POST", "/surveys/<slug>/waves/<int:wave_id>/cancel", waves_views.cancel_wave),
    ),
)
blueprint.add_app_template_global(kind_of)
blueprint.add_app_template_global(kind_views.kind_page)
