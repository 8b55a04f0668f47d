"""Every address of this room."""

from __future__ import annotations

from feedback_app.themes import views
from feedback_app.themes.alerts import views as alert_views
from feedback_app.themes.codebooks import views as codebooks_views
from feedback_app.themes.curation import mention_views as curation_mention_views
from feedback_app.themes.curation import response_views
from feedback_app.themes.suggestions import views as suggestions_views
from feedback_app.web.urls import room

blueprint = room(
    "themes",
    (
        ("GET POST", "/themes/codebooks/new", codebooks_views.new_codebook),
        ("POST", "/themes/codebooks/<int:codebook_id>/group", codebooks_views.group),
        ("GET", "/themes/codebooks/<int:codebook_id>/progress", codebooks_views.progress),
        ("GET", "/themes/codebooks/<int:codebook_id>/settings", codebooks_views.codebook),
        ("POST", "/themes/codebooks/<int:codebook_id>/surveys", codebooks_views.share_codebook),
        ("POST", "/themes/codebooks/<int:codebook_id>/start-from", codebooks_views.start_from),
        ("POST", "/themes/codebooks/<int:codebook_id>/themes", codebooks_views.new_theme),
        ("POST", "/themes/codebooks/<int:codebook_id>/merge", views.merge_several),
        ("POST", "/themes/parts/<int:part_id>/theme", codebooks_views.make_theme),
        ("GET", "/themes/codebooks/<int:codebook_id>/export.json", codebooks_views.export_codebook),
        ("POST", "/themes/codebooks/<int:codebook_id>/import", codebooks_views.import_codebook),
        ("GET", "/themes/codebooks/<int:codebook_id>/export.csv", codebooks_views.export_csv),
        ("GET", "/themes/codebooks/<int:codebook_id>/export.xlsx", codebooks_views.export_workbook),
        ("GET", "/themes/codebooks/<int:codebook_id>/mentions/<shelf>", curation_mention_views.mentions),
        ("POST", "/themes/codebooks/<int:codebook_id>/mentions", curation_mention_views.sort_mentions),
        ("POST", "/themes/mentions/<int:mention_id>/place", curation_mention_views.place_one),
        ("POST", "/themes/mentions/<int:mention_id>/correct", response_views.correct),
        ("GET POST", "/themes/<int:theme_id>/grid", curation_mention_views.grid),
        ("GET", "/themes/codebooks/<int:codebook_id>/suggestions", suggestions_views.suggestions),
        ("POST", "/themes/codebooks/<int:codebook_id>/suggest", suggestions_views.suggest),
        ("POST", "/themes/suggestions/<int:suggestion_id>/accept", suggestions_views.accept),
        ("POST", "/themes/suggestions/<int:suggestion_id>/dismiss", suggestions_views.dismiss),
        ("POST", "/themes/suggestions/<int:suggestion_id>/reopen", suggestions_views.reopen),
        ("GET", "/themes", views.index),
        ("GET", "/themes/alerts", alert_views.alerts),
        ("POST", "/themes/alerts/switch", alert_views.switch_alerts),
        ("GET", "/themes/<int:theme_id>", views.show),
        ("GET POST", "/themes/<int:theme_id>/edit", views.edit),
        ("POST", "/themes/<int:theme_id>/merge", views.merge),
        ("POST", "/themes/<int:theme_id>/set-aside", views.set_aside),
        ("POST", "/themes/<int:theme_id>/bring-back", views.bring_back),
        ("POST", "/themes/<int:theme_id>/split", views.split),
        ("GET", "/themes/<int:theme_id>/history", views.history),
        ("GET", "/themes/codebooks/<int:codebook_id>/history", views.codebook_history),
        ("POST", "/themes/steps/<int:event_id>/undo", views.undo),
    ),
)
# for the page of a response, which stands on a floor that knows no themes
blueprint.add_app_template_global(response_views.spoken_in)
